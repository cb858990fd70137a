import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { createMfa } from "../engine/create-mfa.ts";
import { failClosed } from "../engine/fail-closed.ts";
import type { Mfa } from "../engine/mfa.ts";
import { hotp, totp } from "../factors/index.ts";
import type { KeyProvider } from "../secrets/key-provider.ts";
import { keyring } from "../secrets/keyring.ts";
import { keyringFile } from "../secrets/keyring-file.ts";
import type { Store } from "../stores/store.ts";
import { configOf, type NightlatchConfig } from "./config-file.ts";
import type { Database } from "./database.ts";
import { CliError, EXIT, usage } from "./exit.ts";
import { openDatabase } from "./open-database.ts";
import { note, painted, type Shell } from "./shell.ts";

/** What every command that opens the store is given. */
export interface Connecting {
  database?: string;
  keysFile?: string;
  config?: string;
  env?: string;
  json?: boolean;
}

/** A store, and how it was come by. */
export interface OpenedStore {
  store: Store;
  /** Absent where the host's config file gave the store. */
  database: Database | undefined;
  config: NightlatchConfig;
  place: string;
  env: Shell["env"];
  close(): Promise<void>;
}

/** The environment, with what a file adds to it. What is set already stays. */
export function environment({ env: file }: Connecting, { env, cwd }: Pick<Shell, "env" | "cwd">): Shell["env"] {
  if (file === undefined) return env;
  try {
    return { ...parseEnv(readFileSync(resolve(cwd, file), "utf8")), ...env };
  } catch {
    throw usage(`The file ${file} of --env can't be read.`);
  }
}

/** Passwords on a command line can be read by everybody on the machine. */
function warnOfPassword(shell: Shell, database: string | undefined): void {
  if (database === undefined || !URL.canParse(database) || new URL(database).password === "") return;
  const text =
    "Anybody on this machine can read a password on a command line (ps). Put the address into DATABASE_URL instead of --database.";
  note(shell, painted(shell.stderr, "yellow", text));
}

/** Opens the store that the options, the config file or the environment name. */
export async function openStore(options: Connecting, shell: Shell, { make = false }: { make?: boolean } = {}): Promise<OpenedStore> {
  const env = environment(options, shell);
  // The config file is the host's own code, and looks for its variables where any code does.
  for (const [name, value] of Object.entries(env)) process.env[name] ??= value;
  const config = (await configOf(options.config, shell)) ?? {};
  const closeConfig = async (): Promise<void> => await config.close?.();
  if (config.store && options.database === undefined)
    return { store: failClosed(config.store), database: undefined, config, place: "the store of the config file", env, close: closeConfig };
  warnOfPassword(shell, options.database);
  const url = options.database ?? env.DATABASE_URL;
  if (!url) throw usage("Which database? Set DATABASE_URL, give --database, or have nightlatch.config.js export a store.");
  const database = await openDatabase(url, shell, { make });
  return {
    store: failClosed(database.store),
    database,
    config,
    place: database.place,
    env,
    async close() {
      await database.close();
      await closeConfig();
    },
  };
}

/** The keys that the options, the config file or the environment name. */
export function keysOf({ keysFile }: Connecting, { config, env }: Pick<OpenedStore, "config" | "env">, cwd: string): KeyProvider {
  if (keysFile !== undefined) return keyringFile(resolve(cwd, keysFile));
  if (config.keys) return config.keys;
  if (env.NIGHTLATCH_KEYS) return keyring(env.NIGHTLATCH_KEYS);
  if (env.NIGHTLATCH_KEYS_FILE) return keyringFile(resolve(cwd, env.NIGHTLATCH_KEYS_FILE));
  throw usage(
    "Which keys? Set NIGHTLATCH_KEYS, give --keys-file, or have nightlatch.config.js export keys. New ones: nightlatch keys generate",
  );
}

/** A store with its keys and an engine on both. */
export interface Opened extends OpenedStore {
  keys: KeyProvider;
  mfa: Mfa;
}

/** An engine that changes nothing by being opened. */
export function engineOn(store: Store, provider: KeyProvider, { factors = [totp(), hotp()], lockout, audit }: NightlatchConfig): Mfa {
  // Without isCurrent no data key is wrapped anew: a shell may hold a newer keyring than the services that still run.
  const keys: KeyProvider = {
    wrap: (dataKey, context) => provider.wrap(dataKey, context),
    unwrap: (wrapped, context) => provider.unwrap(wrapped, context),
  };
  return createMfa({ issuer: "nightlatch", keys, store, factors, ...(lockout ? { lockout } : {}), ...(audit ? { audit } : {}) });
}

/** Throws unless the tables are those of this release. */
async function requireTables({ database }: OpenedStore): Promise<void> {
  if (!database) return;
  const [installed, known] = [await database.installed(), database.known];
  const missing = known.filter(({ version }) => !installed.includes(version));
  if (missing.length === 0) return;
  const what =
    installed.length === 0
      ? "has no tables of Nightlatch's yet"
      : `is at version ${installed.at(-1)} of the tables, and this is ${known.length}`;
  throw new CliError(EXIT.unreachable, `${database.place} ${what}. Bring it up to date: nightlatch migrate`);
}

/** Opens the store and its keys, does something with both, and closes what was opened. */
export async function withOpened<T>(options: Connecting, shell: Shell, run: (opened: Opened) => Promise<T>): Promise<T> {
  const opened = await openStore(options, shell);
  try {
    const keys = keysOf(options, opened, shell.cwd);
    await requireTables(opened);
    return await run({ ...opened, keys, mfa: engineOn(opened.store, keys, opened.config) });
  } finally {
    await opened.close();
  }
}
