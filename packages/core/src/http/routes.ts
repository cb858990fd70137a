import { codeRoutes } from "./code-routes.ts";
import { enrolmentRoutes } from "./enrolment-routes.ts";
import { factorRoutes } from "./factor-routes.ts";
import { json } from "./message.ts";
import { describeRoutes } from "./openapi.ts";
import { type Route, route } from "./route.ts";
import * as schemas from "./schemas.ts";

/** Neither document tells of anybody, so both may be kept a while: five minutes, within which a new key is met. */
const KEPT = { "Cache-Control": "public, max-age=300" };

const document = route(
  {
    method: "GET",
    path: "/openapi.json",
    id: "openApi",
    summary: "This description, OpenAPI 3.1.",
    access: "public",
    answer: schemas.openApiAnswer,
  },
  async () => json(200, openApi(), KEPT),
);

const jwks = route(
  {
    method: "GET",
    path: "/jwks.json",
    id: "jwks",
    summary: "The public keys that grants are verified with (RFC 7517); none where they are signed with HS256.",
    access: "public",
    answer: schemas.jwksAnswer,
  },
  async ({ mfa }) => json(200, { ...(await mfa.jwks()) }, KEPT),
);

/** Every route there is, relative to the mount point. */
export const routes: readonly Route[] = Object.freeze([...enrolmentRoutes, ...codeRoutes, ...factorRoutes, document, jwks]);

let described: Record<string, unknown> | undefined;

/** The protocol as an OpenAPI 3.1 document, made from the table. */
export function openApi(): Record<string, unknown> {
  described ??= describeRoutes(routes);
  return described;
}

/** A path of the table, and what its parts are called. */
interface Pattern {
  path: string;
  segments: readonly string[];
  routes: readonly Route[];
}

const patterns: readonly Pattern[] = [...Map.groupBy(routes, ({ path }) => path)].map(([path, at]) => ({
  path,
  segments: path.split("/"),
  routes: at,
}));

function paramsOf({ segments }: Pattern, given: readonly string[]): Record<string, string> | undefined {
  if (segments.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = given[index] ?? "";
    if (!segment.startsWith(":")) {
      if (segment !== part) return undefined;
      continue;
    }
    try {
      params[segment.slice(1)] = decodeURIComponent(part);
    } catch {
      return undefined;
    }
    if (part === "") return undefined;
  }
  return params;
}

/**
 * The routes at a path below the mount point, with what the path names; `undefined` where there are none. `pattern`
 * is what logs and metrics may say of it: the path itself holds ids.
 *
 * @example
 * ```ts
 * import { matchPath } from "@nightlatch/core/http";
 *
 * console.log(matchPath("/factors/4711")?.pattern); // "/factors/:id"
 * ```
 */
export function matchPath(path: string): { pattern: string; params: Record<string, string>; routes: readonly Route[] } | undefined {
  const given = path.split("/");
  for (const pattern of patterns) {
    const params = paramsOf(pattern, given);
    if (params) return { pattern: pattern.path, params, routes: pattern.routes };
  }
  return undefined;
}
