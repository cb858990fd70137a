import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import pino from "pino";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { afterEach, describe, expect, test } from "vitest";
import { type Cell, csv } from "../src/analytics/csv.ts";
import { readExposition } from "../src/analytics/exposition.ts";
import { between, quantileOf, readingOf, together } from "../src/analytics/readings.ts";
import { sharedAnswers } from "../src/analytics/shared-answers.ts";
import { createSystemHistory } from "../src/analytics/system-history.ts";

/** Reads RFC 4180. */
function readCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, plain = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    records.push(record);
    record = [];
  }
  return records;
}

describe("CSV", () => {
  const cell = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "=1+1",
      "+1",
      "-1",
      "@a",
      "\t=1",
      "\r=1",
      'a"b',
      "a,b",
      "a\r\nb",
      "＝1+1",
      "＋1",
      "－1",
      "＠a",
      "x;=cmd",
      'x; "=cmd',
      "x;＝1",
      "a\n=1",
    ),
    fc.array(fc.constantFrom("=", "＠", ";", "\t", "\n", " ", '"', "'", "a", "-"), { maxLength: 8 }).map((parts) => parts.join("")),
    fc.integer(),
    fc.constant(null),
  );

  const written = (rows: readonly (readonly [Cell, Cell])[]) =>
    readCsv(
      csv(
        ["a", "b"],
        rows.map(([a, b]) => ({ a, b })),
      ),
    ).slice(1);

  test("is read as it was written, but for apostrophes before what a spreadsheet would run", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const bare = (value: Cell | undefined): string => String(value ?? "").replaceAll("'", "");
        expect(written(rows).map((row) => row.map(bare))).toEqual(rows.map((row) => row.map(bare)));
        const harmless = rows.filter((row) => row.every((value) => typeof value === "number" || !/[=+\-@＝＋－＠\t\r]/.test(value ?? "")));
        expect(harmless.length > 0 ? written(harmless) : []).toEqual(harmless.map((row) => row.map((value) => String(value ?? ""))));
      }),
    );
  });

  test("no text begins as a formula does, in either width, nor does what stands behind a semicolon, a tab or the end of a line in it", () => {
    const FORMULA = /^["\s]*[=+\-@＝＋－＠]/;
    fc.assert(
      fc.property(cell, (value) => {
        const [[text = ""] = []] = written([[value, "b"]]);
        if (typeof value === "string") for (const part of text.split(/[;\t\r\n]/)) expect(part).not.toMatch(FORMULA);
      }),
    );
    expect(written([["＝1+1", "x;=cmd"]])).toEqual([["'＝1+1", "x;'=cmd"]]);
    expect(written([["\t1", "a-b; c=d"]])).toEqual([["'\t1", "a-b; c=d"]]);
  });

  test("leaves numbers numbers, and shows the columns that are asked for in their order", () => {
    expect(csv(["b", "a"], [{ a: -1.5, b: true, c: "hidden" }, { a: null }])).toBe("b,a\r\ntrue,-1.5\r\n,\r\n");
  });
});

