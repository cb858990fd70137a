import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Store } from "../../src/index.ts";
import { benchFor, factorRow, START, someone } from "../../src/testing/contract-kit.ts";
import { started } from "./racers.ts";
import { onceOf, type Task } from "./victim.ts";

const VICTIM = fileURLToPath(new URL("./victim.ts", import.meta.url));

/** Starts a process that will die. */
export type Victim = (task: Omit<Task, "client" | "at">) => ChildProcess;

/** Starts processes that come to a file or a server through a client. */
export const victimOf =
  (client: Task["client"], at: string): Victim =>
  (task) =>
    started(VICTIM, { VICTIM: JSON.stringify({ client, at, ...task } satisfies Task) });

/** Runs the verb in processes that die behind the first statement, the second and so on, until one lives: how many died. */
async function dyingAtEach(
  victim: Victim,
  verb: Task["verb"],
  enrol: (subject: string) => Promise<string>,
  judge: (subject: string) => Promise<boolean>,
): Promise<number> {
  for (let killBehind = 1; ; killBehind += 1) {
    const { subject } = someone();
    const [code, signal] = await once(victim({ verb, subject, factorId: await enrol(subject), killBehind }), "exit");
    const isWhole = await judge(subject);
    if (code === 0) {
      expect(isWhole).toBe(true);
      return killBehind - 1;
    }
    expect(signal).toBe("SIGKILL");
  }
}

/** Behind whichever statement its process dies, a change is whole or has not begun. Gives the number of statements. */
export function dyingChanges(store: Store, victim: Victim): Promise<number> {
  const enrol = async (subject: string) => {
    const row = factorRow();
    await benchFor(store, { tenant: "", subject }).apply({ add: row });
    return row.id;
  };
  const judge = async (subject: string) => {
    const who = { tenant: "", subject };
    const { epoch, factors, codes } = await store.read(who);
    const log = await store.auditPage({ after: 0, limit: 10, who });
    const found = [epoch, factors.map(({ confirmedAt }) => confirmedAt), codes.length, log.length];
    expect([
      [0, [null], 0, 0],
      [1, [START], 3, 2],
    ]).toContainEqual(found);
    return epoch === 1;
  };
  return dyingAtEach(victim, "apply", enrol, judge);
}

/** Behind whichever statement its process dies, an attempt is settled, or charged and no more. Gives the number of statements. */
export function dyingAttempts(store: Store, victim: Victim): Promise<number> {
  const enrol = async (subject: string) => (await benchFor(store, { tenant: "", subject }).enrol()).id;
  const judge = async (subject: string) => {
    const who = { tenant: "", subject };
    const { factors, lanes } = await store.read(who);
    const { attempts, forgiven, tally } = lanes.authenticator;
    const log = await store.auditPage({ after: 0, limit: 10, who });
    const isSpent = !(await store.spend(onceOf(subject, 7), START));
    const found = [factors[0]?.position, attempts, forgiven, tally, log.length, isSpent];
    expect([
      [-1, 1, 0, 1, 0, false],
      [7, 1, 1, 0, 1, true],
    ]).toContainEqual(found);
    return isSpent;
  };
  return dyingAtEach(victim, "settle", enrol, judge);
}

/** Killed at any time, a process has lost nothing that it was told. */
export async function dyingAnytime(store: Store, victim: Victim, rounds: number): Promise<void> {
  const bench = benchFor(store);
  const { id } = await bench.enrol();
  for (let round = 1; round <= rounds; round += 1) {
    const child = victim({ verb: "settle again and again", subject: bench.who.subject, factorId: id, killBehind: 0 });
    let told = 0;
    // At another time in each round: so many attempts later, and somewhere in the midst of the next.
    let more = round;
    child.on("message", (position: number) => {
      told = position;
      more -= 1;
      if (more === 0) child.kill("SIGKILL");
    });
    await once(child, "exit");

    // A change that changes nothing: it waits for what a server is still doing for the dead.
    await bench.apply();
    const { factors, lanes } = await store.read(bench.who);
    const { attempts, forgiven } = lanes.authenticator;
    const log = await store.auditPage({ after: 0, limit: 100_000, who: bench.who });
    const position = factors[0]?.position ?? 0;
    expect(position).toBeGreaterThanOrEqual(told);
    // The first position is 0. At most the last attempt was charged and not settled.
    expect(log.length).toBe(position + 1);
    expect(attempts - forgiven).toBeLessThanOrEqual(1);
    expect(await store.spend(onceOf(bench.who.subject, position), START)).toBe(false);
  }
}
