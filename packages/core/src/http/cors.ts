import { type HttpRequest, header } from "./message.ts";

/**
 * What a page on another origin sends to guarded routes and reads of their answers, for the host's own CORS.
 * The protocol's routes answer preflights themselves, for the pages of `origins`.
 *
 * @example
 * ```ts
 * import { corsHeaders } from "@nightlatch/core/http";
 *
 * export const preflight = {
 *   "Access-Control-Allow-Headers": corsHeaders.allowed.join(", "),
 *   "Access-Control-Expose-Headers": corsHeaders.exposed.join(", "),
 * };
 * ```
 */
export const corsHeaders: { readonly allowed: readonly string[]; readonly exposed: readonly string[] } = Object.freeze({
  allowed: Object.freeze(["Authorization", "Content-Type", "MFA-Grant", "MFA-Challenge", "X-MFA-Code"]),
  exposed: Object.freeze(["MFA-Grant", "WWW-Authenticate", "Retry-After", "RateLimit", "RateLimit-Policy"]),
});

/** The headers that let a page of `origins` read an answer; those pages are trusted with the user's cookies. */
export function corsFor(request: HttpRequest, origins: readonly string[]): Record<string, string> {
  if (origins.length === 0) return {};
  const origin = header(request, "origin");
  if (origin === undefined || !origins.includes(origin)) return { Vary: "Origin" };
  return {
    Vary: "Origin",
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": corsHeaders.exposed.join(", "),
  };
}

/** Whether a request asks, before another one, whether a page of `origins` may send that. */
export function isPreflight(request: HttpRequest, origins: readonly string[]): boolean {
  const origin = header(request, "origin");
  return (
    request.method === "OPTIONS" &&
    origin !== undefined &&
    origins.includes(origin) &&
    header(request, "access-control-request-method") !== undefined
  );
}
