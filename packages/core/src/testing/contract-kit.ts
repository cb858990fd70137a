import { randomUUID } from "node:crypto";
import { compileLockout, type LockoutSchedule } from "../lockout/policy.ts";
import type {
  AuditRow,
  Change,
  Charge,
  Charged,
  Claim,
  FactorRow,
  Lane,
  Outcome,
  Settlement,
  Store,
  SubjectKey,
  SubjectRecord,
} from "../stores/store.ts";

/** One thing that a store must do. */
export interface ContractCase {
  /** Stable across releases. */
  id: string;
  level: "MUST" | "SHOULD";
  name: string;
  /** Rejects, saying what was found, when the store does not do it. */
  run(store: Store): Promise<void>;
}

/** 2027-01-01, in milliseconds since 1970: the contract's clock starts here and moves by hand. */
export const START = 1_798_761_600_000;

/** Five failures lock for 15 minutes; the tally suspends at 100 and leaks one a day. */
export const SCHEDULE: LockoutSchedule = compileLockout();

/** A subject that no other case uses, so that cases may share a store. */
export const someone = (): SubjectKey => ({ tenant: "", subject: `subject-${randomUUID()}` });

/** A row for the log; the contract looks at its id and type alone. */
export const auditRow = (who: SubjectKey, type: string, at: number = START): AuditRow => ({
  id: randomUUID(),
  at,
  type,
  tenant: who.tenant,
  subject: who.subject,
  salt: "salt",
  personal: "personal",
  detail: "{}",
  mac: "mac",
});

/** A factor's row; confirmed unless said otherwise. */
export const factorRow = (row: Partial<FactorRow> = {}): FactorRow => {
  const id = randomUUID();
  return {
    id,
    type: "totp",
    name: "Authenticator app",
    algorithm: "SHA1",
    digits: 6,
    period: 30,
    secret: `sealed-${id}`,
    fingerprint: `fingerprint-${id}`,
    position: -1,
    replaces: null,
    createdAt: START,
    confirmedAt: null,
    expiresAt: START + 900_000,
    lastUsedAt: null,
    ...row,
  };
};

/** The store's verbs with what most cases leave alone filled in. */
export interface Bench {
  who: SubjectKey;
  charge(options?: Partial<Charge>): Promise<Charged>;
  /** Charges and expects to be admitted. */
  admitted(options?: Partial<Charge>): Promise<Charged & { admitted: true }>;
  settle(charged: Charged & { admitted: true }, options?: Partial<Settlement>): Promise<Outcome>;
  apply(change?: Partial<Change>): Promise<{ applied: boolean; epoch: number }>;
  /** Adds and confirms an authenticator. */
  enrol(row?: Partial<FactorRow>): Promise<FactorRow>;
  /** A charge and its settlement. */
  attempt(claim?: Claim, options?: Partial<Charge>): Promise<Outcome>;
}

const NO_AUDIT = { won: [], lost: [], stale: [] };

/** A bench for one subject of a store. */
export function benchFor(store: Store, who: SubjectKey = someone()): Bench {
  const bench: Bench = {
    who,
    charge: (options = {}) =>
      store.charge({ ...who, lane: "authenticator", now: START, schedule: SCHEDULE, codes: [RECOVERY], ...options }),

    async admitted(options) {
      const charged = await bench.charge(options);
      if (!charged.admitted) throw new Error(`The charge was refused (${charged.reason}), and should have been admitted.`);
      return charged;
    },

    settle: ({ seen, record }, options = {}) =>
      store.settle({
        ...who,
        lane: "authenticator" satisfies Lane,
        now: START,
        schedule: SCHEDULE,
        seen,
        epoch: record.epoch,
        audit: NO_AUDIT,
        ...options,
      }),

    apply: (change = {}) => store.apply({ ...who, now: START, audit: [], ...change }),

    async enrol(row) {
      const added = factorRow(row);
      await bench.apply({ add: added });
      await bench.apply({ confirm: added.id });
      return added;
    },

    async attempt(claim, options) {
      const charged = await bench.admitted(options);
      return await bench.settle(charged, { ...options, ...(claim ? { claim } : {}) });
    },
  };
  return bench;
}

/** The type of the codes that most cases use. A store looks at no type's meaning. */
export const RECOVERY = "recovery_code";

/** Recovery codes with these hashes, for a change: they never lapse. */
export const recovery = (...hashes: string[]): NonNullable<Change["codes"]> => ({ type: RECOVERY, hashes, expiresAt: null });

/** The hashes of the codes that are not used, of one type, sorted. */
export const unused = ({ codes }: SubjectRecord, ofType: string = RECOVERY): string[] =>
  codes
    .filter(({ type, used }) => type === ofType && !used)
    .map(({ hash }) => hash)
    .sort();

/** So many of the same at once. */
export const together = <T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));
