import { ConfigError, isMfaError, refuseUnknown, reportError } from "../errors.ts";
import type { HttpResponse } from "./message.ts";
import { toProblem } from "./problem.ts";

/** What handler and guard share. */
export interface HttpOptions {
  /**
   * Origins of pages that may call from another site, such as `https://console.example.com`. The protocol's own
   * routes also answer their preflights; for guarded routes that is the host's CORS to do, with `corsHeaders`.
   * @defaultValue none
   */
  origins?: readonly string[];
  /** Hears of faults (a store that is down, a wrong key) that were answered as 5xx or 403: pass your logger's. @defaultValue a line on standard error */
  onError?: (error: Error) => void;
  /**
   * Keeps a grant in a cookie too (`__Host-mfa-grant`, Secure, HttpOnly, Strict), for pages without scripts. A grant
   * with a purpose, a binding or `once` never enters it. @defaultValue false
   */
  grantCookie?: boolean;
}

/** The options with their defaults, checked: an origin that can never match, or matches too much, stops the start. */
export function checkOptions({
  origins = [],
  onError = reportError,
  grantCookie = false,
  ...unknown
}: HttpOptions = {}): Required<HttpOptions> {
  refuseUnknown("Nightlatch", unknown, "origins, onError and grantCookie, and what the adapter takes");
  if (!Array.isArray(origins)) throw new ConfigError('origins is a list of origins, such as ["https://console.example.com"].');
  for (const origin of origins as unknown[]) {
    // A wildcard parses as a host name, and would match nothing.
    if (typeof origin !== "string" || origin.includes("*") || !URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new ConfigError(
        `origins holds ${JSON.stringify(origin)}, which is no origin: scheme, host and port alone, without a path or a slash at the end.`,
      );
    }
  }
  if (typeof onError !== "function") throw new ConfigError("onError is a function that takes an error.");
  if (typeof grantCookie !== "boolean") throw new ConfigError("grantCookie is true or false.");
  return { origins, onError, grantCookie };
}

/** Answers a fault of Nightlatch's, and reports it; any other is thrown on to the host. */
export function answerFault(error: unknown, onError: (error: Error) => void): HttpResponse {
  if (isMfaError(error)) onError(error);
  return toProblem(error);
}
