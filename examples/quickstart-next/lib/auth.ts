import { randomBytes, randomUUID } from "node:crypto";
import { createMfa, keyring, type Mfa } from "@nightlatch/core";
import { webMfa } from "@nightlatch/core/http";
import { memoryStore } from "@nightlatch/core/stores/memory";

/** The login that you have: users, a password check, and sessions by cookie. */
export const ada = { id: "1", email: "ada@example.com", password: "correct horse" };

/** What Next's bundles of one process share. */
interface Shared {
  sessions: Map<string, typeof ada>;
  mfa: Mfa;
}

function shared(): Shared {
  const process_ = globalThis as { quickstart?: Shared };
  process_.quickstart ??= {
    sessions: new Map(),
    // Yours: a key from where your secrets are, and a store on your database. These two last as long as the process.
    mfa: createMfa({
      issuer: "Quickstart",
      keys: keyring(process.env.NIGHTLATCH_KEYS ?? `k1:${randomBytes(32).toString("base64")}`),
      store: memoryStore(),
    }),
  };
  return process_.quickstart;
}

const { sessions } = shared();
export const { mfa } = shared();

/** Starts a session; gives the cookie that it is known by. */
export function startSession(session: string = randomUUID()): string {
  sessions.set(session, ada);
  return `session=${session}; Path=/; HttpOnly; SameSite=Lax`;
}

export const { handler, stepUp } = webMfa(mfa, {
  subject(request) {
    const session = /(?:^|; )session=([\w-]+)/.exec(request.headers.get("cookie") ?? "")?.[1] ?? "";
    const user = sessions.get(session);
    return user && { id: user.id, name: user.email, session };
  },
  // How a sign-in ends once its second step is done.
  signIn: { session: () => randomUUID(), start: ({ session }) => ({ cookies: [startSession(session)] }) },
});
