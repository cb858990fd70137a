import { randomUUID } from "node:crypto";
import {
  type createMfa as CreateMfa,
  type Factor,
  keyring,
  type Mfa,
  type MfaEvent,
  type MfaOptions,
  type Setup,
  type SignIn,
  type Store,
  type Subject,
  totp as totpFactor,
  type Verification,
  type Verified,
} from "../../src/index.ts";
import { fromBase32, totp } from "../../src/otp/index.ts";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const STEP = 30 * SECOND;

/** A keyring for tests alone. */
export const TEST_KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;

/** A clock that moves by hand; it stands in the middle of a time step. */
export interface Clock {
  now: number;
  advance(ms: number): void;
}

/** A subject with an enabled authenticator. */
export interface User {
  subject: Subject;
  factorId: string;
  secret: Uint8Array;
  uri: string;
  recoveryCodes: string[];
  grant: string;
  /** The authenticator's code now, or some steps away. */
  code(steps?: number): string;
  /** A code of no step near. */
  wrong(): string;
}

/** What a check works with. Every kit has a clock, events and subjects of its own; the store may be shared. */
export interface Kit {
  store: Store;
  /** Rounds of a race that a check should run here. */
  rounds: number;
  clock: Clock;
  events: MfaEvent[];
  mfa(options?: Partial<MfaOptions>): Promise<Mfa>;
  someone(): Subject;
  /** Sets up and enables an authenticator, and moves on to the next step, so that `code()` is fresh. */
  enrolled(mfa: Mfa, subject?: Subject): Promise<User>;
  /** The events of one subject in the log. */
  logged(mfa: Mfa, subject: Subject): Promise<string[]>;
}

/** A thing that must hold, named after its requirement or attack. */
export interface Check {
  title: string;
  run(kit: Kit): Promise<void>;
}

/** The value of a result that must be good. */
export function good<T extends { ok: boolean }>(result: T): T & { ok: true } {
  if (result.ok !== true) throw new Error(`Refused: ${JSON.stringify(result)}`);
  return result as T & { ok: true };
}

/** The challenge of a sign-in that must want one. */
export function required(step: SignIn): SignIn & { required: true } {
  if (!step.required) throw new Error("No second step was required.");
  return step;
}

/** Why something was refused; `"ok"` when it was not. */
export const reason = (result: Verification | Setup): string => (result.ok ? "ok" : result.reason);

export const succeeded = (results: (Verification | Setup)[]): Verified[] => results.filter((result): result is Verified => result.ok);

/** A totp factor that counts how often a code was compared. */
export function countingTotp(): { factor: Factor; evaluations: () => number } {
  const inner = totpFactor();
  let evaluations = 0;
  return {
    factor: {
      ...inner,
      match(attempt) {
        evaluations += 1;
        return inner.match(attempt);
      },
    },
    evaluations: () => evaluations,
  };
}

/** So many of the same at once. */
export const together = <T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));

export function createKit(createMfa: typeof CreateMfa, store: Store, rounds = 5): Kit {
  const clock: Clock = {
    now: Date.UTC(2027, 0, 1, 12, 0, 15),
    advance(ms) {
      clock.now += ms;
    },
  };
  const events: MfaEvent[] = [];
  const kit: Kit = {
    store,
    rounds,
    clock,
    events,
    async mfa(options = {}) {
      const mfa = createMfa({
        issuer: "Nightlatch Test",
        keys: keyring(TEST_KEYS),
        store,
        clock: () => clock.now,
        onEvent: (event) => void events.push(event),
        ...options,
      });
      await mfa.ready();
      return mfa;
    },
    someone: () => ({ id: `user-${randomUUID()}`, name: "ada@example.com", session: `session-${randomUUID()}` }),
    async enrolled(mfa, subject = kit.someone()) {
      const { secret: text, factorId, uri } = good(await mfa.factors.setup(subject));
      const secret = fromBase32(text);
      const { grant, recoveryCodes = [] } = good(await mfa.factors.enable(subject, { code: totp(secret, clock.now) }));
      clock.advance(STEP);
      const code = (steps = 0): string => totp(secret, clock.now + steps * STEP);
      const wrong = (): string => {
        const near = new Set([-3, -2, -1, 0, 1, 2, 3].map(code));
        let guess = 0;
        while (near.has(String(guess).padStart(6, "0"))) guess += 1;
        return String(guess).padStart(6, "0");
      };
      return { subject, factorId, secret, uri, recoveryCodes, grant, code, wrong };
    },
    async logged(mfa, subject) {
      const { events: found } = await mfa.audit.list({ subject, limit: 1000 });
      return found.map(({ type }) => type);
    },
  };
  return kit;
}
