import assert from "node:assert/strict";
import { type Route, routes } from "../http/index.ts";
import { type AuditCase, type AuditKit, isDone, isProblem, type Person } from "./http-audits-kit.ts";

const session = routes.filter(({ access }) => access !== "public");
const changing = session.filter(({ method }) => method !== "GET");

const nameOf = ({ method, path }: Route): string => `${method} ${path}`;
const pathOf = ({ path }: Route, { factorId }: Pick<Person, "factorId">): string => path.replace(":id", factorId);

/** A body that a route takes. */
function bodyFor({ path }: Route, { fresh }: Person): object {
  if (path.endsWith("/resync")) return { codes: ["123456", "654321"] };
  if (path === "/factors/:id") return {};
  return path === "/enable" || path === "/verify" ? { code: fresh() } : {};
}

/** What is left of the user's five attempts, by asking with a wrong code. */
async function attemptsLeft({ mfa }: AuditKit, { as, wrong }: Person): Promise<unknown> {
  return (await mfa("POST", "/verify", { as, body: { code: wrong() } })).body.attempts_left;
}

const unauthenticated = session.map(
  (route): AuditCase => ({
    level: "MUST",
    name: `${nameOf(route)} wants to know who is asking`,
    async run({ mfa, enrolled }) {
      const person = await enrolled();
      const answer = await mfa(route.method, pathOf(route, person), route.body ? { body: bodyFor(route, person) } : {});
      isProblem(answer, "unauthenticated", 401);
      assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer/);
    },
  }),
);

const foreign = changing.map(
  (route): AuditCase => ({
    level: "MUST",
    name: `A51 ${nameOf(route)} refuses a page of another site, and counts nothing`,
    async run(kit) {
      const person = await kit.enrolled();
      for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }]) {
        const call = { as: person.as, body: bodyFor(route, person), headers };
        isProblem(await kit.mfa(route.method, pathOf(route, person), call), "origin_refused", 403);
      }
      assert.equal(await attemptsLeft(kit, person), 4);
    },
  }),
);

const unknownField = changing.map(
  (route): AuditCase => ({
    level: "MUST",
    name: `A39 ${nameOf(route)} refuses a field that it does not know`,
    async run({ mfa, enrolled }) {
      const person = await enrolled();
      const body = { ...bodyFor(route, person), secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" };
      const answer = await mfa(route.method, pathOf(route, person), { as: person.as, body });
      isProblem(answer, "body_invalid", 400);
      assert.ok(Array.isArray(answer.body.errors), "errors");
      assert.ok(!answer.text.includes("GEZDGNBV"), "what was sent is not repeated");
    },
  }),
);

const mediaType = changing.map(
  (route): AuditCase => ({
    level: "MUST",
    name: `A51 ${nameOf(route)} takes JSON alone, and nothing that a form can post`,
    async run({ mfa, enrolled }) {
      const person = await enrolled();
      for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
        const call = { as: person.as, body: '{"code":"123456"}', headers: { "content-type": type } };
        isProblem(await mfa(route.method, pathOf(route, person), call), "media_type_unsupported", 415);
      }
    },
  }),
);

const tooLarge = changing.map(
  (route): AuditCase => ({
    level: "MUST",
    name: `A40 ${nameOf(route)} refuses a body over 16 KiB`,
    async run({ mfa, enrolled }) {
      const person = await enrolled();
      const call = { as: person.as, body: JSON.stringify({ code: "1".repeat(20_000) }) };
      isProblem(await mfa(route.method, pathOf(route, person), call), "body_too_large", 413);
    },
  }),
);

const notTaken = [...Map.groupBy(routes, ({ path }) => path)].map(
  ([path, at]): AuditCase => ({
    level: "MUST",
    name: `${path} answers a method that it does not take with 405, and says which it does`,
    async run({ mfa, enrolled }) {
      const person = await enrolled();
      const answer = await mfa("PUT", path.replace(":id", "x"), { as: person.as });
      isProblem(answer, "method_not_allowed", 405);
      const allowed = (answer.headers.get("allow") ?? "").split(/, ?/);
      for (const { method } of at) assert.ok(allowed.includes(method), `Allow says ${method}`);
    },
  }),
);

const documents: AuditCase[] = [
  {
    level: "MUST",
    name: "GET /openapi.json describes every route in OpenAPI 3.1, to everybody",
    async run({ mfa }) {
      const { body, headers } = isDone(await mfa("GET", "/openapi.json"));
      assert.equal(body.openapi, "3.1.0");
      const paths = body.paths as Record<string, Record<string, unknown>>;
      for (const { method, path } of routes) assert.ok(paths[path.replace(/:(\w+)/, "{$1}")]?.[method.toLowerCase()], `${method} ${path}`);
      assert.match(headers.get("content-type") ?? "", /^application\/json/);
    },
  },
  {
    level: "MUST",
    name: "GET /jwks.json gives the public keys, and no private part",
    async run({ mfa }) {
      const { body } = isDone(await mfa("GET", "/jwks.json"));
      const [key] = body.keys as Record<string, unknown>[];
      assert.deepEqual({ kty: key?.kty, crv: key?.crv, d: key?.d }, { kty: "OKP", crv: "Ed25519", d: undefined });
    },
  },
  {
    level: "MUST",
    name: "an address below the mount point that is no route is not answered as one",
    async run({ mfa, enrolled }) {
      const { as } = await enrolled();
      for (const path of ["/nothing", "/factors/a/b/c", "/status/", "/"]) {
        const { status } = await mfa("GET", path, { as });
        assert.ok(status === 404 || (path === "/status/" && status === 200), `${path}: ${status}`);
      }
    },
  },
  {
    level: "SHOULD",
    name: "HEAD /status answers the head of GET without a body",
    async run({ mfa, enrolled }) {
      const { as } = await enrolled();
      const { text, headers } = isDone(await mfa("HEAD", "/status", { as }));
      assert.equal(text, "");
      assert.equal(headers.get("cache-control"), "no-store");
    },
  },
];

/** What every route does alike. */
export const routeAudits: readonly AuditCase[] = [
  ...unauthenticated,
  ...foreign,
  ...unknownField,
  ...mediaType,
  ...tooLarge,
  ...notTaken,
  ...documents,
];
