import { STORE_VERBS } from "../engine/fail-closed.ts";
import type { DataKeyRow } from "../secrets/data-keys.ts";
import type { Change, Store, SubjectKey, SubjectState } from "../stores/store.ts";

const nameOf = ({ tenant, subject }: SubjectKey): string => JSON.stringify([tenant, subject]);

/**
 * A store that reads another and keeps to itself what an import would add to it, judged as that store would: so a dry
 * run finds what the import will find, and writes nothing. It has what an import needs, and refuses all else.
 */
export function dryStore(store: Store): Store {
  const added = new Map<string, Change["add"][]>();
  let keysMade: readonly DataKeyRow[] = [];
  const refuse = async (): Promise<never> => {
    throw new Error("A dry run writes nothing.");
  };

  const read = async (who: SubjectKey): Promise<SubjectState> => {
    const state = await store.read(who);
    const more = (added.get(nameOf(who)) ?? []).filter((row) => row !== undefined);
    return { ...state, epoch: state.epoch + more.length, factors: [...state.factors, ...more] };
  };

  return Object.freeze({
    ...(Object.fromEntries(STORE_VERBS.map((verb) => [verb, refuse])) as unknown as Store),
    read,
    async apply(change: Change) {
      const { epoch, factors } = await read(change);
      const { add } = change;
      const isThere = factors.some(({ confirmedAt, fingerprint }) => confirmedAt !== null && fingerprint === add?.fingerprint);
      if (!add || isThere || (change.epoch ?? epoch) !== epoch) return { applied: false, epoch };
      added.set(nameOf(change), [...(added.get(nameOf(change)) ?? []), add]);
      return { applied: true, epoch: epoch + 1 };
    },
    dataKeys: async () => [...(await store.dataKeys()), ...keysMade],
    async addDataKeys(rows: readonly DataKeyRow[]) {
      keysMade = rows;
    },
  });
}
