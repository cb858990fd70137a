import { once } from "node:events";
import { createServer } from "node:http";
import { newDatabase } from "@nightlatch/internal-services";
import express from "express";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Database } from "../src/database/database.ts";
import { openEmbedded } from "../src/database/embedded.ts";
import { connectToServer } from "../src/database/server.ts";
import { answerProblems } from "../src/http/answer-problems.ts";
import { createLog } from "../src/log.ts";
import { type ServiceName, services } from "../src/services.ts";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { startOnServer } from "./support/server.ts";
import { endAll, newFolder, type Started, startSystem } from "./support/system.ts";

/** What a sender may put where something else is wanted: none of it is ours to fail at. */
const TEXTS = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "%",
  "';--",
  "-1",
  "0",
  "1e9",
  "99999999999999999999",
  "NaN",
  "x".repeat(3000),
  "0000-01-01",
  "0000-01-01T00:00:00Z",
  "0001-01-01T00:00:00+23:59",
  "9999-12-31",
  "9999-12-31T23:59:59-23:59",
  "UTC+2",
];

/** What a page's cursor holds, were it made by hand. */
const CURSORS = [
  7,
  "\u0000",
  [],
  ["\u0000", 1],
  ["\ud800", 1],
  ["a", 99_999_999_999],
  ["0000-01-01T00:00:00Z", 1],
  ["9999-12-31T23:59:59-23:59", 1],
  [hoursAhead(1), -1],
].map((held) => Buffer.from(JSON.stringify(held)).toString("base64url"));

const VALUES: unknown[] = [...TEXTS, null, true, -1, 0, 0.5, 2 ** 31, 2 ** 53, 1e300, [], [null], ["\u0000"], {}, { toString: 1 }];

/** A good body of each route that takes one, and its address; its members are spoilt in turn. */
const BODIES: Readonly<Record<string, { path?: string; body: object; spoilt?: object }>> = {
  "users POST /auth/register": {
    body: { name: "A", username: "spoilt", email: "spoilt@example.com", password: DEMO_PASSWORD, role: "user" },
  },
  "users POST /auth/login": { body: { username: "member", password: DEMO_PASSWORD } },
  "users POST /auth/login-mfa": { body: { username: "member", password: DEMO_PASSWORD, mfa_code: "123456", challenge: "x" } },
  "users PATCH /users/{username}": { path: "/users/guest", body: { is_active: true } },
  "rooms POST /rooms": { body: { name: "Spoilt", capacity: 4, location: "Below", equipment: ["screen"], is_available: true } },
  "rooms PATCH /rooms/{id}": {
    path: "/rooms/1",
    body: { name: "Spoilt", capacity: 4, location: "Here", equipment: [], is_available: true },
  },
  "bookings POST /bookings": {
    body: { room_id: 1, title: "A talk", starts_at: hoursAhead(40), ends_at: hoursAhead(41) },
    spoilt: { starts_at: "9999-12-31T23:00:00-23:59", ends_at: "9999-12-31T23:30:00-23:59" },
  },
  "reviews POST /reviews": { body: { room_id: 1, rating: 3, comment: "Good" } },
  "reviews PATCH /reviews/{id}": { path: "/reviews/1", body: { rating: 3, comment: "Good" } },
};

interface Operation {
  parameters?: { name: string; in: string }[];
  requestBody?: object;
}

interface Described extends Operation {
  service: ServiceName;
  method: string;
  path: string;
}

/** Any text, number or date, as text: few of them are what a field wants. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc
    .tuple(fc.string({ maxLength: 5 }), fc.constantFrom("\u0000", "\ud800", "\u202e", "\n"), fc.string({ maxLength: 5 }))
    .map((parts) => parts.join("")),
  fc.date({ noInvalidDate: true }).map((at) => at.toISOString()),
  fc.date({ noInvalidDate: true }).map((at) => at.toISOString().replace(/T.*/, "")),
  // Few inputs take a date: more of these, so that some get one from the edges of what can be told.
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom(0, 1, 1999, 2000, 2100, 2101, 9999),
        fc.constantFrom("-01-01T00:00:00+23:59", "-12-31T23:59:59-23:59", "-01-01", "-02-29", "-12-31"),
      )
      .map(([year, rest]) => String(year).padStart(4, "0") + rest),
  },
  fc.bigInt().map(String),
  fc.double().map(String),
);

