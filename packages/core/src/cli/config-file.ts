import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { STORE_VERBS } from "../engine/fail-closed.ts";
import type { MfaOptions } from "../engine/mfa-options.ts";
import type { RateLimits } from "../limits/create-rate-limits.ts";
import type { KeyProvider } from "../secrets/key-provider.ts";
import type { Store } from "../stores/store.ts";
import { usage } from "./exit.ts";
import type { Shell } from "./shell.ts";

/**
 * What `nightlatch.config.ts` exports as its default, for the program `nightlatch`: all of it the host's own.
 *
 * @example
 * ```ts
 * import { keyringFile, type NightlatchConfig } from "@nightlatch/core";
 * import { postgresStore } from "@nightlatch/core/stores/postgres";
 * import { Pool } from "pg";
 *
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL });
 *
 * export default {
 *   store: postgresStore(pool),
 *   keys: keyringFile("/run/secrets/nightlatch-keys"),
 *   close: () => pool.end(),
 * } satisfies NightlatchConfig;
 * ```
 */
export interface NightlatchConfig {
  /** In place of `DATABASE_URL`. */
  store?: Store;
  /** In place of `NIGHTLATCH_KEYS`: a KMS, Vault. */
  keys?: KeyProvider;
  /** As the host gives them to `createMfa`: an actor's code is judged by them, and an import too. */
  factors?: MfaOptions["factors"];
  lockout?: MfaOptions["lockout"];
  audit?: MfaOptions["audit"];
  /** The host's rate limits, for `doctor` to try. */
  limits?: Pick<RateLimits, "ready">;
  /** Closes what the file opened. */
  close?(): void | Promise<void>;
}

const NAMES = ["nightlatch.config.js", "nightlatch.config.mjs", "nightlatch.config.ts", "nightlatch.config.mts"];

const hasMethods = (value: unknown, methods: readonly string[]): boolean =>
  methods.every((method) => typeof (Object(value) as Record<string, unknown>)[method] === "function");

/** What of the exported object can't be used, if anything. */
function faultOf({ store, keys, limits, close }: NightlatchConfig): string | undefined {
  if (store !== undefined && !hasMethods(store, STORE_VERBS)) return "store is no store of Nightlatch's: it lacks some of a store's verbs";
  if (keys !== undefined && !hasMethods(keys, ["wrap", "unwrap"])) return "keys is no key provider: it lacks wrap() or unwrap()";
  if (limits !== undefined && !hasMethods(limits, ["ready"])) return "limits is not what createRateLimits gives";
  return close !== undefined && typeof close !== "function" ? "close is no function" : undefined;
}

/** The host's own set-up: of the file that is named, or of the one that lies in this folder; `undefined` where there is none. */
export async function configOf(named: string | undefined, { cwd }: Pick<Shell, "cwd">): Promise<NightlatchConfig | undefined> {
  const name = named ?? NAMES.find((candidate) => existsSync(resolve(cwd, candidate)));
  if (name === undefined) return undefined;
  const path = resolve(cwd, name);
  if (!existsSync(path)) throw usage(`There is no config file ${path}. Correct --config.`);
  let config: unknown;
  try {
    ({ default: config } = (await import(pathToFileURL(path).href)) as { default?: unknown });
  } catch (cause) {
    throw usage(`The config file ${path} can't be loaded: ${cause instanceof Error ? cause.message.split("\n")[0] : "it threw"}`);
  }
  if (typeof config !== "object" || config === null)
    throw usage(`The config file ${path} has no default export. Have it say: export default { store, keys }`);
  const fault = faultOf(config);
  if (fault !== undefined) throw usage(`The config file ${path} can't be used: ${fault}.`);
  return config;
}
