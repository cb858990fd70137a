import type { Logger } from "pino";
import type { Config } from "../../src/config.ts";
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from "../../src/demo/catalogue.ts";
import { listen } from "../../src/http/listen.ts";
import { StartError } from "../../src/start-error.ts";
import { buildPages, PAGES } from "./build-pages.ts";
import { createConsole } from "./create-console.ts";

/**
 * Serves the console; its pages are built first where that is due, which takes some seconds.
 *
 * @returns how to close it
 * @throws StartError when the pages can't be built, or the port can't be had
 */
export async function startConsole(config: Config, port: number, log: Logger): Promise<() => Promise<void>> {
  const { urls, host, production, onLoopback, demo, grafanaUrl, smtpUrl, trustProxy } = config;
  try {
    await buildPages();
  } catch (cause) {
    throw new StartError("The console's pages could not be built. Run: npm run build. WEB_CONSOLE=off starts the services without it.", {
      cause,
    });
  }
  const demoAccounts = demo ? DEMO_ACCOUNTS.map(({ username, role }) => ({ username, role, password: DEMO_PASSWORD })) : [];
  const inbox = !production && onLoopback && smtpUrl === undefined;
  const stopping = new AbortController();
  const app = createConsole({ urls, pages: PAGES, log, trustProxy, demoAccounts, grafanaUrl, inbox, stop: stopping.signal });
  const server = await listen(app, { host, port, variable: "CONSOLE_PORT", onStop: () => stopping.abort() });
  log.info({ service: "console", host, port }, "listening");
  return () => server.close();
}
