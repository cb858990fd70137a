import { newDatabase } from "@nightlatch/internal-services";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { BEHIND_ALL_IDS, eventId, idFrom } from "../src/audit/event-id.ts";
import { type AuditQuery, ConfigError, createMfa, type Mfa, type MfaEventType } from "../src/index.ts";
import { postgresStore } from "../src/stores/postgres/index.ts";
import { createKit, DAY, HOUR, type Kit, MINUTE, STEP } from "./support/kit.ts";
import { type OpenedStore, stores } from "./support/stores.ts";

describe("ids of events", () => {
  it("are UUIDs of version 7 that bear their time, and are in its order; those of one moment in that of their making", () => {
    const time = fc.integer({ min: 0, max: 2 ** 48 - 2 });
    fc.assert(
      fc.property(time, time, (one, other) => {
        const [a, b] = [eventId(one), eventId(other)];
        expect(a).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(Number.parseInt(a.replaceAll("-", "").slice(0, 12), 16)).toBe(one);
        if (one !== other) expect(a < b).toBe(one < other);
        expect([idFrom(one) < a, a < idFrom(one + 1), a < BEHIND_ALL_IDS]).toEqual([true, true, true]);
      }),
    );
    const ids = Array.from({ length: 100_000 }, () => eventId(1_800_000_000_000));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id, place) => place > 0 && id < (ids[place - 1] as string)).length).toBeLessThanOrEqual(1);
    expect([eventId(-1).slice(0, 13), eventId(2 ** 50).slice(0, 13)]).toEqual(["00000000-0000", "ffffffff-ffff"]);
  });
});

