import type { Plugin } from "vite";
import { type PoolRunnerInitializer, type PoolWorker, ThreadsPoolWorker } from "vitest/node";

/** Runs of one thread: each leaves some listeners of vitest's own behind in it. */
const MOST_RUNS = 50;

/** A thread in which the modules stand already, and its runs so far. */
let kept: { thread: ThreadsPoolWorker; runs: number } | undefined;

/**
 * A pool of one thread that outlives its run. A mutant is switched on by a global, so the modules need not be loaded
 * anew for each: loading them takes longer than the tests do. A mutant of what runs while modules load gets a thread of
 * its own, which nothing else runs in afterwards.
 */
const pool: PoolRunnerInitializer = {
  name: "warm",
  createPoolWorker(options) {
    const isAlone = Reflect.get(options.project.getProvidedContext(), "mutantActivation") === "static";
    let thread = new ThreadsPoolWorker(options);
    let runs = 1;
    const listeners: [event: string, callback: (arg: unknown) => void][] = [];
    let hasFailed = false;
    return {
      name: "warm",
      async start() {
        if (kept && !isAlone) {
          thread = kept.thread;
          runs = kept.runs + 1;
          kept = undefined;
        } else await thread.start();
        this.on("error", () => {
          hasFailed = true;
        });
      },
      on(event, callback) {
        listeners.push([event, callback]);
        thread.on(event, callback);
      },
      off(event, callback) {
        thread.off(event, callback);
      },
      send(message) {
        // A run that bails out ends itself. Told of it by its echo, the thread would end the next one.
        if (Reflect.get(message, "m") === "onCancel") return;
        // Whoever stops it waits for this answer; the thread itself is not told.
        const stopped = { type: "stopped", __vitest_worker_response__: true };
        if (message.type !== "stop") thread.send(message);
        else for (const [event, callback] of [...listeners]) if (event === "message") callback(stopped);
      },
      async stop() {
        for (const [event, callback] of listeners) thread.off(event, callback);
        if (isAlone || hasFailed || kept || runs >= MOST_RUNS) await thread.stop();
        else kept = { thread, runs };
      },
      deserialize: (data) => data,
    } satisfies PoolWorker;
  },
};

/** Has a project's tests run in the warm thread, whichever pool was asked for. */
export const warmPool: Plugin = {
  name: "warm-pool",
  configureVitest({ project, vitest }) {
    vitest.onClose(() => kept?.thread.stop());
    project.config.pool = pool.name as typeof project.config.pool;
    project.config.poolRunner = pool;
  },
};
