import { newMysqlDatabase } from "@nightlatch/internal-services";
import { describe, expect, it } from "vitest";
import { createMfa } from "../src/index.ts";
import { mysqlStore } from "../src/stores/mysql/index.ts";
import { auditRow, benchFor, factorRow, recovery, START, unused } from "../src/testing/contract-kit.ts";
import { createKit, good, together } from "./support/kit.ts";
import { DAY, hasNoServer, migrated, other, rowsOf, server, tapped, untilWaiting } from "./support/mysql-pools.ts";

describe.skipIf(hasNoServer)("faults on the way to MariaDB", () => {
  /** Rows for an attempt's end, and how many of them are in the log. */
  const settling = (bench: ReturnType<typeof benchFor>) => ({
    won: [auditRow(bench.who, "won")],
    lost: [auditRow(bench.who, "lost")],
    stale: [],
  });

  it("a connection lost behind any statement of a settlement rejects it, leaves nothing of it, and goes back to no one", async () => {
    const { pool, store } = await migrated({ connectionLimit: 1 });
    const killer = other(server);
    for (let lostBehind = 1; ; lostBehind += 1) {
      const bench = benchFor(store);
      const { id } = await bench.enrol();
      const charged = await bench.admitted();
      let statements = 0;
      const losing = mysqlStore(
        tapped(pool, async (_, run, at) => {
          statements += 1;
          if (statements !== lostBehind) return await run();
          const answer = await run();
          await killer.query(`KILL ${at.threadId}`);
          return answer;
        }),
      );
      const options = { claim: { kind: "position" as const, factorId: id, position: 3 }, audit: settling(bench) };
      const outcome = await benchFor(losing, bench.who)
        .settle(charged, options)
        .catch((error: unknown) => error);
      const { factors, lanes } = await store.read(bench.who);
      const log = await store.auditPage({ after: 0, limit: 10, who: bench.who });
      const found = [factors[0]?.position, lanes.authenticator.forgiven, log.length];
      if (outcome === "won") {
        expect(found).toEqual([3, 1, 1]);
        // Behind the last statement, the commit, it was lost in vain.
        if (statements < lostBehind) break;
      } else {
        expect(outcome).toBeInstanceOf(Error);
        expect(found).toEqual([-1, 0, 0]);
        expect(await bench.settle(charged, options)).toBe("won");
      }
    }
  });

  it("a commit whose answer is lost rejects, and is not done again", async () => {
    const { pool, store } = await migrated();
    const bench = benchFor(store);
    let commits = 0;
    const losing = mysqlStore(
      tapped(pool, async (sql, run) => {
        const answer = await run();
        if (sql !== "COMMIT") return answer;
        commits += 1;
        throw Object.assign(new Error("Connection lost"), { code: "PROTOCOL_CONNECTION_LOST" });
      }),
    );
    await expect(benchFor(losing, bench.who).charge()).rejects.toThrow(/Connection lost/);
    expect([commits, (await store.read(bench.who)).lanes.authenticator.attempts]).toEqual([1, 1]);
    const kit = createKit(createMfa, store);
    const user = await kit.enrolled(await kit.mfa());
    const mfa = await createKit(createMfa, losing).mfa();
    await expect(mfa.verify({ subject: user.subject, code: user.code() })).rejects.toMatchObject({ code: "store_failed" });
  });

  it("a statement that fails halfway rolls all back, and the store goes on", async () => {
    const { store } = await migrated();
    const [bench, another] = [benchFor(store), benchFor(store)];
    const foreign = await another.enrol();
    await bench.apply({ codes: recovery("a") });
    const change = { add: factorRow({ id: foreign.id }), codes: recovery("b"), raiseEpoch: true, audit: [auditRow(bench.who, "t")] };
    await expect(bench.apply(change)).rejects.toThrow(/Duplicate/);
    const found = await store.read(bench.who);
    expect([found.epoch, unused(found), await store.auditPage({ after: 0, limit: 1, who: bench.who })]).toEqual([0, ["a"], []]);
    expect((await bench.apply({ raiseEpoch: true })).epoch).toBe(1);
  });

  it("connections are given back whatever happens: of one, a hundred faults leave one", async () => {
    const { store } = await migrated({ connectionLimit: 1, waitForConnections: true });
    const bench = benchFor(store);
    const long = benchFor(store, { tenant: "", subject: "x".repeat(2000) });
    await together(100, async (index) => {
      if (index % 2 === 0) await expect(long.charge()).rejects.toThrow(/too long/i);
      else await bench.charge();
    });
    expect((await store.read(bench.who)).lanes.authenticator.attempts).toBe(5);
  });

  it("the loser of a deadlock is run again, and both happen", async () => {
    const { pool, store } = await migrated();
    const bench = benchFor(store);
    const { id } = await bench.enrol();
    const charged = await bench.admitted();
    const host = await pool.getConnection();
    await host.query("CREATE TABLE bookings (id INTEGER PRIMARY KEY) ENGINE = InnoDB");
    await host.beginTransaction();
    // InnoDB breaks off whoever has written less.
    await host.query(`INSERT INTO bookings VALUES ${Array.from({ length: 500 }, (_, index) => `(${index})`).join(", ")}`);
    await host.query("UPDATE nightlatch_factors SET name = 'theirs' WHERE id = ?", [id]);
    const settled = bench.settle(charged, { claim: { kind: "position", factorId: id, position: 3 }, audit: settling(bench) });
    await untilWaiting(pool);
    await host.query("UPDATE nightlatch_subjects SET required_since = 7 WHERE subject = ?", [bench.who.subject]);
    await host.commit();
    host.release();
    expect(await settled).toBe("won");
    const { factors, requiredSince, lanes } = await store.read(bench.who);
    expect([factors[0]?.position, factors[0]?.name, requiredSince, lanes.authenticator.forgiven]).toEqual([3, "theirs", 7, 1]);
    expect(await store.auditPage({ after: 0, limit: 10, who: bench.who })).toHaveLength(1);
  });

  it("a subject that stays locked makes its verbs reject in the end, counts nothing of them, and holds up nobody else", async () => {
    const { pool, store } = await migrated();
    const kit = createKit(createMfa, store);
    const mfa = await kit.mfa();
    const [user, free] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
    const host = await pool.getConnection();
    await host.beginTransaction();
    await host.query("SELECT epoch FROM nightlatch_subjects WHERE subject = ? FOR UPDATE", [user.subject.id]);
    const denied = together(3, () => mfa.verify({ subject: user.subject, code: user.code() }).catch((error) => error.code));
    await untilWaiting(pool, 3);
    good(await mfa.verify({ subject: free.subject, code: free.code() }));
    expect(await denied).toEqual(["store_failed", "store_failed", "store_failed"]);
    await host.rollback();
    host.release();
    expect((await store.read({ tenant: "", subject: user.subject.id })).lanes.authenticator.tally).toBe(0);
    good(await mfa.verify({ subject: user.subject, code: user.code() }));
  });

  it("a transaction that the host left open is none of the store's, nor the other way round", async () => {
    const { pool, store } = await migrated({ connectionLimit: 1 });
    await pool.query("CREATE TABLE bookings (id INTEGER) ENGINE = InnoDB");
    const bench = benchFor(store);
    await bench.admitted();
    const host = await pool.getConnection();
    await host.beginTransaction();
    await host.query("INSERT INTO bookings VALUES (1)");
    const charged = bench.admitted();
    await host.rollback();
    host.release();
    expect((await charged).seen.attempt).toBe(2);
    expect(await rowsOf(pool, "SELECT id FROM bookings")).toEqual([]);
  });
});