describe.each(stores)("reading the log on $name", ({ open }) => {
  let opened: OpenedStore;
  let kit: Kit;
  let mfa: Mfa;
  const from = new Date(Date.UTC(2030, 0, 1));
  /** All events of these tests, oldest first. */
  let all: string[];
  let admin: string;
  let factorId: string;

  const [ada, bob] = [
    { id: "ada", tenant: "north" },
    { id: "bob", tenant: "south" },
  ];

  beforeAll(async () => {
    opened = await open();
    kit = createKit(createMfa, opened.store);
    kit.clock.now = from.getTime();
    mfa = await kit.mfa();
    const user = await kit.enrolled(mfa, { ...ada, session: "s" });
    ({ factorId } = user);
    for (let n = 0; n < 30; n += 1) {
      await mfa.revoke(n % 3 === 0 ? ada : bob);
      kit.clock.advance(10 * MINUTE);
    }
    await mfa.verify({ subject: user.subject, code: user.wrong() });
    kit.clock.advance(STEP);
    const boss = await kit.enrolled(mfa, { id: "boss", session: "s" });
    admin = boss.subject.id;
    await mfa.admin.unlock(ada, { actor: boss.subject, grant: boss.grant, reason: "asked" });
    all = (await mfa.audit.list({ limit: 1000 })).events.map(({ id }) => id);
  });
  afterAll(() => opened.close());

  const ids = async (query: AuditQuery) => (await mfa.audit.list({ limit: 1000, ...query })).events.map(({ id }) => id);
  const types = async (query: AuditQuery) => (await mfa.audit.list({ limit: 1000, ...query })).events.map(({ type }) => type);

  it("by time, both ways, in pages that join without a gap or a double", async () => {
    expect(all).toHaveLength(30 + 4 + 1 + 4 + 1);
    expect(await ids({ order: "newest" })).toEqual(all.toReversed());
    for (const order of ["oldest", "newest"] as const) {
      for (const limit of [1, 7, 40, 41, 1000]) {
        const read: string[] = [];
        let page = await mfa.audit.list({ order, limit });
        for (; ; page = await mfa.audit.list({ order, limit, after: page.cursor })) {
          expect(page.events.length).toBeLessThanOrEqual(limit);
          read.push(...page.events.map(({ id }) => id));
          if (!page.more) break;
        }
        expect(read).toEqual(order === "oldest" ? all : all.toReversed());
        const end = await mfa.audit.list({ order, limit, after: page.cursor });
        expect(end).toEqual({ events: [], cursor: page.cursor, more: false });
      }
    }
  });

  it("a cursor from before an event came brings it", async () => {
    const { cursor } = await mfa.audit.list({ limit: 1000 });
    expect((await mfa.audit.list({ after: cursor })).events).toEqual([]);
    kit.clock.advance(1);
    await mfa.revoke(ada);
    const { events } = await mfa.audit.list({ after: cursor });
    expect(events.map(({ type, intact }) => [type, intact])).toEqual([["revoked", true]]);
    all.push(events[0]?.id as string);
  });

  it("of a subject, a tenant, types, a span of time, an authenticator, an admin, and of these together", async () => {
    const bySubject = await ids({ subject: bob });
    expect([bySubject.length, await ids({ tenant: "south" })]).toEqual([20, bySubject]);
    expect(await ids({ subject: { id: "bob" } })).toEqual([]);
    expect(await types({ tenant: "" })).toEqual(["factor_pending", "verified", "factor_enabled", "recovery_codes_issued"]);
    expect(await types({ types: ["unlocked", "factor_enabled"] })).toEqual(["factor_enabled", "factor_enabled", "unlocked"]);
    expect(await types({ types: ["verified"], tenant: "north" })).toEqual(["verified"]);
    expect(await ids({ types: [] })).toEqual([]);
    const [begin, end] = [new Date(from.getTime() + HOUR), new Date(from.getTime() + 2 * HOUR)];
    const within = (await mfa.audit.list({ limit: 1000 })).events.filter(({ at }) => at >= begin && at < end).map(({ id }) => id);
    expect([within.length, await ids({ from: begin, to: end })]).toEqual([6, within]);
    expect(await ids({ from: begin, to: end, order: "newest" })).toEqual(within.toReversed());
    const one = (await mfa.audit.list({ limit: 1000 })).events.find(({ id }) => id === within[0])?.at as Date;
    expect(await ids({ from: one, to: new Date(one.getTime() + 1) })).toEqual(within.slice(0, 1));
    expect(await ids({ from: end, to: begin })).toEqual([]);
    expect(await types({ factorId })).toEqual(["factor_pending", "verified", "factor_enabled"]);
    expect(await types({ actor: admin })).toEqual(["unlocked"]);
    expect(await types({ actor: "nobody" })).toEqual([]);
    expect(await types({ factorId, types: ["verified"], tenant: "north", to: end })).toEqual(["verified"]);
  });

  it("pages of what is looked for in the events join too", async () => {
    const query: AuditQuery = { factorId, limit: 1 };
    let page = await mfa.audit.list(query);
    const read = [...page.events];
    for (let pages = 0; page.more && pages < 10; pages += 1) {
      page = await mfa.audit.list({ ...query, after: page.cursor });
      read.push(...page.events);
    }
    expect(read.map(({ type }) => type)).toEqual(["factor_pending", "verified", "factor_enabled"]);
  });

  it("what makes no sense is refused, and an odd length is not", async () => {
    const { cursor } = await mfa.audit.list({ limit: 1 });
    const wrong = [
      { after: "x" },
      { after: "" },
      { after: cursor, order: "newest" },
      { order: "up" },
      { from: "2030" },
      { to: new Date(Number.NaN) },
    ];
    for (const query of wrong) await expect(mfa.audit.list(query as AuditQuery), JSON.stringify(query)).rejects.toThrow(ConfigError);
    expect((await mfa.audit.list({ limit: 0 })).events).toHaveLength(1);
    expect((await mfa.audit.list({ limit: Number.NaN })).events).toHaveLength(all.length);
  });

  it("counted by type for each hour or day", async () => {
    const to = new Date(from.getTime() + 2 * HOUR);
    const hours = await mfa.audit.timeline({ from, to, bucket: "hour" });
    expect(hours.map((bucket) => bucket.from)).toEqual([from, new Date(from.getTime() + HOUR)]);
    expect(hours.map(({ total }) => total)).toEqual([10, 6]);
    expect(hours[0]?.counts).toEqual({ factor_pending: 1, verified: 1, factor_enabled: 1, recovery_codes_issued: 1, revoked: 6 });
    expect(hours[1]?.counts).toEqual({ revoked: 6 });
    const only = (some: MfaEventType[]) => mfa.audit.timeline({ from, to, bucket: "hour", types: some });
    expect((await only(["factor_enabled"])).map(({ total }) => total)).toEqual([1, 0]);
    expect((await only(["verified", "revoked"])).map(({ total }) => total)).toEqual([7, 6]);
    expect((await only([])).map(({ total }) => total)).toEqual([0, 0]);
    const begin = new Date(from.getTime() + 90 * MINUTE);
    const days = await mfa.audit.timeline({ from: begin, to: new Date(from.getTime() + 3 * DAY), bucket: "day" });
    expect(days.map((day) => [day.from.toISOString().slice(0, 10), day.total])).toEqual([
      ["2030-01-01", all.length - 13],
      ["2030-01-02", 0],
      ["2030-01-03", 0],
    ]);
    expect(await mfa.audit.timeline({ from: to, to: from, bucket: "day" })).toEqual([]);
    const wrong = [
      { from, to, bucket: "week" },
      { from: "x", to, bucket: "day" },
      { from, to: new Date(from.getTime() + 400 * DAY), bucket: "hour" },
    ];
    for (const query of wrong) await expect(mfa.audit.timeline(query as never), JSON.stringify(query)).rejects.toThrow(ConfigError);
  });
});

