import { ConfigError } from "@nightlatch/core";
import { expect, test } from "vitest";
import { expressMfa } from "../src/index.ts";
import { startHost } from "./support/app.ts";
import { expectProblem } from "./support/problems.ts";
import { MOUNT, routes } from "./support/routes.ts";

const subject = () => undefined;

test.each<[what: string, options: object]>([
  ["no subject", {}],
  ["a subject that is no function", { subject: "alice" }],
  ["a misspelt option", { subject, onErorr: () => undefined }],
  ["origins that are no list", { subject, origins: "https://console.example.com" }],
  ["a signIn that starts no session", { subject, signIn: { session: () => "s1" } }],
  ["a signIn that is a function", { subject, signIn: () => ({ body: {} }) }],
])("A13 %s stops the start", async (_what, options) => {
  const { mfa } = await startHost();
  expect(() => expressMfa(mfa, options as never)).toThrow(ConfigError);
});

test("R40 a subject without an id is the host's mistake on every route and guard: reported, and never taken for a sign-in", async () => {
  const host = await startHost({
    subject: () => ({ session: "s1" }) as never,
    signIn: { session: () => "s9", start: () => ({ body: { in: true } }) },
  });
  const bodies: Record<string, object> = {
    "/enable": { code: "123456" },
    "/verify": { code: "123456" },
    "/factors/:id/resync": { codes: ["123456", "654321"] },
    "PATCH /factors/:id": { name: "Phone" },
  };
  for (const { method, path } of routes) {
    const body = bodies[`${method} ${path}`] ?? bodies[path] ?? {};
    const answer = await host.call(method, MOUNT + path.replace(":id", "x"), method === "GET" ? {} : { body });
    expectProblem(answer, "internal", 500);
  }
  expectProblem(await host.call("POST", "/plain"), "internal", 500);
  expect(host.faults).toHaveLength(routes.length + 1);
  expect(host.store.calls).not.toContain("charge");
});

test.each<[what: string, demand: object]>([
  ["a bind that is a list, as a demand of the engine's takes it", { bind: ["room-7"] }],
  ["a bind that is nothing, and would bind nothing", { purpose: "booking.cancel", bind: null }],
  ["a misspelt demand", { pupose: "booking.cancel" }],
])("%s stops the start of its route", async (_what, demand) => {
  const { mfa } = await startHost();
  const { stepUp } = expressMfa(mfa, { subject });
  expect(() => stepUp(demand as never)).toThrow(ConfigError);
});