/** Any member of a body. */
const anyValue = fc.oneof(anyText, fc.integer(), fc.double(), fc.jsonValue(), fc.array(anyText, { maxLength: 3 }));

/** Any cursor: text, or what a page's cursor holds with parts of one's own. */
const anyCursor = fc.oneof(
  anyText,
  fc
    .oneof(anyValue, fc.tuple(anyValue, fc.oneof(fc.integer(), anyValue)))
    .map((held) => Buffer.from(JSON.stringify(held) ?? "").toString("base64url")),
);

/** What Nightlatch's routes take in a body, all of it. */
const MFA_BODIES = {
  "POST /auth/mfa/setup": ["name", "kind"],
  "POST /auth/mfa/enable": ["code", "factor_id"],
  "POST /auth/mfa/disable": ["code"],
  "POST /auth/mfa/challenge": ["purpose", "bind"],
  "POST /auth/mfa/verify": ["code", "challenge", "factor_id", "remember_device"],
  "POST /auth/mfa/recovery-codes": ["code"],
  "PATCH /auth/mfa/factors/1": ["name"],
  "POST /auth/mfa/factors/1/resync": ["codes"],
} as const;

let system: Started;
let admin: string;
let routes: Described[];

/** Each route as its service describes it, but Nightlatch's own, and streams, which end with nobody's input. */
async function described(service: ServiceName): Promise<Described[]> {
  const { paths } = (await call("GET", `${system[service]}/openapi.json`)).body as { paths: Record<string, Record<string, Operation>> };
  return Object.entries(paths)
    .filter(([path]) => !path.startsWith("/auth/mfa/") && !/(events|live)$/.test(path))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ ...operation, service, path, method: method.toUpperCase() })),
    );
}

/** A route's address with each parameter of its query spoilt in turn; what belongs together is there together. */
const spoiltAddresses = ({ service, path, parameters = [] }: Described): string[] =>
  parameters
    .filter((one) => one.in === "query")
    .flatMap(({ name }) => (name === "cursor" ? [...TEXTS, ...CURSORS] : TEXTS).map((value) => [name, value] as const))
    .map(([name, value]) => {
      const range = name.startsWith("free_") ? { free_from: hoursAhead(-1), free_to: hoursAhead(1) } : {};
      return `${system[service]}${path.replace(/\{\w+\}/g, "1")}?${new URLSearchParams({ ...range, [name]: value })}`;
    });

/** Sends what is wrong; what was answered, if it was taken for our own fault. */
async function faultOf(method: string, url: string, json?: unknown): Promise<string[]> {
  // Each from an address of its own, so that no limit is in the way.
  const headers = { "X-Forwarded-For": `2001:db8::${Math.floor(Math.random() * 65_536).toString(16)}` };
  const { status, text } = await call(method, url, { token: admin, headers, ...(json === undefined ? {} : { json }) });
  return status < 500 ? [] : [`${method} ${url} ${JSON.stringify(json) ?? ""}: ${status} ${text}`];
}

