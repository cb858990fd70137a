import { statSync } from "node:fs";
import { resolve } from "node:path";
import { unwrapped } from "../secrets/data-keys.ts";
import { sealedUnder } from "../secrets/seal.ts";
import { hostVersion } from "./host-module.ts";
import type { Connecting, Opened, OpenedStore } from "./opened.ts";
import { progressOn } from "./progress.ts";
import { counted, grouped, type Shell } from "./shell.ts";
import { packageVersion } from "./version.ts";

/** How many users or rights are named in a line. */
const NAMED = 5;

/** What one look of `doctor` came to. */
export interface Check {
  name: string;
  state: "ok" | "warning" | "fault" | "skipped";
  /** What was found. */
  found: string;
  /** How to mend it. */
  mend?: string;
  data?: Readonly<Record<string, unknown>>;
}

/** package.json says the same. */
const LEAST_NODE = [22, 18] as const;

const PEERS = ["pg", "mysql2", "better-sqlite3", "ioredis", "redis", "prom-client", "@opentelemetry/api"];
const SIBLINGS = ["@nightlatch/express", "@nightlatch/fastify", "@nightlatch/react"];

/** Whether Node is new enough. */
export function node(): Check {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isOld = major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1]);
  const check = { name: "node", found: `Node ${process.versions.node}` } as const;
  return isOld ? { ...check, state: "fault", mend: `Nightlatch needs ${LEAST_NODE.join(".")} or later.` } : { ...check, state: "ok" };
}

/** Whether what is installed beside fits. The packages of Nightlatch are released together. */
export function packages({ cwd }: Shell): Check {
  const own = packageVersion();
  const found = Object.fromEntries(
    ["@nightlatch/core", ...SIBLINGS, ...PEERS].flatMap((name) => {
      const version = hostVersion(cwd, name);
      return version === undefined ? [] : [[name, version]];
    }),
  );
  const odd = Object.keys(found).filter((name) => name.startsWith("@nightlatch/") && found[name] !== own);
  const said = Object.entries({ nightlatch: own, ...found }).map(([name, version]) => `${name} ${version}`);
  const check = { name: "packages", found: said.join(", "), data: { nightlatch: own, ...found } } as const;
  if (odd.length === 0) return { ...check, state: "ok" };
  return {
    ...check,
    state: "fault",
    mend: `Install one version of them all: ${odd.join(", ")} ${odd.length === 1 ? "is" : "are"} of another.`,
  };
}

/** Whether others on this machine can read the keyring's file. */
export function keysFile({ keysFile: named }: Connecting, { cwd, env }: Shell): Check | undefined {
  const file = named ?? (env.NIGHTLATCH_KEYS ? undefined : env.NIGHTLATCH_KEYS_FILE);
  if (file === undefined || process.platform === "win32") return undefined;
  const mode = statSync(resolve(cwd, file), { throwIfNoEntry: false })?.mode;
  if (mode === undefined) return undefined;
  const said = `${file} has mode ${(mode & 0o777).toString(8).padStart(4, "0")}`;
  if ((mode & 0o077) === 0) return { name: "keys file", state: "ok", found: said };
  return { name: "keys file", state: "warning", found: `${said}: others on this machine can read it`, mend: `chmod 600 ${file}` };
}

/** Whether the tables are those of this release. */
export async function tables({ database }: OpenedStore): Promise<Check> {
  if (!database) return { name: "tables", state: "skipped", found: "the store of a config file does not tell their version" };
  const installed = await database.installed();
  const known = database.known.map(({ version }) => version);
  const missing = known.filter((version) => !installed.includes(version));
  const newest = installed.at(-1) ?? 0;
  if (installed.length === 0) return { name: "tables", state: "fault", found: "there are none", mend: "nightlatch migrate" };
  if (missing.length > 0)
    return { name: "tables", state: "fault", found: `version ${newest}, and this release has ${known.at(-1)}`, mend: "nightlatch migrate" };
  if (newest > known.length) {
    const mend = "Update this package, and every service that uses the database.";
    return {
      name: "tables",
      state: "warning",
      found: `version ${newest}: a newer release made them; this one knows ${known.length}`,
      mend,
    };
  }
  return { name: "tables", state: "ok", found: `version ${newest}, the newest` };
}

/** Whether the database's user may do all that the store does: what it may not shows elsewhere only when somebody asks for it. */
export async function rights({ database }: OpenedStore): Promise<Check> {
  const name = "rights";
  if (!database) return { name, state: "skipped", found: "not looked at in the store of a config file" };
  if (!database.lackingRights) return { name, state: "skipped", found: "only PostgreSQL is asked for the rights of its user" };
  const lacking = await database.lackingRights();
  if (lacking.length === 0) return { name, state: "ok", found: "the database's user may do all that is needed" };
  const shown = `${lacking.slice(0, NAMED).join(", ")}${lacking.length > NAMED ? ", …" : ""}`;
  return {
    name,
    state: "fault",
    found: `the database's user lacks ${counted(lacking.length, "right")}: ${shown}`,
    mend: `As the owner of the tables, for the app's user: ${lacking.map((right) => `GRANT ${right} TO …;`).join(" ")}`,
    data: { lacking },
  };
}

/** Milliseconds; codes live for a step of 30 seconds, and one step each way is taken. */
const MOST_OFF = 5_000;

