import { type HttpRequest, header } from "./message.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Whether a page of another site is behind a request. Asked before anything is charged, so that a foreign
 * page can't run up a lock with the victim's cookie. A browser tells by `Sec-Fetch-Site`, an older one by
 * `Origin`; a client that sends neither is no browser, and carries no cookie that it did not mean to send.
 */
export function isForeign(
  request: Pick<HttpRequest, "method" | "headers">,
  origins: readonly string[],
  { evenSafe = false }: { evenSafe?: boolean } = {},
): boolean {
  if (SAFE.has(request.method) && !evenSafe) return false;
  const origin = header(request, "origin");
  if (origin !== undefined && origins.includes(origin)) return false;
  const site = request.headers["sec-fetch-site"];
  // Said more than once, it is neither of the two words.
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  if (request.headers.origin === undefined) return false;
  // RFC 9113 §8.3.1: over HTTP/2 the host stands in :authority.
  const host = header(request, "host") ?? header(request, ":authority");
  // An origin such as file: has no host, and a request of HTTP/1.0 need not name one.
  if (!host) return true;
  try {
    return new URL(origin ?? "").host !== host;
  } catch {
    return true;
  }
}
