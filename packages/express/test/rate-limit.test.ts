import { ConfigError } from "@nightlatch/core";
import { createRateLimits, type LimitsBackend, memoryLimits, type RateLimits } from "@nightlatch/core/limits";
import type { Express } from "express";
import { describe, expect, test } from "vitest";
import { type ExpressRateLimitOptions, rateLimit } from "../src/index.ts";
import { type Host, startHost, subjectOfBearer } from "./support/app.ts";
import { expectProblem } from "./support/problems.ts";

const PRESETS = { five: { points: 5, per: "5m" }, two: { points: 2, per: "1m" } } as const;
const newLimits = () => createRateLimits(PRESETS, memoryLimits(), { onError: () => {} });

const BY_USER: ExpressRateLimitOptions = { by: "user", subject: subjectOfBearer };
const BY_ADDRESS: ExpressRateLimitOptions = { by: "address" };

/** A host with `/five` behind a limit. */
const hostWith = (options: ExpressRateLimitOptions, { limits = newLimits(), setUp = (_app: Express) => {} } = {}): Promise<Host> =>
  startHost({
    routes(app, _stepUp, run) {
      setUp(app);
      app.post("/five", rateLimit(limits, "five", options), run);
      app.post("/both", rateLimit(limits, "five", options), rateLimit(limits, "two", options), run);
    },
  });

const statuses = async (host: Host, calls: { as?: string; headers?: Record<string, string> }[]): Promise<number[]> => {
  const found: number[] = [];
  for (const call of calls) found.push((await host.call("POST", "/five", call)).status);
  return found;
};

const forwarded = (address: string) => ({ headers: { "x-forwarded-for": address } });

/** An item of RateLimit or RateLimit-Policy: its name as sent, its parameters. */
const itemOf = (field: string | null) => {
  const [, name, parameters = ""] = /^"((?:[^"\\]|\\["\\])*)"((?:;[a-z]+=\d+)*)$/.exec(field ?? "") ?? [];
  return { name, ...Object.fromEntries([...parameters.matchAll(/;([a-z]+)=(\d+)/g)].map(([, key, value]) => [key, Number(value)])) };
};

