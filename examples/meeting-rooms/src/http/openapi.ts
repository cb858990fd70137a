import { z } from "zod";
import type { Api, DescribedRoute } from "./api.ts";
import { type ProblemCode, statusOf } from "./problem.ts";

type Json = Record<string, unknown>;

/** A schema as JSON Schema 2020-12, which OpenAPI 3.1 takes as it is. Moments are sent as text. */
function jsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      if (zodSchema._zod.def.type === "date") Object.assign(jsonSchema, { type: "string", format: "date-time" });
    },
  });
  return rest;
}

const PROBLEM = { $ref: "#/components/schemas/Problem" };
const problemContent = { "application/problem+json": { schema: PROBLEM } };

/** The problems of a route: its own, and those that its access and its input bring. */
function problemsOf({ access, body, query, problems = [], stepUp }: DescribedRoute): Json {
  const codes: ProblemCode[] = [...problems];
  if (access === "user" || access === "admin") codes.push("unauthenticated");
  if (access === "admin") codes.push("admins_only");
  if (body) codes.push("body_invalid", "body_too_large", "media_type_unsupported");
  if (body || query) codes.push("input_invalid");
  codes.push("unavailable");
  const byStatus = new Map<number, string[]>();
  for (const code of codes) byStatus.set(statusOf(code), [...(byStatus.get(statusOf(code)) ?? []), code]);
  if (stepUp) byStatus.set(401, [...(byStatus.get(401) ?? []), "step_up_required", "code_invalid", "code_used"]);
  if (stepUp || access === "credential") byStatus.set(429, [...(byStatus.get(429) ?? []), "rate_limited", "locked"]);
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [status, { description: [...new Set(names)].join(", "), content: problemContent }]),
  );
}

function parametersOf({ path, query, stepUp }: DescribedRoute): Json[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: "path", required: true, schema: { type: "string" } }));
  const { properties = {}, required = [] } = query ? jsonSchema(query, "input") : {};
  const inQuery = Object.entries(properties as Record<string, Json>).map(([name, schema]) => ({
    name,
    in: "query",
    required: (required as string[]).includes(name),
    schema,
  }));
  const proofs = ["MFA-Grant", "X-MFA-Code"].map((name) => ({ name, in: "header", required: false, schema: { type: "string" } }));
  return [...inPath, ...inQuery, ...(stepUp ? proofs : [])];
}

function answersOf({ answers }: DescribedRoute): Json {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [
      status,
      typeof answer === "string"
        ? { description: answer }
        : { description: "As described.", content: { "application/json": { schema: jsonSchema(answer, "output") } } },
    ]),
  );
}

function operationOf(route: DescribedRoute): Json {
  const { access, summary, body, form, stepUp } = route;
  const schema = body && jsonSchema(body, "input");
  return {
    summary,
    description: `For: ${access}.${stepUp ? " Asks for a verification of at most five minutes, once the caller is enrolled." : ""}`,
    ...(access === "user" || access === "admin" ? { security: [{ bearer: [] }] } : { security: [] }),
    parameters: parametersOf(route),
    ...(schema
      ? {
          requestBody: {
            required: true,
            content: { "application/json": { schema }, ...(form ? { "application/x-www-form-urlencoded": { schema } } : {}) },
          },
        }
      : {}),
    responses: { ...answersOf(route), ...problemsOf(route) },
  };
}

/** A service as an OpenAPI 3.1 document. */
export function openApiOf({ described, mounted }: Api, { title, description }: { title: string; description: string }): Json {
  const paths: Record<string, Json> = {};
  for (const route of described) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  for (const [mount, theirs] of mounted) {
    for (const [path, operations] of Object.entries(theirs)) paths[mount + path] = operations as Json;
  }
  return {
    openapi: "3.1.0",
    info: { title, version: "1", description },
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas: {
        Problem: {
          type: "object",
          description: "RFC 9457. Compare `code`, which is stable.",
          required: ["type", "title", "status", "code"],
          properties: {
            type: { type: "string" },
            title: { type: "string" },
            status: { type: "integer" },
            code: { type: "string" },
            errors: {
              type: "array",
              items: {
                type: "object",
                required: ["path", "message"],
                properties: { path: { type: "string" }, message: { type: "string" } },
              },
            },
          },
        },
      },
    },
  };
}
