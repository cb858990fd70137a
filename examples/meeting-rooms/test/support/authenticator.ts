import { fromBase32, totp, totpStep } from "@nightlatch/core/otp";
import { oathtool } from "@nightlatch/internal-services";
import { expect } from "vitest";
import { call } from "./http.ts";

const PERIOD = 30_000;

/** An authenticator app that never shows the same code twice. */
export interface Authenticator {
  /** The next code that has not been shown and is accepted now: of the step before, of this one, or of the one to come. */
  next(): Promise<string>;
  /** The code shown last. */
  last(): string;
  /** A code that is well formed, and right at no step near. */
  wrong(): Promise<string>;
}

/** Makes an authenticator from what computes a secret's code at an instant (milliseconds since 1970). */
function authenticator(codeAt: (at: number) => string | Promise<string>): Authenticator {
  let step = -1;
  let code = "";
  return {
    async next() {
      // The oldest step is left out where it could lapse on the way, however slow the machine is.
      const oldest = () => totpStep(Date.now() + 10_000) - 1;
      const wanted = Math.max(step + 1, oldest());
      while (wanted > totpStep(Date.now()) + 1) await new Promise((resolve) => setTimeout(resolve, 100));
      step = wanted;
      code = await codeAt(step * PERIOD);
      return code;
    },
    last: () => code,
    async wrong() {
      const present = totpStep(Date.now());
      const near = new Set(await Promise.all([-3, -2, -1, 0, 1, 2, 3].map((away) => codeAt((present + away) * PERIOD))));
      let guess = 0;
      while (near.has(String(guess).padStart(6, "0"))) guess += 1;
      return String(guess).padStart(6, "0");
    },
  };
}

/** An authenticator that is not ours: oathtool. */
export const oathAuthenticator = (secret: string): Authenticator =>
  authenticator((at) => oathtool(["--totp", "-b", secret, "--now", `@${at / 1000}`]));

/** An authenticator app with that secret. */
export const authenticatorOf = (secret: string): Authenticator => authenticator((at) => totp(fromBase32(secret), at));

/** Enrols a user who is signed in; the authenticator, and what enabling it answered. */
export async function enrol(
  users: string,
  token: string,
): Promise<{ authenticator: Authenticator; grant: string; recoveryCodes: string[] }> {
  const setup = await call("POST", `${users}/auth/mfa/setup`, { token, json: {} });
  expect(setup.status).toBe(200);
  const own = authenticatorOf(setup.body.secret);
  const enabled = await call("POST", `${users}/auth/mfa/enable`, { token, json: { code: await own.next() } });
  expect(enabled.status).toBe(200);
  return { authenticator: own, grant: enabled.body.grant, recoveryCodes: enabled.body.recovery_codes };
}
