import { readFileSync } from "node:fs";
import { ConfigError, isMfaError } from "../errors.ts";
import type { KeyProvider } from "./key-provider.ts";
import { HOW_TO_MAKE_ONE, keyring } from "./keyring.ts";

/** What keeps a file from being read, by the system's code. */
const UNREADABLE: Record<string, string> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist",
  EISDIR: "is a folder",
  EACCES: "may not be read by this process",
  EPERM: "may not be read by this process",
};

function textOf(path: string | URL): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const why = UNREADABLE[(cause as NodeJS.ErrnoException).code ?? ""] ?? "could not be read";
    throw new ConfigError(
      `The keyring file "${path}" ${why}. Mount it, or correct the path: without it no enrolled authenticator can be checked.`,
      { cause },
    );
  }
}

/** The entries of a keyring's text: separated by commas or line ends, and a `#` begins a comment up to the end of its line. */
export const entriesIn = (text: string): string[] =>
  text
    .split(/[\r\n]/)
    .flatMap((line) => line.replace(/#.*/, "").split(","))
    // A byte order mark is a blank to `trim`.
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");

/**
 * A key provider from a file, such as a mounted secret: `id:base64` entries as in `keyring`, the newest first,
 * separated by commas or line ends. A `#` begins a comment. The file is read once, here, so a change of it is seen
 * by processes that start afterwards.
 *
 * @throws ConfigError when there is no path, or the file is missing, unreadable, empty or malformed; the message
 * names the file and shows nothing of its text
 *
 * @example
 * ```ts
 * import { keyringFile } from "@nightlatch/core";
 *
 * const keys = keyringFile("/run/secrets/nightlatch-keys");
 * ```
 */
export function keyringFile(path: string | URL | undefined): KeyProvider {
  if (!path) throw new ConfigError(`The path of the keyring file is missing. ${HOW_TO_MAKE_ONE}`);
  const entries = entriesIn(textOf(path));
  if (entries.length === 0) throw new ConfigError(`The keyring file "${path}" holds no key. ${HOW_TO_MAKE_ONE}`);
  try {
    return keyring(entries.join(","));
  } catch (error) {
    throw isMfaError(error) ? new ConfigError(`The keyring file "${path}" can't be used. ${error.message}`) : error;
  }
}
