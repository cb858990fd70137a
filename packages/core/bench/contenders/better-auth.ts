import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { twoFactor } from "better-auth/plugins";
import type { Pool } from "pg";
import { fromBase32, totp } from "../../src/otp/index.ts";
import { type Contender, many } from "./contender.ts";

const PASSWORD = "correct horse battery staple";

interface User {
  email: string;
  secret: Uint8Array;
  /** Of a session that has passed the second step. */
  cookie: string;
}

/** The cookies that an answer sets, as a browser would send them back; those it deletes are left out. */
const cookiesOf = (headers: Headers): string =>
  headers
    .getSetCookie()
    .filter((cookie) => !/max-age=0/i.test(cookie))
    .map((cookie) => cookie.split(";")[0])
    .join("; ");

/**
 * better-auth with its two-factor plugin on the same server and pool, called in process. Its rate limit, telemetry
 * and log are off, and passwords, which are no part of what is measured, are not hashed. It asks the system's
 * clock, and takes a code as often as it comes, so no step has to pass between rounds.
 */
export async function betterAuthOn(pool: Pool, count: number): Promise<{ signingIn: Contender; inSession: Contender }> {
  const options = {
    appName: "Bench",
    baseURL: "http://localhost:3000",
    secret: "a secret of at least 32 characters, for measuring alone",
    database: pool,
    emailAndPassword: {
      enabled: true,
      password: {
        hash: async (password: string) => password,
        verify: async ({ hash, password }: { hash: string; password: string }) => hash === password,
      },
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [twoFactor()],
  };
  await (await getMigrations(options)).runMigrations();
  const auth = betterAuth(options);

  const answered = async (cookie: string, code: string): Promise<Headers> => {
    const { headers } = await auth.api.verifyTOTP({ body: { code }, headers: new Headers({ cookie }), returnHeaders: true });
    return headers;
  };
  const codeOf = (user: Pick<User, "secret">): string => totp(user.secret, Date.now());

  const users = await many(count, async (index): Promise<User> => {
    const email = `user-${index}@example.com`;
    const signedUp = await auth.api.signUpEmail({ body: { email, password: PASSWORD, name: email }, returnHeaders: true });
    const headers = new Headers({ cookie: cookiesOf(signedUp.headers) });
    const enabled = await auth.api.enableTwoFactor({ body: { password: PASSWORD, method: "totp" }, headers });
    if (enabled.method !== "totp") throw new Error("No authenticator could be set up.");
    const secret = fromBase32(new URL(enabled.totpURI).searchParams.get("secret") ?? "");
    return { email, secret, cookie: cookiesOf(await answered(cookiesOf(signedUp.headers), codeOf({ secret }))) };
  });

  return {
    signingIn: {
      name: "better-auth, signing in",
      async ready(wanted) {
        return await many(wanted, async (index) => {
          const user = users[index] as User;
          const step = await auth.api.signInEmail({ body: { email: user.email, password: PASSWORD }, returnHeaders: true });
          const cookie = cookiesOf(step.headers);
          const code = codeOf(user);
          return async () => void (await answered(cookie, code));
        });
      },
    },
    inSession: {
      name: "better-auth, in a session",
      async ready(wanted) {
        return users.slice(0, wanted).map((user) => {
          const code = codeOf(user);
          return async () => void (await answered(user.cookie, code));
        });
      },
    },
  };
}
