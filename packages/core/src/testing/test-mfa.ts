import { randomBytes } from "node:crypto";
import type { MfaEvent } from "../audit/events.ts";
import { createMfa } from "../engine/create-mfa.ts";
import type { Mfa } from "../engine/mfa.ts";
import type { MfaOptions } from "../engine/mfa-options.ts";
import type { Subject } from "../engine/requests.ts";
import { keyring } from "../secrets/keyring.ts";
import { memoryStore } from "../stores/memory.ts";
import type { Store } from "../stores/store.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import { type VirtualAuthenticator, virtualAuthenticator } from "./virtual-authenticator.ts";

/** The options of `createMfa`, none of them needed, and a clock that can be moved. */
export type TestMfaOptions = Partial<Omit<MfaOptions, "clock">> & { clock?: ManualClock };

/** An engine for a test, with what it was made of. */
export interface TestMfa {
  mfa: Mfa;
  clock: ManualClock;
  store: Store;
  /** What happened since, oldest first. */
  events: MfaEvent[];
}

/**
 * A real engine for a test, ready: in memory, under a key of its own, by a clock that the test moves. Nothing
 * of it is a stand-in but the place where the rows lie.
 *
 * @param options - in place of what is made here: your own issuer, policy or factors, a store of yours
 *
 * @example
 * ```ts
 * import { enrol, testMfa } from "@nightlatch/core/testing";
 *
 * const { mfa, clock } = await testMfa();
 * const subject = { id: "ada", session: "s1" };
 * const { authenticator } = await enrol(mfa, subject, { clock });
 * const verified = await mfa.verify({ subject, code: authenticator.code() }); // ok
 * const replayed = await mfa.verify({ subject, code: authenticator.code() }); // not ok: "replayed"
 * ```
 */
export async function testMfa({
  clock = manualClock(),
  store = memoryStore(),
  onEvent,
  ...options
}: TestMfaOptions = {}): Promise<TestMfa> {
  const events: MfaEvent[] = [];
  const mfa = createMfa({
    issuer: "Test",
    keys: keyring(`test:${randomBytes(32).toString("base64")}`),
    ...options,
    store,
    clock: clock.now,
    async onEvent(event) {
      events.push(event);
      await onEvent?.(event);
    },
  });
  await mfa.ready({ migrate: true });
  return { mfa, clock, store, events };
}

/** A subject who has enrolled, as the test needs it. */
export interface Enrolled {
  authenticator: VirtualAuthenticator;
  factorId: string;
  recoveryCodes: string[];
  /** The grant that enabling gave. */
  grant: string;
}

/**
 * Enrols the first authenticator of a subject, as a user would: sets it up, and enables it by its code. A
 * manual clock is then at the next time step, so that the code shown is a fresh one.
 *
 * @param options - the engine's `clock`; `type` where it is not the engine's first factor
 * @throws Error when the engine refuses, with the reason
 */
export async function enrol(
  mfa: Pick<Mfa, "factors">,
  subject: Subject,
  { clock, type }: { clock?: ManualClock | (() => number); type?: "totp" | "hotp" } = {},
): Promise<Enrolled> {
  const refused = (step: string, { reason }: { reason: string }): Error =>
    new Error(`enrol: ${step} was refused for ${subject.id}: ${reason}. It enrols the first authenticator of a subject alone.`);
  const setup = await mfa.factors.setup(subject, type === undefined ? {} : { type });
  if (!setup.ok) throw refused("setup", setup);
  const authenticator = virtualAuthenticator({ uri: setup.uri, ...(clock ? { clock } : {}) });
  const { factorId } = setup;
  const enabled = await mfa.factors.enable(subject, { code: authenticator.code(), factorId });
  if (!enabled.ok) throw refused("enable", enabled);
  if (typeof clock === "object" || authenticator.type === "hotp") authenticator.next();
  return { authenticator, factorId, recoveryCodes: enabled.recoveryCodes ?? [], grant: enabled.grant };
}