describe("on PostgreSQL, with a long log", () => {
  it("no read of a page or of a timeline goes through all rows", async () => {
    const pool = new pg.Pool({ connectionString: await newDatabase(inject("postgresUrl")), max: 2 });
    try {
      const asked: { text: string; values: unknown[] }[] = [];
      const store = postgresStore({
        query: (text, values = []) => {
          asked.push({ text, values });
          return pool.query(text, values);
        },
      });
      await store.migrate();
      // One row of a thousand is a reset; the rest are what a log mostly holds.
      await pool.query(`INSERT INTO nightlatch_audit (id, at, type, tenant, subject, salt, personal, detail, mac)
        SELECT lpad(to_hex(at >> 16), 8, '0') || '-' || lpad(to_hex(at & 65535), 4, '0') || '-7000-8000-' || lpad(to_hex(n), 12, '0'), at,
          CASE WHEN n % 1000 = 0 THEN 'mfa_reset' WHEN n % 5 = 0 THEN 'verification_failed' ELSE 'verified' END,
          'tenant-' || n % 10, 'subject-' || n % 5000, 'salt', 'personal', '{}', 'mac'
        FROM (SELECT n, 1900000000000 + n * 30000::bigint AS at FROM generate_series(1, 200000) AS n) AS rows`);
      await pool.query("VACUUM ANALYZE nightlatch_audit");
      const kit = createKit(createMfa, store);
      const mfa = await kit.mfa();
      const end = 1_900_000_000_000 + 200_000 * 30_000;
      const [from, to] = [new Date(end - 30 * DAY), new Date(end - 29 * DAY)];
      const { cursor } = await mfa.audit.list({ order: "newest", limit: 5 });
      asked.length = 0;
      const subject = { id: "subject-7", tenant: "tenant-7" };
      await mfa.audit.list();
      await mfa.audit.list({ order: "newest", after: cursor });
      await mfa.audit.list({ subject, order: "newest" });
      await mfa.audit.list({ from, to });
      await mfa.audit.list({ from, to, types: ["verified"] });
      await mfa.audit.list({ types: ["mfa_reset", "mfa_disabled"] });
      await mfa.audit.list({ types: ["mfa_reset"], from, order: "newest" });
      await mfa.audit.list({ tenant: "tenant-3", order: "newest" });
      await mfa.audit.timeline({ from, to, bucket: "hour" });
      await mfa.audit.timeline({ from, to, bucket: "hour", types: ["verified"] });
      await mfa.audit.timeline({ from: new Date(end - 60 * DAY), to, bucket: "day", types: ["mfa_reset"] });
      await store.auditPage({ after: 150_000, limit: 1000 });
      await store.auditPage({ after: 0, limit: 10, who: { tenant: subject.tenant, subject: subject.id } });
      const reads = asked.filter(({ text }) => text.includes("nightlatch_audit") && !text.includes("nightlatch_audit_notes"));
      expect(reads).toHaveLength(13);
      for (const { text, values } of reads) {
        const { rows } = await pool.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
        const [{ Plan: plan }] = rows[0]["QUERY PLAN"];
        expect(JSON.stringify(plan), text).not.toContain('"Seq Scan"');
        // 200,000 rows are some 6,000 pages.
        expect(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], text).toBeLessThan(500);
      }
    } finally {
      await pool.end();
    }
  });
});
