import { randomBytes } from "node:crypto";
import { createMfa } from "../engine/create-mfa.ts";
import type { Mfa } from "../engine/mfa.ts";
import type { Subject } from "../engine/requests.ts";
import type { SignIn } from "../engine/results.ts";
import { email, hotp, totp } from "../factors/index.ts";
import type { SessionStart, SignedIn, StepUpOptions } from "../http/index.ts";
import { keyring } from "../secrets/keyring.ts";
import { memoryStore } from "../stores/memory.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";

/** A route that a host under audit has to guard. It takes POST, and answers 200 with `{ "done": true }` once it runs. */
export interface AuditRoute {
  /** `:id` stands for what the approval is bound to. */
  path: string;
  options: StepUpOptions;
  /** Whether `bind` gives the path's `id`. */
  isBound: boolean;
}

/** The guarded routes of a host under audit. */
export const auditRoutes: readonly AuditRoute[] = Object.freeze([
  { path: "/any", options: {}, isBound: false },
  { path: "/approve/:id", options: { purpose: "audit.approve" }, isBound: true },
  { path: "/once", options: { once: true }, isBound: false },
  { path: "/now", options: { maxAge: 0 }, isBound: false },
  { path: "/app-only", options: { methods: ["totp"] }, isBound: false },
  { path: "/choice", options: { ifNotEnrolled: "allow" }, isBound: false },
]);

/**
 * What a host under audit is made of. Its adapter is given `mfa` and these as its options; the rest is for the audits, as
 * is the clock that it is of.
 */
export interface AuditGround extends ManualClock {
  mfa: Mfa;
  /** Pages on them may call from elsewhere. */
  origins: readonly string[];
  /** Who is asking, by the host's `Authorization` header; ids that begin with `known-` the host remembers as enrolled. */
  subject(authorization: string | null | undefined): Subject | undefined;
  signIn: {
    /** The id of the session to come. */
    session(): string;
    /** Starts it. */
    start(signedIn: SignedIn): SessionStart;
  };
  /** The code that somebody was sent last. */
  mailbox(id: string): string | undefined;
  /** What follows the password: ids that begin with `must-` have to enrol. */
  afterPassword(id: string, device?: string): Promise<SignIn>;
}

const ORIGIN = "https://console.example";

/**
 * An engine on a memory store of its own with every kind of factor, for a host to be audited with.
 *
 * @example
 * ```ts
 * import { auditGround } from "@nightlatch/core/testing";
 *
 * const ground = await auditGround();
 * console.log(ground.subject("Bearer ada:s1")); // { id: "ada", session: "s1", name: "ada@example.com" }
 * ```
 */
export async function auditGround(): Promise<AuditGround> {
  // The first second of a time step, in 2027.
  const clock = manualClock(1_800_000_000_000);
  const sent = new Map<string, string>();
  const mfa = createMfa({
    issuer: "Audit",
    keys: keyring(`k1:${randomBytes(32).toString("base64")}`),
    store: memoryStore(),
    clock: clock.now,
    factors: [
      totp(),
      hotp(),
      email(async ({ subject, code }) => {
        sent.set(subject.id, code);
        return { to: "a•••@example.com" };
      }),
    ],
    trustedDevices: { for: "7d" },
    grants: { algorithm: "EdDSA" },
    enrolment: { require: ({ id }) => id.startsWith("must-") },
  });
  await mfa.ready({ migrate: true });
  let sessions = 0;
  return Object.freeze({
    ...clock,
    mfa,
    origins: [ORIGIN],
    subject(authorization: string | null | undefined) {
      const [, id, session] = /^Bearer ([\w-]+):([\w-]+)$/.exec(authorization ?? "") ?? [];
      const remembered = id?.startsWith("known-") ? { enrolled: true } : {};
      return id && session ? { id, session, name: `${id}@example.com`, ...remembered } : undefined;
    },
    signIn: {
      session() {
        sessions += 1;
        return `signed-in-${sessions}`;
      },
      start: ({ subject, session }: SignedIn) => ({
        body: { token: `${subject.id}:${session}`, expires_in: 1800 },
        cookies: [`session=${session}; HttpOnly`],
      }),
    },
    mailbox: (id: string) => sent.get(id),
    afterPassword: async (id: string, device?: string) =>
      await mfa.signIn({ id }, { amr: ["pwd"], ...(device === undefined ? {} : { device }) }),
  });
}
