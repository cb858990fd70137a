import { type Enrolled, virtualAuthenticator } from "@nightlatch/core/testing";
import { expect } from "vitest";
import type { Answer, Host } from "./app.ts";

/** A user of the host with an authenticator app. */
export interface Person extends Omit<Enrolled, "authenticator"> {
  id: string;
  /** The session, for `call({ as })`. */
  as: string;
  secret: string;
  /** The code of the present step. */
  code(): string;
  /** Moves the clock one step on and gives its code, so that it is unused. */
  fresh(): string;
  /** Well formed, and right at no step nearby. */
  wrong(): string;
  /** Right once, minutes ago. */
  old(): string;
}

/** The authenticator app's side: codes of a base32 secret at the host's clock. */
export function authenticator({ clock }: Host, secret: string): Pick<Person, "code" | "fresh" | "wrong" | "old"> {
  const uri = `otpauth://totp/Example:somebody?secret=${secret}`;
  const { code, next: fresh, wrongCode: wrong } = virtualAuthenticator({ uri, clock });
  const ago = (minutes: number): string => virtualAuthenticator({ uri, clock: () => clock.now() - minutes * 60_000 }).code();
  const near = (): string[] => [-1, -0.5, 0, 0.5, 1].map(ago);
  return {
    code,
    fresh,
    wrong,
    old() {
      let minutes = 5;
      while (near().includes(ago(minutes))) minutes += 1;
      return ago(minutes);
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
