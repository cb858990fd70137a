import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasTool, type PrometheusServer, prometheusServer, promtool } from "@nightlatch/internal-services";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it, test, vi } from "vitest";
import { dashboardFile } from "../monitoring/dashboard.ts";
import { createMfa, type Store } from "../src/index.ts";
import { families } from "../src/metrics/families.ts";
import { promMetrics } from "../src/metrics/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, good, STEP } from "./support/kit.ts";

const folder = join(import.meta.dirname, "..", "monitoring");
const DASHBOARD = join(folder, "nightlatch-dashboard.json");
const ALERTS = join(folder, "nightlatch-alerts.yml");
const ALERT_TESTS = join(folder, "nightlatch-alerts.test.yml");

test("the committed dashboard is the one that its source makes: npm run dashboard", async () => {
  expect(await readFile(DASHBOARD, "utf8")).toBe(dashboardFile());
});

test("every metric is on the dashboard", () => {
  const shown = dashboardFile();
  for (const { name } of Object.values(families)) expect(shown).toContain(name);
});

test("the page on metrics has the table of those there are, and a part for each alert", async () => {
  const page = await readFile(join(import.meta.dirname, "..", "..", "..", "docs", "metrics.md"), "utf8");
  const told = [...page.matchAll(/^\| `(mfa_\w+)` +\| (\w+) +\| ([^|]*?) +\| ([^|]*?) +\|$/gm)].map(([, ...cells]) => cells);
  const there = Object.values(families).map(({ name, kind, labels, help }) => [
    name,
    kind,
    labels.map((label) => `\`${label}\``).join(", "),
    help,
  ]);
  expect(told).toStrictEqual(there);
  const parts = [...page.matchAll(/^### (Nightlatch\w+)$/gm)].map(([, name]) => name);
  expect(parts).toStrictEqual([...(await readFile(ALERTS, "utf8")).matchAll(/- alert: (\w+)/g)].map(([, name]) => name));
});

describe.skipIf(!hasTool("promtool"))("the alerts", () => {
  it("are rules that promtool knows", async () => {
    expect(await promtool(["check", "rules", ALERTS])).toContain("SUCCESS: 8 rules found");
  });

  it("fire and stay silent as they should", async () => {
    expect(await promtool(["test", "rules", ALERT_TESTS])).toContain("SUCCESS");
  });

  it("are each seen to fire and to stay silent", async () => {
    const names = [...(await readFile(ALERTS, "utf8")).matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    const tests = await readFile(ALERT_TESTS, "utf8");
    const seen = [...tests.matchAll(/alertname: (\w+)\n +exp_alerts:( \[\])?/g)].map(
      ([, name, none]) => `${name} ${none ? "silent" : "fires"}`,
    );
    expect(names).toHaveLength(8);
    expect(new Set(seen)).toStrictEqual(new Set(names.flatMap((name) => [`${name} fires`, `${name} silent`])));
  });

  it("would be missed by their tests, were a threshold another", async () => {
    const other = await mkdtemp(join(tmpdir(), "nightlatch-alerts-"));
    try {
      await writeFile(join(other, "nightlatch-alerts.yml"), (await readFile(ALERTS, "utf8")).replace("> 0.05", "> 0.5"));
      await writeFile(join(other, "test.yml"), await readFile(ALERT_TESTS, "utf8"));
      await expect(promtool(["test", "rules", join(other, "test.yml")])).rejects.toThrow(/FAILED(?:.*\n)*.*NightlatchVerificationsFail/);
    } finally {
      await rm(other, { recursive: true });
    }
  });
});

interface Series {
  metric: Record<string, string>;
  value: [number, string];
}

describe.skipIf(!hasTool("prometheus"))("on a real Prometheus, of an engine at work", () => {
  const register = new Registry();
  const service = createServer(async (_, response) => {
    response.setHeader("Content-Type", register.contentType);
    response.end(await register.metrics());
  });
  let prometheus: PrometheusServer;

  const query = async (expr: string): Promise<Series[]> =>
    ((await prometheus.ask("query", { query: expr })) as { result: Series[] }).result;

  /** Every outcome, every method, both lanes' locks, both enrolments, drift both ways and a store that fails. */
  async function traffic(): Promise<void> {
    const inner = memoryStore();
    let isDown = false;
    const store: Store = {
      ...inner,
      async charge(charge) {
        if (isDown) throw new Error("ECONNREFUSED");
        return await inner.charge(charge);
      },
    };
    const kit = createKit(createMfa, store);
    const mfa = await kit.mfa({ metrics: promMetrics({ register, purposes: ["booking.cancel"] }) });
    // What was counted before the first scrape is no increase.
    await vi.waitFor(async () => expect(await query("mfa_verifications_total")).not.toStrictEqual([]), { timeout: 30_000 });

    const { subject, code, wrong, recoveryCodes } = await kit.enrolled(mfa);
    good(await mfa.factors.import(kit.someone(), "otpauth://totp/A:a?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=A"));
    for (const steps of [0, 1, -1]) {
      kit.clock.advance(3 * STEP);
      good(await mfa.verify({ subject, code: code(steps), demand: { purpose: "booking.cancel" } }));
    }
    await mfa.verify({ subject, code: code(-1) });
    good(await mfa.verify({ subject, code: recoveryCodes[0] ?? "" }));
    await mfa.verify({ challenge: "over", code: wrong() });
    for (let n = 0; n < 6; n += 1) await mfa.verify({ subject, code: wrong() });
    for (let n = 0; n < 6; n += 1) await mfa.verify({ subject, code: "0000-0000-0000-0000" });
    isDown = true;
    await mfa.verify({ subject, code: wrong() }).catch(() => undefined);
  }

  beforeAll(async () => {
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
    const target = `127.0.0.1:${(service.address() as AddressInfo).port}`;
    const started = await prometheusServer({ jobs: { app: target }, every: "200ms", rules: [ALERTS] });
    if (!started) throw new Error("No Prometheus.");
    prometheus = started;
    await traffic();
  });

  afterAll(async () => {
    await prometheus?.stop();
    service.closeAllConnections();
    await new Promise((resolve) => service.close(resolve));
  });

  const { panels, templating } = JSON.parse(dashboardFile()) as {
    panels: { id: number; title: string; targets?: { expr: string; legendFormat: string }[] }[];
    templating: { list: { name: string; query: string }[] };
  };
  const queries = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => [title, expr, legendFormat] as const),
  );

  it("the dashboard has a query for each panel but the rows, and an id for each", () => {
    expect(panels.filter(({ targets }) => !targets).map(({ title }) => title)).toStrictEqual([
      "Verifications",
      "Signs of guessing",
      "Health",
    ]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(queries.length).toBeGreaterThan(15);
  });

  it.each(queries)("the panel %s shows data: %s", async (_, expr, legend) => {
    const asked = expr.replaceAll("$job", ".+").replaceAll(/\$__(?:rate_interval|range)/g, "5m");
    expect(asked).not.toContain("$");
    await vi.waitFor(
      async () => {
        const series = await query(asked);
        expect(series.filter(({ value: [, value] }) => Number(value) > 0)).not.toStrictEqual([]);
        const told = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
        for (const { metric } of series) expect(Object.keys(metric).sort()).toStrictEqual(told.sort());
      },
      { timeout: 30_000, interval: 100 },
    );
  });

  it("the dashboard's jobs are found", async () => {
    const { query: jobs } = templating.list.find(({ name }) => name === "job") ?? { query: "" };
    const [, metric = "", label = ""] = /^label_values\((\w+), (\w+)\)$/.exec(jobs) ?? [];
    expect(await prometheus.ask(`label/${label}/values`, { "match[]": metric })).toStrictEqual(["app"]);
  });

  it("every metric, label and value that an alert names is in the scrape, and every alert can be judged", async () => {
    interface Rule {
      name: string;
      query: string;
      health: string;
      lastError?: string;
    }
    const rules = async (): Promise<Rule[]> =>
      ((await prometheus.ask("rules")) as { groups: { rules: Rule[] }[] }).groups.flatMap((g) => g.rules);
    await vi.waitFor(async () => expect((await rules()).map(({ health }) => health)).toStrictEqual(Array(8).fill("ok")), {
      timeout: 30_000,
    });
    for (const { query: expr, name } of await rules()) {
      const selectors = [...expr.matchAll(/mfa_\w+(?:\{[^}]*\})?/g)].map(([selector]) => selector);
      const labels = [...expr.matchAll(/by \(([^)]+)\)/g)].flatMap(([, list = ""]) => list.split(", "));
      expect(selectors, name).not.toStrictEqual([]);
      for (const selector of selectors) {
        const series = await query(selector);
        expect(series, `${name}: ${selector}`).not.toStrictEqual([]);
        for (const { metric } of series) expect(Object.keys(metric), `${name}: ${selector}`).toEqual(expect.arrayContaining(labels));
        for (const value of (/outcome=~"([^"]+)"/.exec(selector)?.[1] ?? "").split("|").filter((text) => text !== "")) {
          expect(
            series.some(({ metric }) => metric.outcome === value),
            `${name}: ${value}`,
          ).toBe(true);
        }
      }
    }
  });

  it("alerts that wait for nothing fire: what the traffic did, they see", async () => {
    const firing = async (): Promise<string[]> => {
      const { alerts } = (await prometheus.ask("alerts")) as { alerts: { labels: Record<string, string>; state: string }[] };
      return alerts.filter(({ state }) => state === "firing").map(({ labels }) => `${labels.alertname} ${labels.verb ?? ""}`);
    };
    await vi.waitFor(async () => expect(await firing()).toContain("NightlatchStoreErrors charge"), { timeout: 30_000 });
  });
});
