import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServiceName, services } from "../src/services.ts";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, tokenOf } from "./support/http.ts";
import { startOnServer } from "./support/server.ts";
import { endAll, type Started, startSystem } from "./support/system.ts";

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
});
