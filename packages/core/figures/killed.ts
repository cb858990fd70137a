import { once } from "node:events";
import { createMfa } from "../src/index.ts";
import { createKit, reason } from "../test/support/kit.ts";
import { RACER, started } from "../test/support/racers.ts";
import type { Arena } from "./arenas.ts";

/** What came of processes that died between taking a code and answering. */
export interface Killed {
  deaths: number;
  /** Codes that were taken again afterwards. */
  revived: number;
  /** Users whose next code was not taken. */
  stuck: number;
}

/** Kills a process once its store has taken the code, before it answers; then the same code is submitted elsewhere, and the next. */
export async function killed(arena: Arena, deaths: number, progress: (part: number) => void = () => {}): Promise<Killed> {
  const { env } = arena;
  if (!env) throw new Error("A store that lives in its process dies with it.");
  const kit = createKit(createMfa, arena.store);
  const mfa = await kit.mfa();
  const found: Killed = { deaths: 0, revived: 0, stuck: 0 };
  for (let round = 0; round < deaths; round += 1) {
    const user = await kit.enrolled(mfa);
    const victim = started(RACER, { ...env, RACE_DIES: "1" });
    await once(victim, "message");
    victim.send({ entries: [{ subject: user.subject.id, codes: [user.code()] }], now: kit.clock.now });
    const [, signal] = await once(victim, "exit");
    if (signal !== "SIGKILL") throw new Error("The process was not killed: its code was not taken.");
    found.deaths += 1;
    if (reason(await mfa.verify({ subject: user.subject, code: user.code() })) !== "replayed") found.revived += 1;
    kit.clock.advance(30_000);
    if (reason(await mfa.verify({ subject: user.subject, code: user.code() })) !== "ok") found.stuck += 1;
    progress((round + 1) / deaths);
  }
  return found;
}
