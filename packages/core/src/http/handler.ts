import type { z } from "zod";
import type { Mfa } from "../engine/mfa.ts";
import { checked } from "../engine/subject.ts";
import { readBody } from "./body.ts";
import { grantCookie, grantInCookie } from "./cookies.ts";
import { corsFor, corsHeaders, isPreflight } from "./cors.ts";
import type { Host } from "./host.ts";
import { type HttpRequest, type HttpResponse, header } from "./message.ts";
import { answerFault, checkOptions, type HttpOptions } from "./options.ts";
import { isForeign } from "./origin.ts";
import { problem } from "./problem.ts";
import type { Access, Asking, Route } from "./route.ts";
import { matchPath } from "./routes.ts";

/** Answers one request; `undefined` when the path is none of the table's. */
export type Handler = (request: HttpRequest, host: Host) => Promise<HttpResponse | undefined>;

/** The methods that a path takes, as `Allow` lists them. */
const methodsOf = (routes: readonly Route[]): string =>
  routes.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method])).join(", ");

function preflight(routes: readonly Route[]): HttpResponse {
  const headers = {
    "Access-Control-Allow-Methods": methodsOf(routes),
    "Access-Control-Allow-Headers": corsHeaders.allowed.join(", "),
    "Access-Control-Max-Age": "600",
  };
  return { status: 204, headers };
}

/** What a schema says of something from the request. */
function judge<T>(schema: z.ZodType<T>, value: unknown): { data: T } | { refused: HttpResponse } {
  const judged = schema.safeParse(value);
  if (judged.success) return { data: judged.data };
  const errors = judged.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  return { refused: problem("body_invalid", { body: { errors } }) };
}

/** The request's body as the route takes it; the path is judged before it. */
async function inputOf(
  route: Route,
  request: HttpRequest,
  params: Record<string, string>,
): Promise<{ data: unknown } | { refused: HttpResponse }> {
  const named = route.params ? judge(route.params, params) : { data: {} };
  if ("refused" in named || !route.body) return named;
  const body = await readBody(request);
  return "refused" in body ? body : judge(route.body, body.value);
}

/** Who is asking, as the route wants it; a sign-in's challenge goes before a session, which may be another user's. */
async function askingOf({ access }: Route, request: HttpRequest, host: Host): Promise<{ asking: Asking<Access> } | undefined> {
  if (access === "public") return { asking: undefined };
  const challenge = access === "sign-in" ? header(request, "mfa-challenge") : undefined;
  if (challenge !== undefined) return { asking: { challenge } };
  const subject = await host.subject();
  // Without an id it would pass for the bearer of a sign-in's challenge.
  return subject && { asking: checked(subject) };
}

/** Keeps an earned grant in the cookie too; one with a purpose stays out of it. */
function keepGrant(response: HttpResponse): HttpResponse {
  const grant = response.headers["MFA-Grant"];
  const cookie = grant === undefined ? undefined : grantCookie(grant);
  return cookie === undefined ? response : { ...response, cookies: [...(response.cookies ?? []), cookie] };
}

/**
 * The protocol's handler, for an adapter to translate to and from. It answers `undefined` for a path that is not in the
 * table; then the host goes on. What Nightlatch throws becomes a problem and is reported to `onError`; what the host's own
 * functions throw is thrown on.
 *
 * @throws ConfigError when an option makes no sense
 *
 * @example
 * ```ts
 * import type { Mfa } from "@nightlatch/core";
 * import { createHandler } from "@nightlatch/core/http";
 *
 * export async function status(mfa: Mfa, user: { id: string; session: string } | undefined) {
 *   const handle = createHandler(mfa);
 *   return await handle({ method: "GET", path: "/status", headers: {} }, { subject: async () => user });
 * }
 * ```
 */
export function createHandler(mfa: Mfa, options?: HttpOptions): Handler {
  const { origins, onError, grantCookie: keepsGrants } = checkOptions(options);

  const answer = async (request: HttpRequest, host: Host, { params, routes }: NonNullable<ReturnType<typeof matchPath>>) => {
    if (isPreflight(request, origins)) return preflight(routes);
    // RFC 9110 §9.3.2: HEAD is GET without the content, which the server leaves out.
    const asked = request.method === "HEAD" ? "GET" : request.method;
    const route = routes.find(({ method }) => method === asked);
    if (!route) return problem("method_not_allowed", { headers: { Allow: methodsOf(routes) } });
    // Before anybody is known and anything is charged: a foreign page gets no further.
    if (isForeign(request, origins)) return problem("origin_refused");
    try {
      const who = await askingOf(route, request, host);
      if (!who) return problem("unauthenticated");
      const input = await inputOf(route, request, params);
      if ("refused" in input) return input.refused;
      const grant = header(request, "mfa-grant") ?? (keepsGrants ? grantInCookie(request) : undefined);
      const response = await route.handle({ mfa, request, params, asking: who.asking, signIn: host.signIn, grant }, input.data);
      return keepsGrants ? keepGrant(response) : response;
    } catch (error) {
      return answerFault(error, onError);
    }
  };

  return async (request, host) => {
    const found = matchPath(request.path);
    if (!found) return undefined;
    const response = await answer(request, host, found);
    return { ...response, headers: { ...response.headers, ...corsFor(request, origins) } };
  };
}
