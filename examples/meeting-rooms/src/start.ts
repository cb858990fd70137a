import type { Logger } from "pino";
import { startConsole } from "../web/server/start-console.ts";
import type { Config } from "./config.ts";
import { openContext } from "./context.ts";
import { hasDemoAccounts, seedDemo } from "./demo/seed.ts";
import { listen } from "./http/listen.ts";
import type { ServiceContext } from "./service-context.ts";
import { services } from "./services.ts";
import { StartError } from "./start-error.ts";
import { NOTICE } from "./tokens/signing-keys.ts";

/** A system that serves. */
export interface Running {
  /** Accepts no more, finishes what is in flight, then closes what was opened, the database last. */
  close(): Promise<void>;
}

async function startServices(config: Config, log: Logger, onClose: ServiceContext["onClose"]): Promise<void> {
  const context = await openContext(config, log, onClose);
  const open = config.production
    ? "NODE_ENV is production"
    : config.onLoopback
      ? undefined
      : `HOST is ${config.host}, which others can reach`;
  if (open !== undefined && (await hasDemoAccounts(context.database))) {
    throw new StartError(
      `${open}, and the database holds demo accounts, whose password is printed for all to read. Delete them, or use another database.`,
    );
  }
  if (config.demo) await seedDemo(context.database);
  const made = [];
  for (const { name, create } of services) {
    if (config.services.includes(name)) made.push({ name, ...(await create(context)) });
  }
  const servers: (() => Promise<void>)[] = [];
  onClose(async () => void (await Promise.all(servers.map((closing) => closing()))));
  for (const { name, app, onStop } of made) {
    const port = config.ports[name];
    const server = await listen(app, { host: config.host, port, variable: `${name.toUpperCase()}_PORT`, onStop });
    servers.push(() => server.close());
    log.info({ service: name, host: config.host, port }, "listening");
  }
}

/**
 * Starts the services that the configuration names, and the web console.
 *
 * @throws StartError, or an error of Nightlatch's, that says what keeps it from starting; nothing is left open
 */
export async function start(config: Config, log: Logger): Promise<Running> {
  const opened: (() => void | Promise<void>)[] = [];
  const onClose = (close: () => void | Promise<void>): void => void opened.push(close);
  const close = async (): Promise<void> => {
    for (const closing of opened.splice(0).reverse()) await closing();
  };
  try {
    if (config.services.length > 0) await startServices(config, log, onClose);
    if (config.consolePort !== undefined) onClose(await startConsole(config, config.consolePort, log));
    return Object.freeze({ close });
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Makes the key that signs access tokens next, while the services run or without them; what to tell whoever asked for it.
 *
 * @throws StartError, or an error of Nightlatch's, that says what keeps it from being made
 */
export async function rotateSigningKey(config: Config, log: Logger): Promise<string> {
  const opened: (() => void | Promise<void>)[] = [];
  try {
    const { signingKeys } = await openContext(config, log, (close) => void opened.push(close));
    const keys = await signingKeys();
    if (config.rotateNow) {
      return (
        `The signing key ${await keys.replace()} signs from now on, and there is no other: what the keys before it signed is dead ` +
        "at every service, and everybody signs in again."
      );
    }
    const kid = await keys.rotate();
    const from = new Date(Date.now() + NOTICE * 1_000).toISOString();
    return `The signing key ${kid} signs from ${from} on. Nobody is signed out: the one before it stays good for the tokens it signed.`;
  } finally {
    for (const closing of opened.reverse()) await closing();
  }
}