describe("rateLimit on Express", () => {
  test("R46 each answer says what the limit is and what is left, and a refusal when to come back", async () => {
    const host = await hostWith(BY_USER);
    for (const left of [4, 3, 2, 1, 0]) {
      const { status, headers } = await host.call("POST", "/five", { as: "alice:s1" });
      expect(status).toBe(200);
      expect(headers.get("ratelimit-policy")).toBe('"five";q=5;w=300');
      expect(itemOf(headers.get("ratelimit"))).toEqual({ name: "five", r: left, t: expect.any(Number) });
      expect(headers.has("retry-after")).toBe(false);
    }
    const refused = await host.call("POST", "/five", { as: "alice:s1" });
    expectProblem(refused, "rate_limited", 429);
    const retryAfter = Number(refused.headers.get("retry-after"));
    expect(retryAfter).toBeGreaterThan(200);
    expect(retryAfter).toBeLessThanOrEqual(300);
    expect(refused.body.retry_after).toBe(retryAfter);
    expect(refused.headers.get("ratelimit-policy")).toBe('"five";q=5;w=300');
    expect(refused.headers.get("ratelimit")).toBe(`"five";r=0;t=${retryAfter}`);
    expect(host.ran).toHaveLength(5);
  });

  test("R46 no field and no body names who was counted", async () => {
    const host = await hostWith(BY_USER);
    for (let n = 0; n < 6; n += 1) {
      const { headers, text } = await host.call("POST", "/five", { as: "canary-4711:s1:tenant-4712" });
      expect(JSON.stringify([...headers]) + text).not.toMatch(/canary|4711|4712/);
      expect(headers.get("ratelimit-policy")).not.toContain("pk");
    }
  });

  test("R46 a limit's name is quoted as a String of structured fields", async () => {
    const inner = newLimits();
    const limits = { ...inner, policy: () => inner.policy("five"), consume: (_: string, key: string) => inner.consume("five", key) };
    const host = await startHost({
      routes(app, _stepUp, run) {
        app.post("/odd", rateLimit(limits as RateLimits, 'a "b" \\ c', BY_ADDRESS), run);
      },
    });
    const { headers } = await host.call("POST", "/odd");
    expect(headers.get("ratelimit-policy")).toBe('"a \\"b\\" \\\\ c";q=5;w=300');
    expect(() => rateLimit(limits as RateLimits, "é", BY_ADDRESS)).toThrow(ConfigError);
    expect(() => rateLimit(limits as RateLimits, "a\r\nb", BY_ADDRESS)).toThrow(ConfigError);
  });

  test("R46 several limits before one route stand in one list, in the refusal too", async () => {
    const host = await hostWith(BY_USER);
    const as = "alice:s1";
    const { headers } = await host.call("POST", "/both", { as });
    expect(headers.get("ratelimit-policy")).toBe('"five";q=5;w=300, "two";q=2;w=60');
    expect(headers.get("ratelimit")).toMatch(/^"five";r=4;t=\d+, "two";r=1;t=\d+$/);
    await host.call("POST", "/both", { as });
    const refused = await host.call("POST", "/both", { as });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("ratelimit")).toMatch(/^"five";r=2;t=\d+, "two";r=0;t=\d+$/);
  });

  test("A18 one user has one count, in whichever session and by whatever name", async () => {
    let name = "alice@example.com";
    const host = await hostWith({
      by: "user",
      subject: (req) => {
        const subject = subjectOfBearer(req);
        return subject && { ...subject, name };
      },
    });
    const answers = [];
    for (const [session, alias] of [
      ["s1", "alice@example.com"],
      ["s2", "Alice@Example.com"],
      ["s3", "alice+work@example.com"],
      ["s4", "+49 30 1234"],
      ["s5", "alice"],
      ["s6", "ALICE"],
    ] as const) {
      name = alias;
      answers.push((await host.call("POST", "/five", { as: `alice:${session}` })).status);
    }
    expect(answers).toEqual([200, 200, 200, 200, 200, 429]);
    // Others, and the same id in another tenant, are others.
    expect(await statuses(host, [{ as: "bob:s1" }, ...Array.from({ length: 5 }, () => ({ as: "alice:s1:acme" }))])).not.toContain(429);
    expect(await statuses(host, [{ as: "alice:s1:acme" }, { as: "alice:s1:globex" }])).toEqual([429, 200]);
  });

  test("A18 whoever is not signed in is counted by address, and by no user's count", async () => {
    const host = await hostWith(BY_USER);
    expect(await statuses(host, [{}, {}, {}, {}, {}, {}, { as: "alice:s1" }])).toEqual([200, 200, 200, 200, 200, 429, 200]);
  });

  test("A17 with no trusted proxy a forged X-Forwarded-For changes nothing", async () => {
    const host = await hostWith(BY_ADDRESS);
    const forged = [1, 2, 3, 4, 5, 6].map((n) => forwarded(`203.0.113.${n}`));
    expect(await statuses(host, forged)).toEqual([200, 200, 200, 200, 200, 429]);
  });

  test("A17 behind a trusted proxy the address is the one that the proxy saw, whatever stands in front of it", async () => {
    const host = await hostWith(BY_ADDRESS, { setUp: (app) => app.set("trust proxy", 1) });
    const forged = [1, 2, 3, 4, 5, 6].map((n) => forwarded(`203.0.113.${n}, 198.51.100.7`));
    expect(await statuses(host, forged)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await statuses(host, [forwarded("198.51.100.8")])).toEqual([200]);
  });

  test("A16 one client is one count, however its address turns and is spelt", async () => {
    const host = await hostWith(BY_ADDRESS, { setUp: (app) => app.set("trust proxy", 1) });
    const spellings = ["2001:db8::1", "2001:DB8:0:0::2", "2001:0db8::ffff:1", "2001:db8::3", "2001:db8:0:0:9:9:9:9", "2001:db8::4"];
    expect(await statuses(host, spellings.map(forwarded))).toEqual([200, 200, 200, 200, 200, 429]);
    const mapped = ["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:201", "0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1", "::ffff:c000:0201"];
    expect(await statuses(host, mapped.map(forwarded))).toEqual([200, 200, 200, 200, 200, 429]);
  });

  test("A16 what is no address has one count for all", async () => {
    const host = await hostWith(BY_ADDRESS, { setUp: (app) => app.set("trust proxy", 1) });
    const odd = ["unknown", "_hidden", "a", "b", "1.2.3", "x".repeat(1000)].map(forwarded);
    expect(await statuses(host, odd)).toEqual([200, 200, 200, 200, 200, 429]);
  });

  test("a key of the host's own counts what it names, and nobody escapes by having none", async () => {
    const host = await hostWith({ by: (req) => req.get("x-project") });
    const red = { headers: { "x-project": "red" } };
    expect(await statuses(host, [red, red, red, red, red, red, { headers: { "x-project": "blue" } }])).toEqual([
      200, 200, 200, 200, 200, 429, 200,
    ]);
    expect(await statuses(host, [{}, {}, {}, {}, {}, {}])).toEqual([200, 200, 200, 200, 200, 429]);
  });

  test("a request may cost more than one", async () => {
    const host = await hostWith({ ...BY_USER, points: 2 });
    const as = { as: "alice:s1" };
    expect(await statuses(host, [as, as, as])).toEqual([200, 200, 429]);
  });

  describe("while the backend is down", () => {
    const down: LimitsBackend = {
      limiter: () => {
        const fail = () => Promise.reject(new Error("connect ECONNREFUSED"));
        return { consume: fail, get: fail, delete: fail };
      },
    };

    test("A13 nobody passes, and it is told from a refusal", async () => {
      const host = await hostWith(BY_USER, { limits: createRateLimits(PRESETS, down, { onError: () => {} }) });
      const refused = await host.call("POST", "/five", { as: "alice:s1" });
      expectProblem(refused, "limiter_unavailable", 503);
      expect(refused.headers.get("retry-after")).toBe("5");
      expect(refused.headers.get("ratelimit-policy")).toBe('"five";q=5;w=300');
      expect(refused.headers.has("ratelimit")).toBe(false);
      expect(host.ran).toEqual([]);
    });

    test("a stand-in counts, and refuses with 429", async () => {
      const host = await hostWith(BY_USER, { limits: createRateLimits(PRESETS, down, { whenDown: "memory", onError: () => {} }) });
      const as = { as: "alice:s1" };
      expect(await statuses(host, [as, as, as, as, as, as])).toEqual([200, 200, 200, 200, 200, 429]);
    });

    const whole = { limit: 5, remaining: 4, resetAt: new Date() };
    test.each([undefined, null, {}, { ...whole, allowed: "yes" }, { ...whole, allowed: 1 }])(
      "A13 an answer of %j lets nobody pass",
      async (answer) => {
        const limits = { ...newLimits(), consume: async () => answer } as unknown as RateLimits<keyof typeof PRESETS>;
        const host = await hostWith(BY_USER, { limits });
        expect((await host.call("POST", "/five", { as: "alice:s1" })).status).toBeGreaterThanOrEqual(400);
        expect(host.ran).toEqual([]);
      },
    );
  });

  test.each<[string, unknown]>([
    ["nothing to count by", {}],
    ["by something unknown", { by: "session" }],
    ["by user, with nobody to ask", { by: "user" }],
    ["no points", { by: "address", points: 0 }],
    ["more points than there are", { by: "address", points: 6 }],
    ["a prefix that is none", { by: "address", ipv6Prefix: 0 }],
    ["a misspelt option", { by: "address", costs: 2 }],
  ])("%s stops the start", (_, options) => {
    expect(() => rateLimit(newLimits(), "five", options as ExpressRateLimitOptions)).toThrow(ConfigError);
  });

  test("a limit that was not declared, or no limits, stops the start", () => {
    // @ts-expect-error: no such name
    expect(() => rateLimit(newLimits(), "six", BY_ADDRESS)).toThrow(ConfigError);
    expect(() => rateLimit(undefined as never, "five", BY_ADDRESS)).toThrow(ConfigError);
  });
});