describe("shared answers", () => {
  const deferred = () => {
    let settle = { resolve: (_: string): void => undefined, reject: (_: Error): void => undefined };
    const promise = new Promise<string>((resolve, reject) => {
      settle = { resolve, reject };
    });
    return { promise, ...settle };
  };

  test("whoever asks while it is made waits for the same; it is good for so many seconds from when it is there", async () => {
    let now = 0;
    const answers = sharedAnswers({ seconds: 5, clock: () => now });
    const first = deferred();
    let made = 0;
    const ask = (make: () => Promise<string>) =>
      answers.of("key", () => {
        made += 1;
        return make();
      });
    const both = Promise.all([ask(() => first.promise), ask(() => first.promise)]);
    now = 60_000;
    const third = ask(() => first.promise);
    first.resolve("a");
    expect([...(await both), await third]).toEqual(["a", "a", "a"]);
    now += 4_999;
    expect(await ask(async () => "b")).toBe("a");
    now += 1;
    expect(await ask(async () => "b")).toBe("b");
    expect(made).toBe(2);
  });

  test("what failed is made anew, and what was begun before a drop is for those alone who asked before it", async () => {
    const answers = sharedAnswers({ seconds: 5 });
    await expect(answers.of("key", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    const slow = deferred();
    const before = answers.of("key", () => slow.promise);
    answers.drop();
    expect(await answers.of("key", async () => "new")).toBe("new");
    slow.resolve("old");
    expect(await before).toBe("old");
    expect(await answers.of("key", async () => "newer")).toBe("new");
  });

  test("keeps no more than 200, the newest", async () => {
    const answers = sharedAnswers({ seconds: 5 });
    let made = 0;
    const ask = (key: number) => answers.of(String(key), async () => (made += 1));
    for (let key = 0; key <= 200; key += 1) await ask(key);
    await ask(200);
    expect(made).toBe(201);
    await ask(0);
    expect(made).toBe(202);
  });
});

test("what prom-client writes is read as it was meant, whatever stands in a label", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(
          fc.string(),
          fc.double({ noNaN: true }).map((value) => value + 0),
        ),
        { maxLength: 5 },
      ),
      async (rows) => {
        const register = new Registry();
        const gauge = new Gauge({ name: "g", help: "h\nh", labelNames: ["a", "b"], registers: [register] });
        const wanted = new Map(rows);
        for (const [label, value] of wanted) gauge.set({ a: label, b: "}" }, value);
        const read = readExposition(await register.metrics());
        expect(read).toEqual([...wanted].map(([a, value]) => ({ name: "g", labels: { a, b: "}" }, value })));
      },
    ),
  );
});

describe("readings", () => {
  const scrape = async (register: Registry) => readingOf(readExposition(await register.metrics()));

  test("a quantile lies within the bucket that holds it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1, maxLength: 60 }), async (times) => {
        const register = new Registry();
        const bounds = [0.1, 0.3, 0.5, 1];
        const name = "http_request_duration_seconds";
        const histogram = new Histogram({ name, help: "h", buckets: bounds, registers: [register] });
        for (const time of times) histogram.observe(time);
        const found = quantileOf(await scrape(register), 0.95) ?? Number.NaN;
        const exact = [...times].sort((a, b) => a - b)[Math.ceil(0.95 * times.length) - 1] ?? Number.NaN;
        const above = bounds.find((bound) => bound >= exact) ?? Number.POSITIVE_INFINITY;
        const below = bounds.findLast((bound) => bound < exact) ?? 0;
        expect(found).toBeGreaterThanOrEqual(below);
        expect(found).toBeLessThanOrEqual(above);
      }),
    );
  });

  test("a process that begins anew counts from nothing, and streams and scrapes are no requests", async () => {
    const register = new Registry();
    const requests = new Counter({ name: "http_requests_total", help: "h", labelNames: ["route", "status"], registers: [register] });
    for (const [route, status, count] of [
      ["/rooms", "200", 6],
      ["/rooms", "404", 3],
      ["/rooms", "500", 1],
      ["/metrics", "200", 90],
      ["/events", "200", 9],
    ] as const) {
      requests.inc({ route, status }, count);
    }
    const first = await scrape(register);
    expect(first).toMatchObject({ requests: 10, refused: 3, failed: 1 });
    requests.reset();
    requests.inc({ route: "/rooms", status: "200" }, 4);
    const second = await scrape(register);
    expect(between(first, second)).toMatchObject({ requests: 4, refused: 0, failed: 0 });
    expect(together([between(first, second), first])).toMatchObject({ requests: 14, refused: 3, failed: 1 });
  });
});

