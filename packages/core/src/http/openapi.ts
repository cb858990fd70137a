import { z } from "zod";
import { type ProblemCode, statusOf } from "./problem.ts";
import type { Access, Route } from "./route.ts";
import { problemBody } from "./schemas.ts";

type Target = "draft-2020-12" | "draft-7";

function jsonSchema(schema: z.ZodType, io: "input" | "output", target: Target = "draft-2020-12"): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target, io }) as Record<string, unknown>;
  return rest;
}

/**
 * A route's schemas as JSON Schema draft 7, for a framework that describes its routes by them. They describe: what a
 * body may be, zod alone judges.
 *
 * @example
 * ```ts
 * import { jsonSchemasOf, routes } from "@nightlatch/core/http";
 *
 * for (const route of routes) console.log(route.path, jsonSchemasOf(route).body);
 * ```
 */
export function jsonSchemasOf({ params, body, answer }: Route): {
  params?: Record<string, unknown>;
  body?: Record<string, unknown>;
  response: Record<"200", Record<string, unknown>>;
} {
  return {
    ...(params ? { params: jsonSchema(params, "input", "draft-7") } : {}),
    ...(body ? { body: jsonSchema(body, "input", "draft-7") } : {}),
    response: { "200": jsonSchema(answer, "output", "draft-7") },
  };
}

const header = (name: string, description: string): Record<string, unknown> => ({
  name,
  in: "header",
  description,
  schema: { type: "string" },
});

const GRANT_HEADER = { description: "The grant that this earned, for guarded routes.", schema: { type: "string" } };

/** What every route can answer, by who may ask. */
const COMMON: Record<Access, readonly ProblemCode[]> = {
  public: ["method_not_allowed", "unavailable", "internal"],
  session: ["unauthenticated", "method_not_allowed", "unavailable", "internal"],
  "sign-in": ["unauthenticated", "method_not_allowed", "unavailable", "internal"],
};

/** What a route that reads a body can answer: it changes something, so a foreign page is refused. */
const OF_BODY: readonly ProblemCode[] = ["body_invalid", "body_too_large", "media_type_unsupported", "origin_refused"];

const SECURITY: Record<Access, object[]> = { public: [], session: [{ session: [] }], "sign-in": [{ session: [] }, { signIn: [] }] };

function refusalsOf({ access, body, refusals }: Route): Record<string, unknown> {
  const codes = new Set([...COMMON[access], ...(body ? OF_BODY : []), ...refusals]);
  const byStatus = Map.groupBy(codes, statusOf);
  return Object.fromEntries(
    [...byStatus]
      .sort(([one], [other]) => one - other)
      .map(([status, of]) => [
        String(status),
        {
          description: `A problem: ${of.map((code) => `\`${code}\``).join(", ")}.`,
          ...(status === 429 ? { headers: { "Retry-After": { description: "Seconds.", schema: { type: "integer" } } } } : {}),
          ...(status === 401 ? { headers: { "WWW-Authenticate": { description: "RFC 9470 §3.", schema: { type: "string" } } } } : {}),
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      ]),
  );
}

function operationOf(route: Route): Record<string, unknown> {
  const { id, summary, access, params, body, answer, refusals } = route;
  const ids = params ? Object.entries((jsonSchema(params, "input").properties ?? {}) as Record<string, object>) : [];
  const earns = "grant" in ((jsonSchema(answer, "output").properties ?? {}) as object) || id === "regenerateRecoveryCodes";
  const parameters = [
    ...ids.map(([name, schema]) => ({ name, in: "path", required: true, schema })),
    ...(refusals.includes("proof_needed")
      ? [header("MFA-Grant", "Proof in place of a code: fresh, of this session, without a purpose.")]
      : []),
  ];
  return {
    operationId: id,
    summary,
    security: SECURITY[access],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: false, content: { "application/json": { schema: jsonSchema(body, "input") } } } } : {}),
    responses: {
      "200": {
        description: "Done.",
        ...(earns ? { headers: { "MFA-Grant": GRANT_HEADER } } : {}),
        content: { "application/json": { schema: jsonSchema(answer, "output") } },
      },
      ...refusalsOf(route),
    },
  };
}

/** The protocol as an OpenAPI 3.1 document, made from the table of routes. */
export function describeRoutes(routes: readonly Route[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Nightlatch",
      version: "1",
      description:
        "Multi-factor and step-up authentication beside a login. Answers are not cached; refusals are RFC 9457 problems whose `code` is stable.",
      license: { name: "MIT", identifier: "MIT" },
    },
    // RFC 3986 §5.2: relative to where this document was fetched, which is the mount point.
    servers: [{ url: "." }],
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemBody, "output") },
      securitySchemes: {
        session: { type: "http", scheme: "bearer", description: "The host's own session: a bearer token, or a cookie of its own." },
        signIn: { type: "apiKey", in: "header", name: "MFA-Challenge", description: "The challenge of a sign-in that is not complete." },
      },
    },
  };
}