describe.each([
  ["PostgreSQL", () => startOnServer()],
  ["the embedded database", () => startSystem()],
])("on %s", (_, begin) => {
  beforeAll(async () => {
    system = await begin();
    admin = await tokenOf(system.users, "admin", DEMO_PASSWORD);
    routes = (await Promise.all(services.map(({ name }) => described(name)))).flat();
  });
  afterAll(endAll);

  test("whatever stands in an address, no service fails at it", async () => {
    const addresses = routes.filter(({ method }) => method === "GET").flatMap(spoiltAddresses);
    expect(addresses.length).toBeGreaterThan(1000);
    const faults: string[] = [];
    for (const address of addresses) faults.push(...(await faultOf("GET", address)));
    expect(faults).toEqual([]);
  });

  test("whatever stands in a path, no service fails at it", async () => {
    const faults: string[] = [];
    for (const { service, method, path } of routes.filter(({ path }) => path.includes("{"))) {
      for (const value of TEXTS.filter((text) => text.trim() !== "")) {
        const at = path.replace(/\{\w+\}/, encodeURIComponent(value.toWellFormed()));
        faults.push(
          ...(await faultOf(method, system[service] + at, method === "PATCH" ? { is_active: true, rating: 1, capacity: 1 } : undefined)),
        );
      }
    }
    expect(faults).toEqual([]);
  });

  test("whatever stands in a body, no service fails at it", async () => {
    const taking = routes.filter(({ requestBody }) => requestBody).map(({ service, method, path }) => `${service} ${method} ${path}`);
    expect(taking.sort()).toEqual(Object.keys(BODIES).sort());
    const faults: string[] = [];
    for (const [name, { path, body, spoilt = {} }] of Object.entries(BODIES)) {
      const [service, method = "", at = ""] = name.split(" ");
      const url = system[service as ServiceName] + (path ?? at);
      for (const member of Object.keys(body)) {
        for (const value of VALUES) faults.push(...(await faultOf(method, url, { ...body, [member]: value })));
      }
      for (const whole of [...VALUES, { ...body, ...spoilt }]) faults.push(...(await faultOf(method, url, whole)));
    }
    expect(faults).toEqual([]);
  });

  test("whatever text, number or date stands in any input, no service fails at it", async () => {
    const inputs = routes.flatMap(({ service, method, path, parameters = [] }) =>
      method !== "GET"
        ? []
        : parameters.filter((one) => one.in === "query").map(({ name }) => ({ at: system[service] + path.replace(/\{\w+\}/g, "1"), name })),
    );
    // By name first: few take a date, many a time zone.
    const byName = Object.values(Object.groupBy(inputs, ({ name }) => name)).map((ones) => fc.constantFrom(...(ones ?? [])));
    const inQuery = fc
      .oneof(...byName)
      .chain((input) => (input.name === "cursor" ? anyCursor : anyText).map((value) => ({ ...input, value })));
    const members = Object.entries(BODIES).flatMap(([route, { path, body }]) =>
      Object.keys(body).map((name) => ({ route, path, body, name })),
    );
    const inBody = fc.constantFrom(...members).chain((member) => anyValue.map((value) => ({ ...member, value })));
    await fc.assert(
      fc.asyncProperty(fc.oneof(inQuery, inBody), async (input) => {
        if ("at" in input) {
          expect(await faultOf("GET", `${input.at}?${new URLSearchParams({ [input.name]: input.value })}`)).toEqual([]);
        } else {
          const [service, method = "", at = ""] = input.route.split(" ");
          const url = system[service as ServiceName] + (input.path ?? at);
          expect(await faultOf(method, url, { ...input.body, [input.name]: input.value })).toEqual([]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("whatever text, number or date stands in what Nightlatch's routes take, the users service does not fail at it", async () => {
    const tokens: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const json = { name: "A", username: `fuzzed${n}`, email: `fuzzed${n}@example.com`, password: DEMO_PASSWORD };
      expect((await call("POST", `${system.users}/auth/register`, { json })).status).toBe(201);
      tokens.push(await tokenOf(system.users, `fuzzed${n}`, DEMO_PASSWORD));
    }
    const members = Object.entries(MFA_BODIES).flatMap(([route, names]) => names.map((name) => ({ route, name })));
    const input = fc.constantFrom(...members).chain((member) => anyValue.map((value) => ({ ...member, value })));
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(input, async ({ route, name, value }) => {
        const [method = "", path = ""] = route.split(" ");
        turn += 1;
        const { status, text } = await call(method, system.users + path, { token: tokens[turn % 5], json: { [name]: value } });
        expect({ status: status < 500, text }).toEqual({ status: true, text });
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  ["PostgreSQL", async (): Promise<Database> => await connectToServer(await newDatabase(inject("postgresUrl")), createLog("silent"))],
  ["the embedded database", async (): Promise<Database> => await openEmbedded(newFolder())],
])("a value that reaches %s unjudged, and that it has no room for, is the sender's fault, not ours", async (_, connect) => {
  const database = await connect();
  const app = express();
  app.get("/:kind", async (req, res) => {
    const text = { nul: "a\0b", date: "0000-01-01", number: "99999999999" }[req.params.kind];
    const type = { nul: "text", date: "date", number: "integer" }[req.params.kind];
    res.json(await database.query(`SELECT $1::text::${type} AS value`, [text]));
  });
  app.get("/", async (_req, res) => void res.json(await database.query("SELECT nothing")));
  const server = createServer(app.use(answerProblems(createLog("silent")))).listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  for (const kind of ["nul", "date", "number"]) expectProblem(await call("GET", `${at}/${kind}`), 422, "input_invalid");
  expectProblem(await call("GET", `${at}/`), 500, "internal");
  server.closeAllConnections();
  server.close();
  await database.close();
});
