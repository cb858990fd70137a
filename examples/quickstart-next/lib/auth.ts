import { randomBytes, randomUUID } from "node:crypto";
import { createMfa, enrolledBy, keyring, type Mfa } from "@nightlatch/core";
import { webMfa } from "@nightlatch/core/http";
import { memoryStore } from "@nightlatch/core/stores/memory";

/** The login that you have: users, a password check, and sessions by cookie. */
interface User {
  id: string;
  email: string;
  password: string;
  /** Your own memory of who has enrolled: rows that somebody deletes then switch nothing off. */
  enrolled: boolean;
}

/** What Next's bundles of one process share. */
interface Shared {
  ada: User;
  sessions: Map<string, User>;
  mfa: Mfa;
}

function shared(): Shared {
  const process_ = globalThis as { quickstart?: Shared };
  const ada: User = { id: "1", email: "ada@example.com", password: "correct horse", enrolled: false };
  process_.quickstart ??= {
    ada,
    sessions: new Map(),
    // Yours: a key from where your secrets are, and a store on your database. These two last as long as the process.
    mfa: createMfa({
      issuer: "Quickstart",
      keys: keyring(process.env.NIGHTLATCH_KEYS ?? `k1:${randomBytes(32).toString("base64")}`),
      store: memoryStore(),
      // On a database of yours follow the log besides, by mfa.audit.follow(): a reset from a shell, or by another process, reaches no onEvent.
      onEvent(event) {
        ada.enrolled = enrolledBy(event) ?? ada.enrolled;
      },
    }),
  };
  return process_.quickstart;
}

const { sessions } = shared();
export const { ada, mfa } = shared();

/** Starts a session; gives the cookie that it is known by. */
export function startSession(session: string = randomUUID()): string {
  sessions.set(session, ada);
  return `session=${session}; Path=/; HttpOnly; SameSite=Lax`;
}

export const { handler, stepUp } = webMfa(mfa, {
  subject(request) {
    const session = /(?:^|; )session=([\w-]+)/.exec(request.headers.get("cookie") ?? "")?.[1] ?? "";
    const user = sessions.get(session);
    return user && { id: user.id, name: user.email, session, enrolled: user.enrolled };
  },
  // How a sign-in ends once its second step is done.
  signIn: { session: () => randomUUID(), start: ({ session }) => ({ cookies: [startSession(session)] }) },
});
