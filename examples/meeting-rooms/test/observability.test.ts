import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasTool, type PrometheusServer, prometheusServer, promtool } from "@nightlatch/internal-services";
import { afterAll, beforeAll, describe, expect, it, test, vi } from "vitest";
import { dashboards } from "../observability/dashboards.ts";
import { services } from "../src/services.ts";
import { enrol } from "./support/authenticator.ts";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, tokenOf } from "./support/http.ts";
import { startOnServer } from "./support/server.ts";
import { endAll, type Started } from "./support/system.ts";

const folder = join(import.meta.dirname, "..", "observability");
const ALERTS = join(folder, "rules", "meeting-rooms-alerts.yml");
const ALERT_TESTS = join(folder, "rules.test.yml");
const alertNames = async (): Promise<(string | undefined)[]> =>
  [...(await readFile(ALERTS, "utf8")).matchAll(/- alert: (\w+)/g)].map(([, name]) => name);

interface Panel {
  id: number;
  type: string;
  title: string;
  targets?: { expr: string; legendFormat: string }[];
}

const panelsOf = (text: string): Panel[] => (JSON.parse(text) as { panels: Panel[] }).panels;

test("the committed dashboards are those that their source makes: npm run dashboard", async () => {
  const committed = join(folder, "grafana", "dashboards");
  expect((await readdir(committed)).sort()).toStrictEqual(Object.keys(dashboards()).sort());
  for (const [name, text] of Object.entries(dashboards())) expect(await readFile(join(committed, name), "utf8")).toBe(text);
});

test("the dashboards have the panels that people look for, each with a number of its own", () => {
  const { "system-overview.json": system = "", "business-analytics.json": business = "" } = dashboards();
  const titles = (text: string): string[] => panelsOf(text).map(({ title }) => title);
  expect(titles(system)).toEqual(
    expect.arrayContaining(["Requests per second", "Request duration, 95th percentile", "Service health", "Status codes", "Error rate"]),
  );
  expect(titles(business)).toEqual(
    expect.arrayContaining([
      "Bookings made, last 24 h",
      "Active users",
      "Average room rating",
      "Room utilization rate",
      "Booking frequency",
      "Top 10 most booked rooms",
      "Reviews created, daily",
      "Active users by role",
      "Peak booking hours",
    ]),
  );
  for (const text of [system, business]) expect(new Set(panelsOf(text).map(({ id }) => id)).size).toBe(panelsOf(text).length);
});

test("Prometheus is told of every service, at its port", async () => {
  const text = await readFile(join(folder, "prometheus.yml"), "utf8");
  const told = [...text.matchAll(/job_name: (\w+)_service\n.*names: \[(\w+)\], type: A, port: (\d+)/g)].map(([, job, name, port]) => [
    job,
    name,
    port,
  ]);
  expect(told).toStrictEqual(services.map(({ name, port }) => [name, name, String(port)]));
});

