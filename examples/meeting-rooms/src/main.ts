import { MfaError } from "@nightlatch/core";
import type { Logger } from "pino";
import { type Config, loadConfig } from "./config.ts";
import { guide } from "./demo/guide.ts";
import { createLog } from "./log.ts";
import { rotateSigningKey, start } from "./start.ts";
import { StartError } from "./start-error.ts";

async function serve(config: Config, log: Logger): Promise<void> {
  if (!config.production) console.log("Starting Smart Meeting Rooms. The first start takes some seconds more: it makes the database.");
  const running = await start(config, log);
  if (!config.production) console.log(guide(config));

  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    // A second signal does not wait for what the first one is finishing.
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, "stopping");
    await running.close();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop(signal));
}

try {
  const config = loadConfig(process.argv.slice(2), process.env);
  const log = createLog(config.logLevel);
  if (config.rotateSigningKey) console.log(await rotateSigningKey(config, log));
  else await serve(config, log);
} catch (error) {
  if (!(error instanceof StartError || error instanceof MfaError)) throw error;
  console.error(`Smart Meeting Rooms can't start.\n${error.message}`);
  process.exitCode = 1;
}
