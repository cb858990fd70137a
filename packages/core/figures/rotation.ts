import { randomBytes } from "node:crypto";
import { type Applied, createMfa, keyring, type Mfa, type Store } from "../src/index.ts";
import { createKit, STEP, type User } from "../test/support/kit.ts";

/** What to rotate, and how often. */
export interface RotationOptions {
  /** Opens an empty store. */
  open(): Promise<{ store: Store; close(): Promise<void> }>;
  /** Rotations of the keyring, each with one of every data key that can be rotated. */
  rounds: number;
  /** Users who verify all the while, and as many who come back after each round. @defaultValue 10 */
  users?: number;
}

/** What came of it. */
export interface RotationFigures {
  /** Right codes, each with the grant that it earned, shown to the other engine. */
  verifications: number;
  failed: number;
  /** Secrets sealed anew, by runs or on use. */
  resealed: number;
  /** Runs that a lost connection ended in the middle. */
  interrupted: number;
  /** Secrets that the run after that left under an older key. */
  left: number;
  /** Rounds after which the keyring's older key could be removed. */
  removable: number;
  /** Rows of the log that no key vouches for. */
  broken: number;
}

const newKey = (id: string): string => `${id}:${randomBytes(32).toString("base64")}`;

/** A store with a hand on each change of a secret. */
const watching = (store: Store, around: (apply: () => Promise<Applied>) => Promise<Applied>): Store => ({
  ...store,
  apply: (change) => (change.reseal ? around(() => store.apply(change)) : store.apply(change)),
});

/** The store over a connection that is lost at one change of a secret: before it is made, or once it is. */
function losing(store: Store, at: number, isMade: boolean): Store {
  let changes = 0;
  return watching(store, async (apply) => {
    changes += 1;
    if (changes !== at) return await apply();
    if (isMade) await apply();
    throw new Error("The connection was lost.");
  });
}

/**
 * Rotates all that rotates, over one store in two engines that know nothing of each other, while users verify in both:
 * the keyring in the order of `docs/keys.md`, then each data key. A run that seals secrets anew is cut off in the middle,
 * and the other engine runs it again.
 */
export async function rotation({ open, rounds, users: count = 10 }: RotationOptions): Promise<RotationFigures> {
  const opened = await open();
  const figures: RotationFigures = { verifications: 0, failed: 0, resealed: 0, interrupted: 0, left: 0, removable: 0, broken: 0 };
  const store = watching(opened.store, async (apply) => {
    const applied = await apply();
    if (applied.applied) figures.resealed += 1;
    return applied;
  });
  const kit = createKit(createMfa, store);
  const started = (ring: string[], over: Store = store): Promise<Mfa> =>
    kit.mfa({ keys: keyring(ring.join(",")), store: over, onEvent: () => {} });

  let old = newKey("k0");
  let one = await started([old]);
  let other = await started([old]);
  const users: User[] = [];
  for (let index = 0; index < 2 * count; index += 1) users.push(await kit.enrolled(index % 2 === 0 ? one : other));

  const verified = async ({ subject, code }: User, by: Mfa, then: Mfa): Promise<boolean> => {
    const verification = await by.verify({ subject, code: code() });
    return verification.ok && (await then.verifyGrant(verification.grant, subject)).ok;
  };
  const step = async (some: readonly User[]): Promise<void> => {
    kit.clock.advance(STEP);
    const attempts = some.map((user, index) => (index % 2 === 0 ? verified(user, one, other) : verified(user, other, one)));
    const outcomes = await Promise.all(attempts.map((attempt) => attempt.catch(() => false)));
    figures.verifications += outcomes.length;
    figures.failed += outcomes.filter((isVerified) => !isVerified).length;
  };
  /** Does something while half of the users verify, and waits until they have done so once more. */
  const underLoad = async <T>(work: () => Promise<T>): Promise<T> => {
    let isOver = false;
    const result = work().finally(() => {
      isOver = true;
    });
    // Its fault is for whoever awaits it below.
    result.catch(() => undefined);
    while (!isOver) await step(users.slice(0, count));
    await step(users.slice(0, count));
    return await result;
  };

  for (let round = 1; round <= rounds; round += 1) {
    const fresh = newKey(`k${round}`);
    for (const ring of [[old, fresh], [fresh, old], [fresh]]) {
      other = await underLoad(() => started(ring));
      one = await underLoad(() => started(ring));
    }
    if ((await store.dataKeys()).every(({ wrapped }) => wrapped.startsWith(`k${round}.`))) figures.removable += 1;
    old = fresh;

    await underLoad(() => one.keys.rotate("grant"));
    await underLoad(() => other.keys.rotate("audit"));
    const cutOff = await started([old], losing(store, 1 + (round % 3), round % 2 === 0));
    await underLoad(async () => {
      await one.keys.rotate("seal");
      await cutOff.keys.reseal({ batch: 3 }).catch(() => {
        figures.interrupted += 1;
      });
    });
    await underLoad(() => other.keys.reseal({ batch: 3 }));
    const active = (await store.dataKeys()).find(({ use }) => use === "seal");
    figures.left += (await store.factorsNotUnder({ prefix: `v1.${active?.id}.`, after: "", limit: users.length })).length;
    await step(users);
  }

  const log = await started([old]);
  let page = await log.audit.list({ limit: 1000 });
  figures.broken += page.events.filter(({ intact }) => !intact).length;
  while (page.more) {
    page = await log.audit.list({ after: page.cursor, limit: 1000 });
    figures.broken += page.events.filter(({ intact }) => !intact).length;
  }
  await opened.close();
  return figures;
}
