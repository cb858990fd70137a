import { claimsOf, problemOf } from "./decode.ts";
import type { MfaProblem, MfaResult } from "./problem.ts";
import type { ChallengeBody, EnableBody, ProofBody, RenameBody, ResyncBody, RouteTypes, SetupBody, VerifyBody } from "./wire.ts";

/** A body of which what is `undefined` is not sent. */
export type Sent<Body> = { [Name in keyof Body]: Body[Name] | undefined };

/** The options of `createMfaClient`. */
export interface MfaClientOptions {
  /** Where the MFA routes are mounted: `/auth/mfa`, or a whole URL. */
  endpoint: string;
  /** @defaultValue the global `fetch` */
  fetch?: typeof fetch;
  /** Header fields of the host's own, such as `Authorization`; a function is asked before each request. */
  headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);
  /** `include` where the routes are on another origin and know the user by a cookie. @defaultValue "same-origin" */
  credentials?: RequestCredentials;
  /** Milliseconds since 1970. @defaultValue Date.now */
  clock?: () => number;
}

/** How one call is made. */
export interface CallOptions {
  /** Ends it: its problem is then `aborted`. */
  signal?: AbortSignal | undefined;
}

/** How a call is made that a sign-in can make too. */
export interface SignInCallOptions extends CallOptions {
  /** The challenge of a sign-in, in place of a session. */
  signIn?: string | undefined;
}

type Answered<Route extends keyof RouteTypes> = Promise<MfaResult<RouteTypes[Route]["answer"]>>;

/** One function for each route. None throws: what went wrong is in the result. */
export interface MfaClient {
  /** Whether two-step verification is on, the authenticators, and how many recovery codes are left. */
  status(options?: CallOptions): Answered<"GET /status">;
  /** A new authenticator, pending until `enable`: its secret, its key URI and a QR code. */
  setup(body?: Sent<SetupBody>, options?: SignInCallOptions): Answered<"POST /setup">;
  /** Enables the pending authenticator by its first code; the first one brings the recovery codes. */
  enable(body: Sent<EnableBody>, options?: SignInCallOptions): Answered<"POST /enable">;
  /** Removes every authenticator and recovery code. Needs proof. */
  disable(body?: Sent<ProofBody>, options?: CallOptions): Answered<"POST /disable">;
  /** A challenge to answer, and with `type` a code by e-mail or SMS for it. */
  challenge(body?: Sent<ChallengeBody>, options?: SignInCallOptions): Answered<"POST /challenge">;
  /** Judges a code, and gives a grant. */
  verify(body: Sent<VerifyBody>, options?: SignInCallOptions): Answered<"POST /verify">;
  /** A new set of recovery codes in place of the old. Needs proof. */
  recoveryCodes(body?: Sent<ProofBody>, options?: CallOptions): Answered<"POST /recovery-codes">;
  /** The enabled authenticators. */
  factors(options?: CallOptions): Answered<"GET /factors">;
  /** Gives an authenticator another name. */
  rename(id: string, body: RenameBody, options?: CallOptions): Answered<"PATCH /factors/:id">;
  /** Removes an authenticator. Needs proof. */
  remove(id: string, body?: Sent<ProofBody>, options?: CallOptions): Answered<"DELETE /factors/:id">;
  /** Brings a token back that ran ahead, by two codes in a row. */
  resync(id: string, body: ResyncBody, options?: CallOptions): Answered<"POST /factors/:id/resync">;
  /** The trusted devices. */
  devices(options?: CallOptions): Answered<"GET /devices">;
  /** Trusts a device no longer. */
  revoke(id: string, options?: CallOptions): Answered<"DELETE /devices/:id">;
  /** The protocol as OpenAPI 3.1. */
  openApi(options?: CallOptions): Answered<"GET /openapi.json">;
  /** The public keys that grants are verified with. */
  jwks(options?: CallOptions): Answered<"GET /jwks.json">;
  /** Where the routes are. */
  readonly endpoint: string;
  /** Milliseconds since 1970, by the clock that it goes by. */
  now(): number;
  /** The newest grant of the session: in memory alone, and sent along with each call. */
  grant(): string | undefined;
  /** Keeps a grant; one that is for a purpose, bound to something or good once is left alone. */
  keep(grant: string | null | undefined): void;
  /** Drops the grant: call it when the user signs out. */
  forget(): void;
}