/** Whether this machine's clock and the database's agree. */
export async function clock({ database }: OpenedStore): Promise<Check> {
  let best = { trip: Number.POSITIVE_INFINITY, off: 0 };
  for (let look = 0; look < 3; look += 1) {
    const [began, from] = [performance.now(), Date.now()];
    const told = await database?.now();
    if (told === undefined) return { name: "clock", state: "skipped", found: "the database has no clock of its own to compare with" };
    const trip = performance.now() - began;
    if (trip < best.trip) best = { trip, off: Math.round(told - from - trip / 2) };
  }
  const off = Math.abs(best.off);
  const data = { offMilliseconds: best.off };
  if (off <= MOST_OFF)
    return { name: "clock", state: "ok", found: `within ${off < 100 ? "0.1" : (off / 1000).toFixed(1)} s of the database's`, data };
  const said = `this machine is ${(off / 1000).toFixed(1)} s ${best.off > 0 ? "behind" : "ahead of"} the database`;
  return {
    name: "clock",
    state: "fault",
    found: said,
    mend: "Have both follow NTP: codes are judged by this clock, and by a step of 30 s.",
    data,
  };
}

/** Whether the keys open everything that they have to. Nothing is made and nothing is wrapped anew. */
export async function keysOpen({ keys, store }: Opened): Promise<Check> {
  const rows = await store.dataKeys();
  if (rows.length === 0)
    return { name: "keys", state: "warning", found: "there are no data keys yet", mend: "The app's first start makes them." };
  for (const row of rows) await unwrapped(keys, row);
  const current = await Promise.all(rows.map(async ({ wrapped }) => (await keys.isCurrent?.(wrapped)) ?? true));
  const older = current.filter((is) => !is).length;
  const data = { dataKeys: rows.length, underOlderKey: older };
  if (older === 0) return { name: "keys", state: "ok", found: `${counted(rows.length, "data key")} open`, data };
  const found = `${counted(rows.length, "data key")} open, ${grouped(older)} of them under an older key of the ring`;
  return { name: "keys", state: "warning", found, mend: "When every process knows the first key: nightlatch rotate keyring", data };
}

/** Whether secrets wait to be sealed under the newest key. */
export async function seals({ store, database }: Opened): Promise<Check> {
  const active = (await store.dataKeys()).find(({ use }) => use === "seal");
  if (!active) return { name: "secrets", state: "skipped", found: "nothing has been sealed yet" };
  if (!database) return { name: "secrets", state: "skipped", found: "not counted in the store of a config file" };
  const [all, older] = [await database.countFactors(), await database.countFactors(sealedUnder(active.id))];
  const data = { secrets: all, underOlderKey: older };
  if (older === 0) return { name: "secrets", state: "ok", found: `${counted(all, "secret")}, all under the newest key`, data };
  return {
    name: "secrets",
    state: "warning",
    found: `${grouped(older)} of ${counted(all, "secret")} under an older key`,
    mend: "nightlatch rotate seal --resume",
    data,
  };
}

/** Whether authenticators are there that the log says are there (A52): without their rows, their owners need no second factor. */
export async function logAndRows({ mfa }: Opened, shell: Shell): Promise<Check> {
  const name = "log and rows";
  const progress = progressOn(shell, "holding the log against the rows");
  const { subjects, missing, blanked } = await mfa.audit.compare({ progress: (count) => progress.at(count) }).finally(() => progress.end());
  const data = { subjects, missing, blanked };
  const nobodys = blanked === 0 ? "" : `; ${counted(blanked, "authenticator")} of nobody any more`;
  if (missing.length === 0) return { name, state: "ok", found: `${counted(subjects, "user")}; they agree${nobodys}`, data };
  const users = [...new Set(missing.map(({ subject, tenant }) => (tenant === undefined ? subject : `${subject} of ${tenant}`)))];
  const whom = `${users.slice(0, NAMED).join(", ")}${users.length > NAMED ? ", …" : ""}`;
  return {
    name,
    state: "fault",
    found: `${counted(missing.length, "authenticator")} of ${counted(users.length, "user")} (${whom}) gone without an event`,
    mend: "Somebody deleted rows by hand, or put a part of a backup back. These users get in by password alone, unless your app keeps its flag enrolled, which refuses them: nightlatch subject show",
    data,
  };
}

/** Milliseconds that events may wait for their seal. */
const MOST_UNSEALED = 3_600_000;

/** Whether the log is as it was written, and was sealed lately. */
export async function log({ mfa }: Opened, shell: Shell): Promise<Check> {
  const name = "log";
  const progress = progressOn(shell, "verifying the log");
  const judged = await mfa.audit.verify({ progress: ({ rows }) => progress.at(rows) }).finally(() => progress.end());
  const { rows, unsealed, head } = judged;
  const data = { ...judged };
  if (!judged.ok)
    return { name, state: "fault", found: `${judged.fault.kind}: ${judged.fault.message}`, mend: "nightlatch audit verify", data };
  const said = `${counted(rows, "row")} as sealed, ${grouped(unsealed)} not sealed yet`;
  const waits = unsealed > 0 && Date.now() - (head?.at ?? 0) > MOST_UNSEALED;
  if (!waits) return { name, state: "ok", found: said, data };
  const since = head ? `the last seal is of ${new Date(head.at).toISOString()}` : "nothing was ever sealed";
  const mend = "Rows that are not sealed can vanish unseen. Seal on a schedule: mfa.audit.seal(), or nightlatch audit seal";
  return { name, state: "warning", found: `${said}; ${since}`, mend, data };
}

/** Whether the host's rate limits count for real. */
export async function limits({ config }: OpenedStore): Promise<Check> {
  const name = "limits";
  if (!config.limits) return { name, state: "skipped", found: "nightlatch.config.js exports no limits" };
  await config.limits.ready();
  return { name, state: "ok", found: "the backend counts" };
}
