import { mendOfRights } from "../engine/lacking-rights.ts";
import { type CliError, unreachable } from "./exit.ts";

const UNTRUSTED = "its certificate is not trusted here. Name its CA, in NODE_EXTRA_CA_CERTS or in the address.";

/** What a driver's code means, and what to look at. */
const MEANING: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there. Is the server running, and is the port right?",
  ENOTFOUND: "there is no host of that name. Look at its spelling.",
  EAI_AGAIN: "the name of the host could not be looked up. Look at the network.",
  ETIMEDOUT: "it did not answer in time. Look at the network, and at firewalls on the way.",
  ENOENT: "there is no such file or socket.",
  "28P01": "it refused the user or the password.",
  "28000": "it does not let this user in.",
  "3D000": "it has no database of that name.",
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  ER_ACCESS_DENIED_ERROR: "it refused the user or the password.",
  ER_BAD_DB_ERROR: "it has no database of that name.",
  ERR_SQLITE_ERROR: "the file is no SQLite database, or may not be read.",
  SQLITE_NOTADB: "the file is no SQLite database.",
  SQLITE_CANTOPEN: "the file can't be opened.",
};

/** What some say in words alone. */
const TOLD: readonly (readonly [RegExp, string])[] = [
  [/password must be a string/, "it wants a password, and the address has none."],
  [/does not support SSL/, "the address asks for TLS, and the server has none."],
  [/timeout|timed out/i, "it did not answer in time. Look at the network, and at firewalls on the way."],
];

/** The code of a fault, or of the first of those it is made of. */
function codeOf(fault: unknown): string {
  const { code, errors } = Object(fault) as { code?: unknown; errors?: unknown };
  if (typeof code === "string") return code;
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : "";
}

/** What a right is lacking on, in the server's own words, which name the table, and no address or password. */
const lackingOf = (said: string, mend: string): string => `its user lacks a right: ${said.split("\n")[0]}. ${mend}`;

/** A driver's fault as something to act on. Else what the driver says itself is not shown: some repeat the connection string. */
export function databaseFault(place: string, fault: unknown): CliError {
  const code = codeOf(fault);
  const said = fault instanceof Error ? fault.message : "";
  const mend = mendOfRights(fault);
  const lacking = mend === undefined ? undefined : lackingOf(said, mend);
  const meaning = lacking ?? MEANING[code] ?? TOLD.find(([words]) => words.test(said))?.[1] ?? "it did not let itself be opened.";
  return unreachable(`Can't use ${place}: ${meaning}${code === "" ? "" : ` (${code})`}`, fault);
}
