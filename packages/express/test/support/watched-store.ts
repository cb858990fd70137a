import type { Store } from "@nightlatch/core";
import { memoryStore } from "@nightlatch/core/stores/memory";

/** A verb of the store. */
export type Verb = keyof Store;

/** What happens in place of a verb, or after it. */
export type Fault = (run: () => Promise<unknown>) => unknown;

/** A real store that tells which verbs were called, and fails on demand. */
export interface WatchedStore extends Store {
  /** The verbs called so far, in order. */
  calls: Verb[];
  /** From now on the verb answers with this. */
  break(verb: Verb, fault: Fault): void;
  mend(): void;
}

/** The same text as a driver's error could bear: none of it may reach a caller. */
export const DRIVER_SECRET = "canary-of-the-driver";

/** Rejects as a driver does whose server is gone. */
export const down: Fault = async () => {
  throw new Error(`connect ECONNREFUSED ${DRIVER_SECRET}`);
};

/** The worst case: it was done, and the answer got lost. */
export const lostAnswer: Fault = async (run) => {
  await run();
  throw new Error(`read ETIMEDOUT ${DRIVER_SECRET}`);
};

/** Wraps a memory store. */
export function watchedStore(): WatchedStore {
  const inner = memoryStore();
  const calls: Verb[] = [];
  const faults = new Map<Verb, Fault>();
  const verbs = Object.entries(inner).map(([name, verb]) => {
    const act = verb as (...args: unknown[]) => Promise<unknown>;
    return [
      name,
      (...args: unknown[]) => {
        calls.push(name as Verb);
        const fault = faults.get(name as Verb);
        return fault ? fault(() => act(...args)) : act(...args);
      },
    ];
  });
  return {
    ...(Object.fromEntries(verbs) as Store),
    calls,
    break(verb, fault) {
      faults.set(verb, fault);
    },
    mend() {
      faults.clear();
    },
  };
}
