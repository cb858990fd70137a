import { createMfa, keyring } from "@nightlatch/core";
import { sealer } from "@nightlatch/core/secrets";
import { postgresStore } from "@nightlatch/core/stores/postgres";
import type { Express } from "express";
import { createLocalJWKSet, createRemoteJWKSet } from "jose";
import type { Logger } from "pino";
import { bookingsService } from "./bookings/service.ts";
import type { Config, ServiceName } from "./config.ts";
import type { Database } from "./database/database.ts";
import { openEmbedded } from "./database/embedded.ts";
import { migrate } from "./database/migrate.ts";
import { connectToServer } from "./database/server.ts";
import { hasDemoAccounts, seedDemo } from "./demo/seed.ts";
import { listen } from "./http/listen.ts";
import { developmentKeyring } from "./keys/development-keyring.ts";
import { StartError } from "./start-error.ts";
import { loadSigningKey } from "./tokens/signing-key.ts";
import { finishErasures } from "./users/delete-user.ts";
import { usersService } from "./users/service.ts";

/** A system that serves. */
export interface Running {
  /** Finishes what is in flight, then closes the servers, then the database. */
  close(): Promise<void>;
}

async function openDatabase({ databaseUrl, dataFolder }: Config, log: Logger): Promise<Database> {
  return databaseUrl === undefined ? await openEmbedded(dataFolder) : await connectToServer(databaseUrl, log);
}

/** Each service of this process, ready to listen. */
async function createServices(config: Config, database: Database, log: Logger): Promise<Map<ServiceName, Express>> {
  const keys = keyring(config.keys ?? (await developmentKeyring(config.dataFolder, database)));
  await migrate(database);
  if (config.production && (await hasDemoAccounts(database))) {
    throw new StartError(
      "NODE_ENV is production, and the database holds demo accounts, whose password is printed for all to read. " +
        "Delete them, or use another database.",
    );
  }
  const store = postgresStore(database.mfaClient);
  const mfa = createMfa({ issuer: "Smart Meeting Rooms", keys, store });
  await mfa.ready({ migrate: true });
  if (config.demo) await seedDemo(database);

  const services = new Map<ServiceName, Express>();
  if (config.services.includes("users")) {
    const signingKey = await loadSigningKey(database, sealer(keys, store));
    await finishErasures(database, mfa);
    services.set("users", usersService({ database, mfa, log, signingKey, keys: createLocalJWKSet({ keys: [signingKey.publicJwk] }) }));
  }
  if (config.services.includes("bookings")) {
    const published = createRemoteJWKSet(new URL(`${config.usersUrl}/.well-known/jwks.json`));
    services.set("bookings", bookingsService({ database, mfa, log, keys: published }));
  }
  return services;
}

/**
 * Starts the services that the configuration names.
 *
 * @throws StartError, or an error of Nightlatch's, that says what keeps it from starting; nothing is left open
 */
export async function start(config: Config, log: Logger): Promise<Running> {
  const opened: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closing of opened.splice(0).reverse()) await closing();
  };
  try {
    const database = await openDatabase(config, log);
    opened.push(() => database.close());
    const servers: (() => Promise<void>)[] = [];
    opened.push(async () => void (await Promise.all(servers.map((closing) => closing()))));
    for (const [name, app] of await createServices(config, database, log)) {
      const server = await listen(app, { host: config.host, port: config.ports[name], variable: `${name.toUpperCase()}_PORT` });
      servers.push(() => server.close());
      log.info({ service: name, host: config.host, port: config.ports[name] }, "listening");
    }
    return Object.freeze({ close });
  } catch (error) {
    await close();
    throw error;
  }
}
