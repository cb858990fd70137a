import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { storeContract } from "../src/testing/index.ts";
import { started } from "../test/support/racers.ts";
import { type Arena, processesOf } from "./arenas.ts";
import { casesAlone, failedOf } from "./contract-runner.ts";

const RUNNER = fileURLToPath(new URL("./contract-runner.ts", import.meta.url));

/** What came of the contract. */
export interface Contract {
  cases: number;
  processes: number;
  /** Runs of a case, in all processes. */
  runs: number;
  failed: string[];
}

/** Runs the published contract of a store; where it can be shared, in two processes at the same time. */
export async function sharedContract(arena: Arena, rounds = 1): Promise<Contract> {
  const processes = processesOf(arena);
  const failed: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const child = arena.env && started(RUNNER, { ...arena.env, CONTRACT: "1" });
    const told = child && (once(child, "message") as Promise<[string[]]>);
    failed.push(...(await failedOf(arena.store)), ...((await told)?.[0] ?? []), ...(await failedOf(arena.store, casesAlone)));
  }
  const shared = storeContract.length - casesAlone.length;
  return { cases: storeContract.length, processes, runs: rounds * (processes * shared + casesAlone.length), failed };
}
