#!/usr/bin/env node
import { run } from "./run.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // Whoever asks twice doesn't want to wait for the batch to end. Each piece of the work is whole or not at all.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
}
const { env, stdin, stdout, stderr } = process;
// Whoever reads the output may have gone, as `head` does.
stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 70));
process.exitCode = await run(process.argv.slice(2), { cwd: process.cwd(), env, stdin, stdout, stderr, stop: stop.signal });
