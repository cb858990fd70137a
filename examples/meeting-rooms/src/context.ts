import { keyring } from "@nightlatch/core";
import { createRemoteJWKSet } from "jose";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import type { Database } from "./database/database.ts";
import { openEmbedded } from "./database/embedded.ts";
import { migrate } from "./database/migrate.ts";
import { connectToServer } from "./database/server.ts";
import { developmentKeyring } from "./keys/development-keyring.ts";
import { createAppLimits } from "./limits/app-limits.ts";
import { createLiveEvents } from "./live/live-events.ts";
import { connectToRedis } from "./redis.ts";
import type { ServiceContext } from "./service-context.ts";
import { loadSigningKeys, type SigningKeys } from "./tokens/signing-keys.ts";

async function openDatabase({ databaseUrl, dataFolder }: Config, log: Logger): Promise<Database> {
  return databaseUrl === undefined ? await openEmbedded(dataFolder) : await connectToServer(databaseUrl, log);
}

/**
 * Opens what the services of a process share: the database with its tables, keys, Redis.
 *
 * @param onClose - is told how to close each thing that was opened, in that order, also when a later one fails
 * @throws StartError, or an error of Nightlatch's, that says what keeps it from starting
 */
export async function openContext(config: Config, log: Logger, onClose: ServiceContext["onClose"]): Promise<ServiceContext> {
  const database = await openDatabase(config, log);
  onClose(() => database.close());
  const keys = keyring(config.keys ?? (await developmentKeyring(config.dataFolder, database)));
  await migrate(database);
  const redis = config.redisUrl === undefined ? undefined : await connectToRedis(config.redisUrl, log);
  if (redis) onClose(() => redis.disconnect());
  const live = await createLiveEvents(redis, log);
  onClose(() => live.close());
  let signingKeys: Promise<SigningKeys> | undefined;
  return {
    config,
    log,
    database,
    keys,
    // Every service but users itself has these keys from there alone, also where all run in one process.
    // A key they have not heard of has them look again, at most every second. One that is gone they need not hear of:
    // whether a key is good still is looked up in the database with each token, so what was heard is kept.
    tokenKeys: createRemoteJWKSet(new URL(`${config.urls.users}/.well-known/jwks.json`), {
      cooldownDuration: 1_000,
      cacheMaxAge: Number.POSITIVE_INFINITY,
    }),
    signingKeys() {
      signingKeys ??= loadSigningKeys(database, keys);
      return signingKeys;
    },
    limits: await createAppLimits(redis, log),
    live,
    onClose,
  };
}
