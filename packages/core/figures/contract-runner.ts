// The published contract of a store; as a process of its own when its environment says so.
import type { Store } from "../src/index.ts";
import { storeContract } from "../src/testing/index.ts";
import { sharedStore } from "../test/support/shared-store.ts";

/** A store has one set of data keys: what is said of them is not said of two processes that change them at once. */
const isAlone = (id: string): boolean => id.startsWith("data-keys");

const cases = storeContract.filter(({ id }) => !isAlone(id));

/** Cases that run in one process alone. */
export const casesAlone = storeContract.filter(({ id }) => isAlone(id));

/** The ids of the cases that a store fails. */
export async function failedOf(store: Store, some: typeof storeContract = cases): Promise<string[]> {
  const ids: string[] = [];
  for (const { id, run } of some) {
    try {
      await run(store);
    } catch (error) {
      console.error(id, error);
      ids.push(id);
    }
  }
  return ids;
}

if (process.env.CONTRACT) {
  const { store, close } = await sharedStore();
  process.send?.(await failedOf(store));
  await close();
  process.disconnect?.();
}
