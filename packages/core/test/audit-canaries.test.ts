import { describe, expect, it } from "vitest";
import { canaries } from "../figures/audit-canaries.ts";
import { tampering } from "../figures/audit-tampering.ts";

describe("secrets and what is told of them", () => {
  it("A42 A43 R41 none of them, unique each, comes out in an event, the log, a sink, a webhook, a metric, a trace, an error or on the console, over all verbs", async () => {
    const found = await canaries({ events: 300 });
    expect(found.leaks).toEqual([]);
    expect(found.uncalled).toEqual([]);
    expect(found.called).toContain("factors.resync");
    expect(found.canaries).toBeGreaterThan(100);
    const where = [
      "console",
      "dead letters",
      "errors",
      "kept heads",
      "metrics",
      "onEvent",
      "pino",
      "rows of the log",
      "traces",
      "verification",
      "webhook",
    ];
    expect(Object.keys(found.searched).sort()).toEqual(where);
    for (const surface of where) expect(found.searched[surface], surface).toBeGreaterThan(50);
  });
});

describe("a log that was tampered with", () => {
  it("A54 R41 is found out whatever was done to it, and the place is named, in each of nine ways", async () => {
    const { rows, seals, ways } = await tampering({ events: 2_500, rounds: 4 });
    expect([rows >= 2_500, seals >= 3, ways.length]).toEqual([true, true, 10]);
    for (const { way, tried, detected, placed } of ways) expect([detected, placed], way).toEqual([tried, tried]);
  });
});
