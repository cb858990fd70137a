import type { KeyProvider } from "@nightlatch/core";
import type { JWTVerifyGetKey } from "jose";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import type { Database } from "./database/database.ts";
import type { AppLimits } from "./limits/app-limits.ts";
import type { LiveEvents } from "./live/live-events.ts";
import type { SigningKeys } from "./tokens/signing-keys.ts";

/** What the services of one process share. */
export interface ServiceContext {
  config: Config;
  log: Logger;
  database: Database;
  /** The keyring that wraps all keys. */
  keys: KeyProvider;
  /** Finds the key that an access token names, as the users service publishes it. */
  tokenKeys: JWTVerifyGetKey;
  /** The keys that sign access tokens: for the users service alone. */
  signingKeys(): Promise<SigningKeys>;
  limits: AppLimits;
  live: LiveEvents;
  /** Has something closed when the process stops: once the servers accept no more, and before the database goes. */
  onClose(close: () => void | Promise<void>): void;
}
