import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Race, Raced } from "./racer.ts";

const RACER = fileURLToPath(new URL("./racer.ts", import.meta.url));

/** Starts a process on the sources, told by its environment what to do. */
export const started = (file: string, env: Record<string, string>): ChildProcess =>
  fork(file, { env: { ...process.env, ...env }, execArgv: ["--conditions=@nightlatch/source"] });

/** Processes that verify at the same time. */
export interface Racers {
  /** Each is given all the codes at once; the sum of what came of it. */
  race(subject: string, codes: string[], now: number): Promise<Raced>;
  stop(): Promise<void>;
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Starts one racer for each environment, and waits until all are ready. */
export async function racersIn(environments: Record<string, string>[]): Promise<Racers> {
  const racers = environments.map((env) => started(RACER, env));
  await Promise.all(racers.map((racer) => once(racer, "message")));
  return {
    async race(subject, codes, now) {
      const answers = racers.map(async (racer) => {
        const answer = once(racer, "message") as Promise<[Raced]>;
        racer.send({ subject, codes, now } satisfies Race);
        return (await answer)[0];
      });
      const all = await Promise.all(answers);
      return {
        ok: sum(all.map(({ ok }) => ok)),
        reasons: all.flatMap(({ reasons }) => reasons),
        evaluations: sum(all.map(({ evaluations }) => evaluations)),
      };
    },
    async stop() {
      for (const racer of racers) racer.disconnect();
      await Promise.all(racers.map((racer) => racer.exitCode ?? once(racer, "exit")));
    },
  };
}