describe.skipIf(hasNoServer)("pages on MariaDB", () => {
  it("of whatever length need few prepared statements, of which a server keeps so many", async () => {
    const { url } = await migrated();
    const pool = other(url, { connectionLimit: 1 });
    const store = mysqlStore(pool);
    const bench = benchFor(store);
    for (let n = 0; n < 5; n += 1) await bench.apply({ audit: [auditRow(bench.who, "verified", START + n)] });
    const prepared = async () => Number((await rowsOf(pool, "SHOW SESSION STATUS LIKE 'Com_stmt_prepare'"))[0]?.Value);
    const before = await prepared();
    for (let limit = 0; limit <= 300; limit += 1) {
      expect(await store.auditFind({ above: "", below: "g", order: "newest", limit })).toHaveLength(Math.min(limit, 5));
      await store.auditCounts({ from: "", to: "g", span: 60_000 + limit });
    }
    expect((await prepared()) - before).toBeLessThanOrEqual(12);
  });
});

describe.skipIf(hasNoServer)("one-time ids on MariaDB", () => {
  it("are swept away past their time, and not before", async () => {
    const { pool, store } = await migrated();
    const count = async () => Number((await rowsOf(pool, "SELECT COUNT(*) AS ids FROM nightlatch_spent"))[0]?.ids);
    for (let n = 0; n < 20; n += 1) await store.spend({ id: `old-${n}`, expiresAt: START }, START);
    await store.spend({ id: "young", expiresAt: START + DAY }, START);
    await store.spend({ id: "a", expiresAt: START + 5 * DAY }, START + DAY);
    expect(await count()).toBe(22);
    expect(await store.spend({ id: "old-1", expiresAt: START }, START + DAY)).toBe(false);
    await store.spend({ id: "b", expiresAt: START + 5 * DAY }, START + DAY + 60_001);
    expect(await count()).toBe(3);
    expect(await store.spend({ id: "young", expiresAt: START }, START + DAY)).toBe(false);
  });

  it("that have piled up are taken a batch at a time, by whoever spends the next", async () => {
    const { pool, store } = await migrated();
    const count = async () => Number((await rowsOf(pool, "SELECT COUNT(*) AS ids FROM nightlatch_spent"))[0]?.ids);
    await pool.query(`INSERT INTO nightlatch_spent (id, keep_until) SELECT CONCAT('old-', seq), ${START} FROM seq_1_to_1200`);
    const left: number[] = [];
    for (const id of ["a", "b", "c", "d"]) {
      await store.spend({ id, expiresAt: START + 5 * DAY }, START + DAY);
      left.push(await count());
    }
    expect(left).toEqual([701, 202, 3, 4]);
  });

  it("spent by another while an attempt settles, one makes it stale, and its code is not taken", async () => {
    const { pool, store } = await migrated();
    const bench = benchFor(store);
    const { id } = await bench.enrol();
    const charged = await bench.admitted();
    const once = { id: "once", expiresAt: START + DAY };
    // Between the look at the id and the claim.
    const late = mysqlStore(
      tapped(pool, async (sql, run) => {
        if (sql.startsWith("UPDATE nightlatch_factors")) await store.spend(once, START);
        return await run();
      }),
    );
    const options = { claim: { kind: "position" as const, factorId: id, position: 3 }, spend: once };
    expect(await benchFor(late, bench.who).settle(charged, options)).toBe("stale");
    const { factors, lanes } = await store.read(bench.who);
    expect([factors[0]?.position, lanes.authenticator.forgiven]).toEqual([-1, 0]);
  });
});

