import SwaggerParser from "@apidevtools/swagger-parser";
import { expect, test } from "vitest";
import { jsonSchemasOf, matchPath, openApi, type RouteTypes, routes } from "../src/http/index.ts";

test("R45 the OpenAPI document is valid 3.1, by a validator that is not ours", async () => {
  const document = await SwaggerParser.validate(structuredClone(openApi()) as never);
  expect(document).toMatchObject({ openapi: "3.1.0", servers: [{ url: "." }] });
  expect(Object.keys(document.paths ?? {})).toHaveLength(new Set(routes.map(({ path }) => path)).size);
});

test("the document says of each route what it takes, what it answers, and which refusals have which status", () => {
  const { paths } = openApi() as { paths: Record<string, Record<string, Record<string, never>>> };
  for (const { method, path, body, refusals } of routes) {
    const operation = paths[path.replace(/:(\w+)/, "{$1}")]?.[method.toLowerCase()];
    expect(operation?.requestBody !== undefined).toBe(body !== undefined);
    const told = JSON.stringify(operation?.responses);
    for (const code of refusals) expect(told).toContain(`\`${code}\``);
  }
  expect(paths["/disable"]?.post?.parameters).toEqual([expect.objectContaining({ in: "header", name: "MFA-Grant" })]);
  expect(paths["/factors/{id}"]?.delete?.parameters).toContainEqual(expect.objectContaining({ in: "path", name: "id", required: true }));
  expect(JSON.stringify(openApi())).not.toContain("Infinity");
});

/** Fails to compile when a route has no types, or there are types of none. */
const TYPED: Record<keyof RouteTypes, true> = {
  "GET /status": true,
  "POST /setup": true,
  "POST /enable": true,
  "POST /disable": true,
  "POST /challenge": true,
  "POST /verify": true,
  "POST /recovery-codes": true,
  "GET /factors": true,
  "PATCH /factors/:id": true,
  "DELETE /factors/:id": true,
  "POST /factors/:id/resync": true,
  "GET /devices": true,
  "DELETE /devices/:id": true,
  "GET /openapi.json": true,
  "GET /jwks.json": true,
};

test("every route has its types for clients", () => {
  expect(routes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(Object.keys(TYPED).sort());
});

test("a route's schemas are to be had as draft 7 too", () => {
  const resync = routes.find(({ id }) => id === "resyncFactor");
  if (!resync) throw new Error("no such route");
  const { params, body, response } = jsonSchemasOf(resync);
  expect(params).toMatchObject({ required: ["id"] });
  expect(body).toMatchObject({ properties: { codes: { items: [{ type: "string" }, { type: "string" }], additionalItems: false } } });
  expect(response["200"]).toMatchObject({ required: ["grant", "expires_in", "amr", "acr"] });
});

test.each([
  ["/factors/4711", "/factors/:id", { id: "4711" }],
  ["/factors/a%2Fb", "/factors/:id", { id: "a/b" }],
  ["/factors/4711/resync", "/factors/:id/resync", { id: "4711" }],
  ["/status", "/status", {}],
])("%s is of the pattern %s", (path, pattern, params) => {
  expect(matchPath(path)).toMatchObject({ pattern, params });
});

test.each(["/factors/", "/factors//resync", "/factors/%", "/factors/a/b", "/status/", "status", "", "/", "/__proto__", "/FACTORS/1"])(
  "%j is no route's path",
  (path) => {
    expect(matchPath(path)).toBeUndefined();
  },
);
