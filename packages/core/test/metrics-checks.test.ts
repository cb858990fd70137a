import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createMfa, type MfaOptions, type TracingSpan } from "../src/index.ts";
import { promMetrics } from "../src/metrics/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { checks } from "./checks/index.ts";
import { createKit } from "./support/kit.ts";

/** Rounds of each race: every store is raced at length elsewhere. */
const ROUNDS = 2;

const all = checks.map((check) => [check.title, check] as const);

const observed =
  (options: Pick<MfaOptions, "metrics" | "tracing">): typeof createMfa =>
  (given) =>
    createMfa({ ...options, ...given });

describe("all that holds of the engine holds with metrics and a tracer that fail", () => {
  const broken = (): never => {
    throw new Error("broken");
  };
  const span: TracingSpan = { setAttribute: broken, setStatus: broken, end: broken };
  const create = observed({
    metrics: { declare: broken, record: broken },
    tracing: { startActiveSpan: (_, run) => [run(span), broken()] },
  });

  beforeAll(() => {
    const warn = process.emitWarning.bind(process) as (warning: string | Error, about: object) => void;
    vi.spyOn(process, "emitWarning").mockImplementation(((warning: string | Error, about: { code?: string }) => {
      if (about?.code !== "NIGHTLATCH_METRICS") warn(warning, about);
    }) as typeof process.emitWarning);
  });
  afterAll(() => vi.restoreAllMocks());

  it.each(all)("%s", (_, { run }) => run(createKit(create, memoryStore(), ROUNDS)));
});

describe("all that holds of the engine holds while it is counted", () => {
  const register = new Registry();
  const create = observed({ metrics: promMetrics({ register }) });

  it.each(all)("%s", (_, { run }) => run(createKit(create, memoryStore(), ROUNDS)));

  it("and what was counted in two ways agrees", async () => {
    const metrics = await register.getMetricsAsJSON();
    const sum = (name: string, labels: Record<string, string> = {}): number => {
      const values = metrics.find((metric) => metric.name === name)?.values ?? [];
      const wanted = values.filter((value) =>
        Object.entries(labels).every(([label, text]) => (value.labels as object)[label as never] === text),
      );
      return wanted.reduce((total, { value }) => total + value, 0);
    };
    const verifications = (labels: Record<string, string>): number => sum("mfa_verifications_total", labels);
    for (const method of ["totp", "hotp", "recovery_code", "email"]) {
      expect(verifications({ method, outcome: "replayed" }), method).toBeGreaterThan(0);
      expect(sum("mfa_replays_total", { method }), method).toBe(verifications({ method, outcome: "replayed" }));
    }
    expect(sum("mfa_recovery_codes_used_total")).toBe(verifications({ method: "recovery_code", outcome: "ok" }));
    expect(sum("mfa_enrolments_total", { method: "totp", source: "setup" })).toBeLessThanOrEqual(
      verifications({ method: "totp", purpose: "nightlatch:enable", outcome: "ok" }),
    );
    expect(sum("mfa_lockouts_total")).toBeGreaterThan(0);
    expect(verifications({ outcome: "fault" })).toBeGreaterThan(0);
  });
});
