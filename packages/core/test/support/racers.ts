import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Store } from "../../src/index.ts";
import { type Answered, type Entry, type Race, runnerOn } from "./race.ts";

/** The program of a racer. */
export const RACER: string = fileURLToPath(new URL("./racer.ts", import.meta.url));

/** Starts a process on the sources, told by its environment what to do. */
export const started = (file: string, env: Record<string, string>): ChildProcess =>
  fork(file, { env: { ...process.env, ...env }, execArgv: ["--conditions=@nightlatch/source"] });

/** What came of one subject's round, in all processes. */
export interface Raced {
  ok: number;
  reasons: string[];
  evaluations: number;
}

/** Processes that verify at the same time. */
export interface Racers {
  /** Each is given all the codes at once; the sum of what came of it. */
  race(subject: string, codes: string[], now: number): Promise<Raced>;
  /** The same for several subjects, all at once: how each of their codes was answered, and how often one was compared. */
  raceAll(entries: Entry[], now: number): Promise<Answered>;
  stop(): Promise<void>;
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

function racersFrom(run: (race: Race) => Promise<Answered[]>, stop: () => Promise<void>): Racers {
  const raceAll = async (entries: Entry[], now: number): Promise<Answered> => {
    const answers = await run({ entries, now });
    return {
      reasons: entries.map((_, index) => answers.flatMap(({ reasons }) => reasons[index] ?? [])),
      evaluations: sum(answers.map(({ evaluations }) => evaluations)),
    };
  };
  return {
    raceAll,
    async race(subject, codes, now) {
      const { reasons, evaluations } = await raceAll([{ subject, codes }], now);
      const all = reasons.flat();
      return { ok: all.filter((why) => why === "ok").length, reasons: all, evaluations };
    },
    stop,
  };
}

/** The next message of a process; rejects if it ends without one. */
async function answerOf<T>(racer: ChildProcess): Promise<T> {
  const over = new AbortController();
  const ended = once(racer, "exit", { signal: over.signal }).then(() => Promise.reject(new Error("A racer ended without an answer.")));
  try {
    const [message] = await Promise.race([once(racer, "message", { signal: over.signal }), ended]);
    return message as T;
  } finally {
    ended.catch(() => {});
    over.abort();
  }
}

/** Starts one racer for each environment, and waits until all are ready. */
export async function racersIn(environments: Record<string, string>[]): Promise<Racers> {
  const racers = environments.map((env) => started(RACER, env));
  await Promise.all(racers.map(answerOf));
  const run = (race: Race): Promise<Answered[]> =>
    Promise.all(
      racers.map((racer) => {
        const answer = answerOf<Answered>(racer);
        racer.send(race);
        return answer;
      }),
    );
  return racersFrom(run, async () => {
    for (const racer of racers) racer.disconnect();
    await Promise.all(racers.map((racer) => racer.exitCode ?? once(racer, "exit")));
  });
}

/** Where a store can't be shared: one engine in this process, which is given all the codes. */
export async function racersHere(store: Store, failures?: number): Promise<Racers> {
  const { ready, run } = runnerOn(store, failures);
  await ready();
  return racersFrom(
    async (race) => [await run(race)],
    async () => {},
  );
}