test("the page on observability has a part for each alert, and knows every panel", async () => {
  const page = await readFile(join(folder, "..", "..", "..", "docs", "meeting-rooms", "observability.md"), "utf8");
  expect([...page.matchAll(/^### (\w+)$/gm)].map(([, name]) => name)).toStrictEqual(await alertNames());
});

describe.skipIf(!hasTool("promtool"))("the alerts", () => {
  it("are rules, in a configuration, that promtool knows", async () => {
    expect(await promtool(["check", "rules", ALERTS])).toContain("SUCCESS: 6 rules found");
    expect(await promtool(["check", "config", join(folder, "prometheus.yml")])).toContain("is valid prometheus config");
  });

  it("fire and stay silent as they should, each of them", async () => {
    expect(await promtool(["test", "rules", ALERT_TESTS])).toContain("SUCCESS");
    const seen = [...(await readFile(ALERT_TESTS, "utf8")).matchAll(/alertname: (\w+)\n +exp_alerts:( \[\])?/g)];
    expect(new Set(seen.map(([, name, none]) => `${name} ${none ? "silent" : "fires"}`))).toStrictEqual(
      new Set((await alertNames()).flatMap((name) => [`${name} fires`, `${name} silent`])),
    );
  });

  it("would be missed by their tests, were a threshold another", async () => {
    const other = await mkdtemp(join(tmpdir(), "meeting-rooms-alerts-"));
    try {
      const [rules, tests] = await Promise.all([readFile(ALERTS, "utf8"), readFile(ALERT_TESTS, "utf8")]);
      for (const [from, to, name] of [
        ["> 0.05", "> 0.5", "HighErrorRate"],
        ["> 0.3", "> 3", "HighLatency"],
        ["< 0.05", "< 0.07", "LowRoomUtilization"],
        ["> 30", "> 300", "MfaBruteForce"],
        ["== 0", "== 1", "ServiceDown"],
        ["[15m])) > 5", "[15m])) > 50", "MfaLockoutSpike"],
      ] as const) {
        expect(rules).toContain(from);
        await writeFile(join(other, "rules.yml"), rules.replace(from, to));
        await writeFile(join(other, "test.yml"), tests.replace("rules/meeting-rooms-alerts.yml", "rules.yml"));
        await expect(promtool(["test", "rules", join(other, "test.yml")])).rejects.toThrow(new RegExp(`FAILED(?:.*\n)*.*${name}`));
      }
    } finally {
      await rm(other, { recursive: true });
    }
  });
});

interface Series {
  metric: Record<string, string>;
  value: [number, string];
}

describe.skipIf(!hasTool("prometheus"))("on a real Prometheus that scrapes the running services", () => {
  let system: Started;
  let prometheus: PrometheusServer;

  const query = async (expr: string): Promise<Series[]> =>
    ((await prometheus.ask("query", { query: expr })) as { result: Series[] }).result;

  /** Bookings, reviews, codes that are right and wrong, a lock, refusals: of one user. */
  async function traffic(username: string, token: string, admin: string, hour: number): Promise<void> {
    const room = { name: `Glasshouse ${hour}`, capacity: 4, location: "Roof" };
    const { id: room_id } = (await call("POST", `${system.rooms}/rooms`, { token: admin, json: room })).body;
    const book = async (from: number): Promise<number> => {
      const json = { room_id, title: username, starts_at: hoursAhead(from), ends_at: hoursAhead(from + 1) };
      return (await call("POST", `${system.bookings}/bookings`, { token, json })).body.id;
    };
    const [first, second] = [await book(hour), await book(hour + 1)];
    expect((await call("POST", `${system.reviews}/reviews`, { token, json: { room_id, rating: 4 } })).status).toBe(201);
    expect((await call("GET", `${system.analytics}/analytics/peak-hours`, { token: admin })).status).toBe(200);
    expect((await call("GET", `${system.users}/users/me`)).status).toBe(401);
    const { authenticator } = await enrol(system.users, token);
    const cancel = async (id: number, code: string): Promise<number> =>
      (await call("DELETE", `${system.bookings}/bookings/${id}`, { token, headers: { "X-MFA-Code": code } })).status;
    expect(await cancel(first, await authenticator.next())).toBe(200);
    for (let guess = 0; guess < 6; guess += 1) await cancel(second, await authenticator.wrong());
  }

  beforeAll(async () => {
    system = await startOnServer();
    const jobs = Object.fromEntries(services.map(({ name }) => [`${name}_service`, new URL(system[name]).host]));
    const started = await prometheusServer({ jobs, every: "500ms", rules: [ALERTS] });
    if (!started) throw new Error("No Prometheus.");
    prometheus = started;
    const [admin = "", member = "", guest = ""] = await Promise.all(
      ["admin", "member", "guest"].map((username) => tokenOf(system.users, username, DEMO_PASSWORD)),
    );
    // A count that Prometheus has not seen before is no increase: all happens once, is scraped, and happens again.
    await traffic("member", member, admin, 1);
    await vi.waitFor(
      async () => {
        expect(await query("up == 1")).toHaveLength(services.length);
        expect(await query('mfa_lockouts_total{job="bookings_service"} > 0')).not.toStrictEqual([]);
        expect(await query('http_requests_total{job="analytics_service", route="/analytics/peak-hours"} > 0')).not.toStrictEqual([]);
        expect(await query("reviews_created_total > 0")).not.toStrictEqual([]);
      },
      { timeout: 30_000 },
    );
    await traffic("guest", guest, admin, 10);
  });

  afterAll(async () => {
    await prometheus?.stop();
    await endAll();
  });

  const queries = Object.values(dashboards()).flatMap((text) =>
    panelsOf(text).flatMap(({ title, targets = [] }) => targets.map(({ expr, legendFormat }) => [title, expr, legendFormat] as const)),
  );

  /** What may well be nothing on a good day; the query still answers for each service. */
  const MAY_BE_ZERO = new Set(["Error rate", "Requests in progress"]);

  it.each(queries)("the panel %s shows data: %s", async (title, expr, legend) => {
    const asked = expr.replaceAll("$job", ".+_service").replaceAll(/\$__(?:rate_interval|range)/g, "5m");
    expect(asked).not.toContain("$");
    await vi.waitFor(
      async () => {
        const series = await query(asked);
        const shown = series.filter(({ value: [, value] }) => Number(value) > 0 || (MAY_BE_ZERO.has(title) && Number(value) === 0));
        expect(shown).not.toStrictEqual([]);
        const told = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
        for (const { metric } of series) expect(Object.keys(metric).sort()).toStrictEqual(told.sort());
      },
      { timeout: 30_000, interval: 100 },
    );
  });

  it("the dashboard's services are found", async () => {
    expect(await prometheus.ask("label/job/values", { "match[]": 'up{job=~".+_service"}' })).toStrictEqual(
      services.map(({ name }) => `${name}_service`).sort(),
    );
  });

  it("every metric, label and value that an alert names is in the scrape, and every alert can be judged", async () => {
    interface Rule {
      name: string;
      query: string;
      health: string;
    }
    const rules = async (): Promise<Rule[]> =>
      ((await prometheus.ask("rules")) as { groups: { rules: Rule[] }[] }).groups.flatMap((g) => g.rules);
    await vi.waitFor(async () => expect((await rules()).map(({ health }) => health)).toStrictEqual(Array(6).fill("ok")), {
      timeout: 30_000,
    });
    // What no good day has is left to promtool's tests.
    const RARE = /, ?status=~"5\.\."|\|replayed/g;
    for (const { name, query: expr } of await rules()) {
      const selectors = [...expr.matchAll(/\b(?:up|http|mfa|rooms)\w*(?:\{[^}]*\})?/g)].map(([selector]) => selector.replace(RARE, ""));
      const labels = [...expr.matchAll(/by \(([^)]+)\)/g)].flatMap(([, list = ""]) => list.split(", "));
      expect(selectors, name).not.toStrictEqual([]);
      for (const selector of selectors) {
        const series = await query(selector);
        expect(series, `${name}: ${selector}`).not.toStrictEqual([]);
        const named = [...selector.matchAll(/(\w+)(?:=~|!~|=)"/g)].map(([, label = ""]) => label);
        for (const { metric } of series)
          expect(Object.keys(metric), `${name}: ${selector}`).toEqual(expect.arrayContaining([...labels, ...named]));
        for (const value of (/outcome=~"([^"]+)"/.exec(selector)?.[1] ?? "").split("|").filter((text) => text !== "")) {
          expect(
            series.some(({ metric }) => metric.outcome === value),
            `${name}: ${value}`,
          ).toBe(true);
        }
      }
    }
  });

  it("the gauges say what the reports say, and no label holds more than there are rooms, roles and hours", async () => {
    const token = await tokenOf(system.users, "admin", DEMO_PASSWORD);
    const { rooms } = (await call("GET", `${system.analytics}/analytics/rooms/utilization`, { token })).body;
    const text = (await call("GET", `${system.analytics}/metrics`)).text;
    const series = (name: string): number => text.match(new RegExp(`^${name}\\{`, "gm"))?.length ?? 0;
    expect(series("bookings")).toBe(2);
    expect(series("users_active")).toBe(2);
    expect(series("bookings_by_hour")).toBe(24);
    expect(series("room_bookings")).toBeLessThanOrEqual(rooms.length);
    expect(text).toContain(`room_bookings{room="${rooms[0].room_name}"} ${rooms[0].booking_count}`);
  });
});