/**
 * A client of the MFA routes, for any script: nothing of it is React's. Its types are those of the route table. Calls
 * never throw, and every problem is one of `MfaProblem`. A grant that a call earns is kept in memory, never in storage,
 * and goes along as `MFA-Grant` with the calls that follow.
 *
 * @example
 * ```ts
 * import { createMfaClient } from "@nightlatch/react/client";
 *
 * const mfa = createMfaClient({ endpoint: "/auth/mfa" });
 * const status = await mfa.status();
 * if (status.ok) console.log(status.answer.mfa_enabled);
 * else console.log(status.problem.code);
 * ```
 */
export function createMfaClient({
  endpoint,
  fetch: send = (...request) => fetch(...request),
  headers,
  credentials = "same-origin",
  clock = Date.now,
}: MfaClientOptions): MfaClient {
  let kept: string | undefined;
  const base = endpoint.replace(/\/+$/, "");

  const keep = (grant: string | null | undefined): void => {
    const { purpose, bind, once } = claimsOf(grant);
    if (grant && purpose === undefined && bind === undefined && once === undefined) kept = grant;
  };

  async function call<T>(route: string, { signal, signIn }: SignInCallOptions = {}, body?: object): Promise<MfaResult<T>> {
    const [method = "", path] = route.split(" ");
    let problem: MfaProblem;
    try {
      const response = await send(base + path, {
        method,
        credentials,
        // A redirect would take the grant and the code along, to whatever origin.
        redirect: "error",
        headers: {
          ...(typeof headers === "function" ? await headers() : headers),
          ...(body && { "Content-Type": "application/json" }),
          ...(kept && { "MFA-Grant": kept }),
          ...(signIn && { "MFA-Challenge": signIn }),
        },
        signal: signal ?? null,
        body: body ? JSON.stringify(body) : null,
      });
      const answer = await response.json().catch((error: unknown) => {
        // An end of the connection is a fault of the network's; a page instead of JSON is not.
        if (!(error instanceof SyntaxError)) throw error;
      });
      if (response.ok && typeof answer === "object" && answer) {
        keep(response.headers.get("MFA-Grant") ?? answer.grant);
        return { ok: true, answer };
      }
      problem = problemOf(answer, response.status, clock(), response.headers.get("Retry-After")) ?? {
        code: "unexpected",
        status: response.status,
      };
    } catch (error) {
      problem = signal?.aborted ? { code: "aborted" } : { code: "network", error };
    }
    return { ok: false, problem };
  }

  const at = (id: string): string => encodeURIComponent(id);
  return Object.freeze({
    status: (options) => call("GET /status", options),
    setup: (body = {}, options) => call("POST /setup", options, body),
    enable: (body, options) => call("POST /enable", options, body),
    disable: (body = {}, options) => call("POST /disable", options, body),
    challenge: (body = {}, options) => call("POST /challenge", options, body),
    verify: (body, options) => call("POST /verify", options, body),
    recoveryCodes: (body = {}, options) => call("POST /recovery-codes", options, body),
    factors: (options) => call("GET /factors", options),
    rename: (id, body, options) => call(`PATCH /factors/${at(id)}`, options, body),
    remove: (id, body = {}, options) => call(`DELETE /factors/${at(id)}`, options, body),
    resync: (id, body, options) => call(`POST /factors/${at(id)}/resync`, options, body),
    devices: (options) => call("GET /devices", options),
    revoke: (id, options) => call(`DELETE /devices/${at(id)}`, options, {}),
    openApi: (options) => call("GET /openapi.json", options),
    jwks: (options) => call("GET /jwks.json", options),
    endpoint: base,
    now: () => clock(),
    grant: () => kept,
    keep,
    forget() {
      kept = undefined;
    },
  } satisfies MfaClient);
}
