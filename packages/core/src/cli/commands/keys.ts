import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { keyring } from "../../secrets/keyring.ts";
import { entriesIn, keyringFile } from "../../secrets/keyring-file.ts";
import { addCommand, addGroup, type Running } from "../command.ts";
import { usage } from "../exit.ts";
import { type Connecting, environment } from "../opened.ts";
import { note, type Shell, type Told } from "../shell.ts";

interface Options extends Connecting {
  id?: string;
  append?: boolean;
  behind?: boolean;
  out?: string;
}

const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/** The keyring there is, entry by entry, checked. */
function present({ keysFile }: Options, env: Shell["env"], cwd: string): string[] {
  const file = keysFile ?? (env.NIGHTLATCH_KEYS ? undefined : env.NIGHTLATCH_KEYS_FILE);
  if (file !== undefined) {
    const path = resolve(cwd, file);
    keyringFile(path);
    return entriesIn(readFileSync(path, "utf8"));
  }
  if (!env.NIGHTLATCH_KEYS)
    throw usage(
      "--append adds to a keyring, and there is none. Set NIGHTLATCH_KEYS or give --keys-file; leave --append out for a first key.",
    );
  keyring(env.NIGHTLATCH_KEYS);
  return entriesIn(env.NIGHTLATCH_KEYS);
}

const idOf = (entry: string): string => entry.split(":")[0] ?? "";

/** The number behind the highest: k3 after k1 and k2. */
function nextId(entries: readonly string[]): string {
  const numbers = entries.map((entry) => Number(/^k(\d{1,9})$/.exec(idOf(entry))?.[1] ?? 0));
  return `k${Math.max(0, ...numbers) + 1}`;
}

function written(path: string, text: string): void {
  try {
    // wx: a file that is there may hold the only key that opens a database.
    writeFileSync(path, text, { mode: 0o600, flag: "wx" });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
    throw usage(
      isThere
        ? `${path} exists and is not overwritten: it may hold keys that nothing else has.`
        : `${path} can't be written. Correct --out.`,
    );
  }
}

async function generate(options: Options, shell: Shell): Promise<Told> {
  if (options.behind && !options.append) throw usage("--behind says where --append puts the new key. Give both.");
  const older = options.append ? present(options, environment(options, shell), shell.cwd) : [];
  const id = options.id ?? nextId(older);
  if (!KEY_ID.test(id)) throw usage("A key's id is 1 to 32 of A-Z, a-z, 0-9, _ and -.");
  if (older.some((entry) => idOf(entry) === id))
    throw usage(`The keyring has a key "${id}" already. Give the new one another --id, or none.`);
  const entry = `${id}:${randomBytes(32).toString("base64")}`;
  const entries = options.behind ? [...older, entry] : [entry, ...older];
  const ring = entries.join(",");
  // What is printed or written here opens databases: it is one, or nothing is said of it.
  keyring(ring);
  const ids = entries.map(idOf);
  const hint = options.append
    ? options.behind
      ? `"${id}" stands last: every process learns it, and none wraps with it yet. Deploy this everywhere, then put it first.`
      : `"${id}" stands first and wraps from the next start on. With several processes, first deploy everywhere a keyring with it behind the others (--append --behind).`
    : "Keep it where your other secrets are, never beside the database. Without it no enrolled authenticator can be checked.";
  if (options.out !== undefined) {
    const path = resolve(shell.cwd, options.out);
    written(path, `${ring}\n`);
    return { lines: [`Wrote ${path} (readable by you alone), keys ${ids.join(", ")}.`, hint], data: { file: path, ids } };
  }
  if (!options.json) note(shell, hint);
  return { lines: [ring], data: { keyring: ring, ids } };
}

/** `nightlatch keys`. */
export function addKeys(program: Command, running: Running): void {
  const group = addGroup(program, "keys", "make keys");
  const spec = {
    name: "generate",
    summary: "make a key that wraps the store's data keys",
    what: `Makes a key of 32 random bytes and prints it as NIGHTLATCH_KEYS wants it, on the standard output alone: hints go
      to the standard error. The database holds data keys that only this key opens, so neither opens anything without the
      other. --append prints the keyring that you have with the new key in front, which then wraps.`,
    examples: [
      ["keys generate", "a first key"],
      ["keys generate --out nightlatch.keys", "the same into a file that only you can read"],
      ["keys generate --append --behind", "a second key, for the first of the three deploys of a rotation"],
    ],
  } as const;
  addCommand<Options>(group, running, spec, async (options) => await generate(options, running.shell))
    .option("--id <id>", "the key's id (k1, or the next number of the keyring)")
    .option("--append", "add the new key to the keyring of NIGHTLATCH_KEYS or --keys-file, as its first")
    .option("--behind", "with --append: as its last, so that it opens and does not wrap yet")
    .option("--out <file>", "write it to a new file of mode 0600 instead of printing it")
    .option("--keys-file <file>", "the keyring's file, for --append")
    .option("--env <file>", "read variables from a file such as .env");
}
