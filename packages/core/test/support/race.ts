import { createMfa, keyring, type Store } from "../../src/index.ts";
import { countingTotp, TEST_KEYS } from "./kit.ts";

/** One subject's round of a race. */
export interface Entry {
  subject: string;
  /** All submitted at once. */
  codes: string[];
}

/** Rounds of several subjects, all at once and at one time. */
export interface Race {
  entries: Entry[];
  now: number;
}

/** What came of it in one process. */
export interface Answered {
  /** How each code was answered, entry by entry. */
  reasons: string[][];
  /** How often a code was compared, in all. */
  evaluations: number;
}

/** Runs races in an engine of its own. */
export interface Runner {
  ready(): Promise<void>;
  run(race: Race): Promise<Answered>;
}

/** A runner on a store; so many failures in a row lock it out. */
export function runnerOn(store: Store, failures = 5): Runner {
  const { factor, evaluations } = countingTotp();
  let now = 0;
  const options = { issuer: "Race", keys: keyring(TEST_KEYS), store, factors: [factor], lockout: { failures }, clock: () => now };
  const mfa = createMfa(options);
  const answered = async (subject: string, code: string): Promise<string> => {
    const verification = await mfa.verify({ subject: { id: subject }, code });
    return verification.ok ? "ok" : verification.reason;
  };
  return {
    ready: () => mfa.ready({ migrate: true }),
    async run(race) {
      now = race.now;
      const before = evaluations();
      const running = race.entries.map(({ subject, codes }) => Promise.all(codes.map((code) => answered(subject, code))));
      return { reasons: await Promise.all(running), evaluations: evaluations() - before };
    },
  };
}
