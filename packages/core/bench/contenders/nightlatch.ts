import { createEngine } from "../../src/engine/engine.ts";
import { checkedOptions } from "../../src/engine/options.ts";
import { walk } from "../../src/engine/road.ts";
import { createMfa, keyring, type Mfa, type MfaOptions, type Store, type Subject } from "../../src/index.ts";
import { fromBase32, totp } from "../../src/otp/index.ts";
import { type Contender, many, type Verification } from "./contender.ts";

/** A keyring for measuring alone. */
const KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;

/** A time step in ms. */
const STEP = 30_000;

interface User {
  subject: Subject;
  secret: Uint8Array;
}

/** Nightlatch on one store, with its users. The clock moves by hand, a step before each round, so that every code is new. */
export interface Nightlatch {
  mfa: Mfa;
  options: MfaOptions;
  users: readonly User[];
  clock: { now: number };
}

function granted(result: { ok: boolean }): void {
  if (!result.ok) throw new Error(`A right code was refused: ${JSON.stringify(result)}`);
}

/** Enrols users on a store, whose tables it makes. */
export async function nightlatchOn(store: Store, { prefix, users: count }: { prefix: string; users: number }): Promise<Nightlatch> {
  const clock = { now: Date.UTC(2027, 0, 1, 12, 0, 15) };
  const options: MfaOptions = { issuer: "Bench", keys: keyring(KEYS), store, clock: () => clock.now };
  const mfa = createMfa(options);
  await mfa.ready({ migrate: true });
  const users = await many(count, async (index): Promise<User> => {
    const subject = { id: `${prefix}-${index}`, session: `session-${prefix}-${index}` };
    const setup = await mfa.factors.setup(subject);
    if (!setup.ok) throw new Error("No authenticator could be set up.");
    const secret = fromBase32(setup.secret);
    granted(await mfa.factors.enable(subject, { code: totp(secret, clock.now) }));
    return { subject, secret };
  });
  return { mfa, options, users, clock };
}

function withCodes({ users, clock }: Nightlatch, count: number): (User & { code: string })[] {
  clock.now += STEP;
  return users.slice(0, count).map((user) => ({ ...user, code: totp(user.secret, clock.now) }));
}

/** A sign-in challenge is answered: `verify({ challenge, code, session })`. The answer bears a grant. */
export const signingIn = (name: string, nightlatch: Nightlatch): Contender => ({
  name,
  async ready(count) {
    const { mfa } = nightlatch;
    const ready: Verification[] = [];
    for (const { subject, code } of withCodes(nightlatch, count)) {
      const step = await mfa.signIn({ id: subject.id }, { amr: ["pwd"] });
      if (!step.required) throw new Error("No second step was required.");
      const answer = { challenge: step.challenge, code, session: subject.session ?? "" };
      ready.push(async () => granted(await mfa.verify(answer)));
    }
    return ready;
  },
});

/** Somebody signed in gives a code: `verify({ subject, code })`. The answer bears a grant. */
export const inSession = (name: string, nightlatch: Nightlatch): Contender => ({
  name,
  async ready(count) {
    const { mfa } = nightlatch;
    return withCodes(nightlatch, count).map(
      ({ subject, code }) =>
        async () =>
          granted(await mfa.verify({ subject, code })),
    );
  },
});

/** The same without the grant: the one road alone, which no export reaches. */
export function withoutGrant(name: string, nightlatch: Nightlatch): Contender {
  const engine = createEngine(checkedOptions(nightlatch.options));
  return {
    name,
    async ready(count) {
      return withCodes(nightlatch, count).map(({ subject, code }) => {
        const who = { tenant: "", subject: subject.id };
        return async () => granted(await walk(engine, { who, code }));
      });
    },
  };
}
