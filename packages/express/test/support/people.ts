import { fromBase32, totp } from "@nightlatch/core/otp";
import { expect } from "vitest";
import type { Answer, Host } from "./app.ts";

const PERIOD = 30;

/** A user of the host with an authenticator app. */
export interface Person {
  id: string;
  /** The session, for `call({ as })`. */
  as: string;
  factorId: string;
  secret: string;
  recoveryCodes: string[];
  /** The grant that enabling gave. */
  grant: string;
  /** The code of a step relative to the present one. */
  code(step?: number): string;
  /** Moves the clock one step on and gives its code, so that it is unused. */
  fresh(): string;
  /** Well formed, and right at no step nearby. */
  wrong(): string;
  /** Right once, minutes ago. */
  old(): string;
}

/** The authenticator app's side: codes of a base32 secret at the host's clock. */
export function authenticator({ clock }: Host, secret: string): Pick<Person, "code" | "fresh" | "wrong" | "old"> {
  const code = (step = 0): string => totp(fromBase32(secret), clock.now() + step * PERIOD * 1000);
  const near = (): Set<string> => new Set([-4, -3, -2, -1, 0, 1, 2, 3, 4].map(code));
  return {
    code,
    fresh() {
      clock.advance(PERIOD);
      return code();
    },
    wrong() {
      let guess = 0;
      while (near().has(String(guess).padStart(6, "0"))) guess += 1;
      return String(guess).padStart(6, "0");
    },
    old() {
      let step = -10;
      while (near().has(code(step))) step -= 1;
      return code(step);
    },
  };
}

/** Begins a set-up and leaves it pending. */
export async function pending(host: Host, as: string, proof?: string): Promise<{ factorId: string; secret: string; answer: Answer }> {
  const answer = await host.call("POST", "/auth/mfa/setup", { as, body: proof === undefined ? {} : { code: proof } });
  expect(answer.status).toBe(200);
  return { factorId: String(answer.body.factor_id), secret: String(answer.body.secret), answer };
}

/** Sets up and enables an authenticator over HTTP, in the session `s1` unless told otherwise. */
export async function enrolled(
  host: Host,
  id: string,
  { session = "s1", tenant = "" }: { session?: string; tenant?: string } = {},
): Promise<Person> {
  const as = `${id}:${session}${tenant && `:${tenant}`}`;
  const { factorId, secret } = await pending(host, as);
  const app = authenticator(host, secret);
  const { status, body } = await host.call("POST", "/auth/mfa/enable", { as, body: { code: app.code() } });
  expect(status).toBe(200);
  return { id, as, factorId, secret, recoveryCodes: body.recovery_codes as string[], grant: String(body.grant), ...app };
}

/** A grant for any guard without a purpose, from a fresh code at `/verify`. */
export async function grantOf(host: Host, { as, fresh }: Pick<Person, "as" | "fresh">): Promise<string> {
  const { status, body } = await host.call("POST", "/auth/mfa/verify", { as, body: { code: fresh() } });
  expect(status).toBe(200);
  return String(body.grant);
}
