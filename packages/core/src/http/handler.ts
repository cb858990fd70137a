import type { Mfa, Subject } from "../engine/types.ts";
import { ConfigError, isMfaError } from "../errors.ts";
import { readBody } from "./body.ts";
import type { HttpRequest, HttpResponse } from "./message.ts";
import { isForeign } from "./origin.ts";
import { problem, toProblem } from "./problem.ts";
import { routes } from "./routes.ts";

/** What handler and guard share. */
export interface HttpOptions {
  /**
   * Origins of pages that may call from another site, such as `https://console.example.com`. That they can
   * read the answers is the host's CORS to say, with `MFA-Grant` and `WWW-Authenticate` exposed. @defaultValue none
   */
  origins?: readonly string[];
  /** Hears of faults (a store that is down, a wrong key) that were answered as 5xx or 403: pass your logger's. @defaultValue a line on standard error */
  onError?: (error: Error) => void;
}

/** The options with their defaults, checked: an origin that can never match, or matches too much, stops the start. */
export function checkOptions({ origins = [], onError = reportError, ...unknown }: HttpOptions = {}): Required<HttpOptions> {
  const [misspelt] = Object.keys(unknown);
  if (misspelt !== undefined)
    throw new ConfigError(`There is no option "${misspelt}"; there are origins and onError, and subject in an adapter.`);
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
  return { origins, onError };
}

/** One line without the cause: a driver's error may carry the values of a query. */
function reportError(error: Error): void {
  console.error(`${error.name}: ${error.message}`);
}

/** Answers a fault of Nightlatch's, and reports it; any other is thrown on to the host. */
export function answerFault(error: unknown, onError: (error: Error) => void): HttpResponse {
  if (isMfaError(error)) onError(error);
  return toProblem(error);
}

/** Answers one request; `undefined` when the path is none of the table's. */
export type Handler = (request: HttpRequest, subject: () => Promise<Subject | undefined>) => Promise<HttpResponse | undefined>;

/**
 * The protocol's handler, for an adapter to translate to and from. It answers `undefined` for a path that
 * is not in the table; then the host goes on. Errors of the host's own are thrown on. It never throws what Nightlatch throws: that becomes a problem.
 */
export function createHandler(mfa: Mfa, options?: HttpOptions): Handler {
  const { origins, onError } = checkOptions(options);
  const paths = Map.groupBy(routes, ({ path }) => path);

  return async (request, subjectOf) => {
    const atPath = paths.get(request.path);
    if (!atPath) return undefined;
    // RFC 9110 §9.3.2: HEAD is GET without the content, which the server leaves out.
    const asked = request.method === "HEAD" ? "GET" : request.method;
    const route = atPath.find(({ method }) => method === asked);
    if (!route)
      return problem("method_not_allowed", {
        headers: { Allow: atPath.map(({ method }) => (method === "GET" ? "GET, HEAD" : method)).join(", ") },
      });
    // Before the subject is known and anything is charged: a foreign page gets no further.
    if (isForeign(request, origins)) return problem("origin_refused");
    try {
      const subject = await subjectOf();
      if (!subject) return problem("unauthenticated");
      if (!route.body) return await route.handle({ mfa, subject, request }, {});
      const body = await readBody(request);
      if ("refused" in body) return body.refused;
      const judged = route.body.safeParse(body.value);
      if (!judged.success) {
        const errors = judged.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
        return problem("body_invalid", { body: { errors } });
      }
      return await route.handle({ mfa, subject, request }, judged.data);
    } catch (error) {
      return answerFault(error, onError);
    }
  };
}
