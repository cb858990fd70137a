#!/usr/bin/env node
import { EXIT } from "./exit.ts";
import { run } from "./run.ts";
import { createStop } from "./stop.ts";

const stop = createStop();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // Whoever asks twice doesn't want to wait for the batch to end. Each piece of the work is whole or not at all.
    if (stop.ask()) process.exit(EXIT.stopped);
  });
}
const { env, stdin, stdout, stderr } = process;
// Whoever reads the output may have gone, as `head` does.
stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.broken));
process.exitCode = await run(process.argv.slice(2), { cwd: process.cwd(), env, stdin, stdout, stderr, stop });
// A config file that closes nothing would keep the process waiting for ever: it ends once all has been read.
await new Promise((resolve) => stdout.write("", resolve));
setTimeout(() => process.exit(), 1_000).unref();