/** What a process of a service shows, and how many it is to have answered. */
async function metricsServer(
  servers: Server[],
): Promise<{ url: string; requests: Counter; seconds: Histogram; codes: Counter; close(): void }> {
  const register = new Registry();
  const requests = new Counter({ name: "http_requests_total", help: "h", labelNames: ["route", "status"], registers: [register] });
  const seconds = new Histogram({ name: "http_request_duration_seconds", help: "h", buckets: [0.1, 0.5], registers: [register] });
  const codes = new Counter({ name: "mfa_verifications_total", help: "h", labelNames: ["outcome"], registers: [register] });
  let answers = true;
  const server = createServer(async (_, res) => {
    res.statusCode = answers ? 200 : 503;
    res.end(await register.metrics());
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    seconds,
    codes,
    close() {
      answers = false;
    },
  };
}

describe("the hour of the system page", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  test("tells up, slow and down, how much was asked, and since when", async () => {
    const { url, requests, seconds, codes, close } = await metricsServer(servers);
    const begins = Date.parse("2030-05-01T09:00:00Z");
    let now = begins;
    const watched = [{ name: "rooms", port: 8002, urls: [url] }];
    const history = createSystemHistory(watched, { log: pino({ enabled: false }), clock: () => now, every: 3_600_000 });
    const look = async () => {
      await history.sample();
      now += 30_000;
      const [service] = history.answer().services;
      if (!service) throw new Error("No service.");
      return service;
    };
    requests.inc({ route: "/rooms", status: "200" }, 1000);
    expect(await look()).toMatchObject({ state: "unknown", requests_per_second: 0, p95_ms: null });

    requests.inc({ route: "/rooms", status: "200" }, 54);
    requests.inc({ route: "/rooms", status: "403" }, 3);
    requests.inc({ route: "/rooms", status: "503" }, 3);
    for (let n = 0; n < 20; n += 1) seconds.observe(0.05);
    codes.inc({ outcome: "ok" }, 2);
    codes.inc({ outcome: "invalid" });
    const up = await look();
    expect(up).toMatchObject({
      state: "up",
      requests_per_second: 2,
      p95_ms: 95,
      refused_percentage: 5,
      failed_percentage: 5,
      since: "2030-05-01T09:00:00.000Z",
    });
    expect(up.minutes).toHaveLength(60);
    expect(history.answer().mfa).toEqual({ accepted: 2, wrong: 1, replayed: 0, recovery_codes_used: 0, locks: 0 });

    now = begins + 3 * 60_000;
    for (let n = 0; n < 20; n += 1) seconds.observe(0.4);
    expect(await look()).toMatchObject({ state: "slow", since: "2030-05-01T09:03:00.000Z" });

    now = begins + 5 * 60_000;
    close();
    const down = await look();
    expect(down).toMatchObject({ state: "down", since: "2030-05-01T09:05:00.000Z" });
    expect(down.minutes.slice(-6).map(({ state }) => state)).toEqual(["up", "unknown", "unknown", "slow", "unknown", "down"]);

    now = begins + 70 * 60_000;
    await look();
    expect(history.answer().mfa.accepted).toBe(0);
    history.close();
  });

  test("adds up what the processes of a service did, and calls it down once none of them answers", async () => {
    const [one, two] = await Promise.all([metricsServer(servers), metricsServer(servers)]);
    let now = Date.parse("2030-05-01T09:00:00Z");
    const watched = [{ name: "rooms", port: 8002, urls: [one.url, two.url] }];
    const history = createSystemHistory(watched, { log: pino({ enabled: false }), clock: () => now, every: 3_600_000 });
    const look = async () => {
      await history.sample();
      now += 20_000;
      const [service] = history.answer().services;
      return { ...service, processes: service?.processes.map(({ state }) => state) };
    };
    // They have been running for unlike times, which is nobody's rate.
    one.requests.inc({ route: "/rooms", status: "200" }, 90_000);
    two.requests.inc({ route: "/rooms", status: "200" }, 7);
    expect(await look()).toMatchObject({ state: "unknown", requests_per_second: 0, processes: ["unknown", "unknown"] });
    one.requests.inc({ route: "/rooms", status: "200" }, 60);
    two.requests.inc({ route: "/rooms", status: "503" }, 20);
    for (const { seconds, codes } of [one, two]) {
      for (let n = 0; n < 10; n += 1) seconds.observe(0.05);
      codes.inc({ outcome: "ok" });
    }
    const both = await look();
    expect(both).toMatchObject({ state: "up", requests_per_second: 4, p95_ms: 95, failed_percentage: 25, processes: ["up", "up"] });
    expect(history.answer().mfa.accepted).toBe(2);

    two.close();
    one.requests.inc({ route: "/rooms", status: "200" }, 60);
    expect(await look()).toMatchObject({ state: "up", processes: ["up", "down"], since: both.since });
    one.close();
    expect(await look()).toMatchObject({ state: "down", processes: ["down", "down"] });
    history.close();
  });
});
