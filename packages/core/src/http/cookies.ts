import type { Verified } from "../engine/results.ts";
import { type HttpRequest, header } from "./message.ts";

/** RFC 6265bis §4.1.3.2: the prefix binds a cookie to this very host, over TLS, whatever a sibling domain sets. */
const GRANT = "__Host-mfa-grant";
const DEVICE = "__Host-mfa-device";

function cookieIn(request: Pick<HttpRequest, "headers">, name: string): string | undefined {
  for (const pair of (header(request, "cookie") ?? "").split(";")) {
    const [key = "", ...value] = pair.split("=");
    // Spaces and tabs alone: `trim` takes more for space, and to a browser a name that begins with that has no prefix.
    if (key.replace(/^[ \t]+/, "") === name) return value.join("=").trim();
  }
  return undefined;
}

const setCookie = (name: string, value: string, seconds: number): string =>
  `${name}=${value}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Strict`;

/** The grant in a request's cookie. */
export const grantInCookie = (request: Pick<HttpRequest, "headers">): string | undefined => cookieIn(request, GRANT);

/**
 * The `Set-Cookie` line that keeps a grant, for a sign-in route of the host's own where guards are told `grantCookie: true`;
 * `undefined` for a grant with a purpose or a binding, or that is good once, since a cookie goes along with every request.
 *
 * @example
 * ```ts
 * import type { Mfa } from "@nightlatch/core";
 * import { grantCookie } from "@nightlatch/core/http";
 *
 * export async function secondStep(mfa: Mfa, challenge: string, code: string, session: string) {
 *   const verification = await mfa.verify({ challenge, code, session });
 *   return verification.ok ? grantCookie(verification.grant) : undefined;
 * }
 * ```
 */
export function grantCookie(grant: string): string | undefined {
  const [, payload = ""] = grant.split(".");
  const { iat, exp, purpose, bind, once } = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
  const isForOneThing = purpose !== undefined || bind !== undefined || once !== undefined;
  return isForOneThing ? undefined : setCookie(GRANT, grant, Number(exp) - Number(iat));
}

/**
 * The token of a trusted device in a request's cookie, for `mfa.signIn(subject, { amr, device })`; `undefined`
 * where there is none.
 *
 * @example
 * ```ts
 * import type { Mfa } from "@nightlatch/core";
 * import { deviceToken } from "@nightlatch/core/http";
 * import type { IncomingMessage } from "node:http";
 *
 * export async function afterPassword(mfa: Mfa, request: IncomingMessage, id: string) {
 *   const device = deviceToken(request);
 *   return await mfa.signIn({ id }, { amr: ["pwd"], ...(device === undefined ? {} : { device }) });
 * }
 * ```
 */
export const deviceToken = (request: Pick<HttpRequest, "headers">): string | undefined => cookieIn(request, DEVICE);

/**
 * The `Set-Cookie` line that keeps a device's token where scripts can't read it, for as long as it is trusted; `now` is in
 * milliseconds since 1970. The protocol's own `/verify` sets it itself.
 *
 * @example
 * ```ts
 * import type { Mfa } from "@nightlatch/core";
 * import { deviceCookie } from "@nightlatch/core/http";
 *
 * export async function secondStep(mfa: Mfa, challenge: string, code: string, session: string) {
 *   const verification = await mfa.verify({ challenge, code, session, device: { name: "Laptop" } });
 *   return verification.ok && verification.device ? deviceCookie(verification.device) : undefined;
 * }
 * ```
 */
export function deviceCookie({ token, expiresAt }: NonNullable<Verified["device"]>, now: number = Date.now()): string {
  return setCookie(DEVICE, token, Math.max(0, Math.floor((expiresAt.getTime() - now) / 1000)));
}