describe.skipIf(hasNoServer)("statements on MariaDB", () => {
  it("are few: so many for a code that is right, wrong, replayed, answers a challenge, or comes under a lock", async () => {
    const { pool } = await migrated({ connectionLimit: 1 });
    let statements = 0;
    const store = mysqlStore(
      tapped(pool, (_, run) => {
        statements += 1;
        return run();
      }),
    );
    const kit = createKit(createMfa, store);
    const mfa = await kit.mfa();
    const user = await kit.enrolled(mfa);
    const counted = async (answer: Parameters<typeof mfa.verify>[0]): Promise<[string, number]> => {
      const before = statements;
      const verification = await mfa.verify(answer);
      return [verification.ok ? "ok" : verification.reason, statements - before];
    };
    expect(await counted({ subject: user.subject, code: user.code() })).toEqual(["ok", 11]);
    expect(await counted({ subject: user.subject, code: user.code() })).toEqual(["replayed", 9]);
    expect(await counted({ subject: user.subject, code: user.wrong() })).toEqual(["invalid", 9]);
    for (let n = 0; n < 3; n += 1) await mfa.verify({ subject: user.subject, code: user.wrong() });
    await mfa.verify({ subject: user.subject, code: user.code(1) });
    expect(await counted({ subject: user.subject, code: user.code(1) })).toEqual(["locked", 4]);
  });

  it("that a host looks up by name find the subject", async () => {
    const { pool, store } = await migrated();
    const who = { tenant: "", subject: "ann@example.com" };
    await benchFor(store, who).admitted();
    const found =
      "SELECT CONVERT(subject USING utf8mb4) AS subject, authenticator_tally AS tally FROM nightlatch_subjects WHERE subject = ?";
    expect(await rowsOf(pool, found, [who.subject])).toEqual([{ subject: who.subject, tally: 1 }]);
  });
});

it.skipIf(hasNoServer)("a database gone in the meantime makes every verb reject, and the store goes on when it is back", async () => {
  const url = await newMysqlDatabase(server);
  const pool = other(url);

  const store = mysqlStore(pool);
  await store.migrate();
  const name = new URL(url).pathname.slice(1);
  const admin = other(server);
  await admin.query(`DROP DATABASE ${name}`);
  await expect(benchFor(store).charge()).rejects.toThrow();
  await admin.query(`CREATE DATABASE ${name}`);
  await store.migrate();
  expect((await benchFor(store).admitted()).seen.attempt).toBe(1);
});
