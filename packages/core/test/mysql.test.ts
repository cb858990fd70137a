import { setTimeout } from "node:timers/promises";
import { newMysqlDatabase } from "@nightlatch/internal-services";
import { createPool, type Pool, type PoolConnection, type PoolOptions, type RowDataPacket } from "mysql2/promise";
import { afterEach, describe, expect, inject, it } from "vitest";
import { createMfa, keyring } from "../src/index.ts";
import { connectionOf } from "../src/stores/mysql/connection.ts";
import { type MysqlPool, mysqlMigrations, mysqlStore } from "../src/stores/mysql/index.ts";
import { migrate, numbered, VERSIONS } from "../src/stores/mysql/migrations.ts";
import type { Store } from "../src/stores/store.ts";
import { auditRow, benchFor, factorRow, recovery, SCHEDULE, START, someone, unused } from "../src/testing/contract-kit.ts";
import { storeContract } from "../src/testing/index.ts";
import { dyingAnytime, dyingAttempts, dyingChanges, victimOf } from "./support/dying.ts";
import { createKit, good, TEST_KEYS, together } from "./support/kit.ts";
import { newPool } from "./support/mysql.ts";

const serverUrl = inject("mysqlUrl");
const server = serverUrl ?? "";

const DAY = 86_400_000;

let opened: Pool[] = [];

afterEach(async () => {
  const pools = opened;
  opened = [];
  for (const pool of pools) await pool.end();
});

const empty = async (options: PoolOptions = {}): Promise<{ url: string; pool: Pool }> => {
  const made = await newPool(server, options);
  opened.push(made.pool);
  return made;
};

const migrated = async (options: PoolOptions = {}): Promise<{ url: string; pool: Pool; store: Store }> => {
  const { url, pool } = await empty(options);
  const store = mysqlStore(pool);
  await store.migrate();
  return { url, pool, store };
};

const rowsOf = async (pool: Pool | PoolConnection, sql: string, values: string[] = []): Promise<RowDataPacket[]> =>
  (await pool.query<RowDataPacket[]>(sql, values))[0];

/** Waits until so many transactions of a database wait for a lock. */
async function untilWaiting(pool: Pool, count = 1): Promise<void> {
  const waiting = `SELECT COUNT(*) AS waiting FROM information_schema.innodb_trx t JOIN information_schema.processlist p
    ON p.id = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()`;
  for (;;) {
    const [found] = await rowsOf(pool, waiting);
    if (Number(found?.waiting) >= count) return;
    // InnoDB brings this view up to date only once nobody has read it for 100 ms.
    await setTimeout(150);
  }
}

/** A pool behind a line on which statements are told of, or lost. */
const tapped = (
  pool: Pool,
  tap: (sql: string, run: () => Promise<[unknown, unknown]>, at: PoolConnection) => Promise<[unknown, unknown]>,
): MysqlPool => ({
  async getConnection() {
    const at = await pool.getConnection();
    return {
      connection: at.connection,
      query: (statement) => tap(statement.sql, () => at.query(statement), at),
      execute: (statement, values) => tap(statement.sql, () => at.execute(statement, values), at),
      release: () => at.release(),
      destroy: () => at.destroy(),
    };
  },
});

describe.skipIf(serverUrl === null)("names on MariaDB", () => {
  const alike = [
    "a",
    "A",
    "a ",
    " a",
    "ä",
    "a\u0308",
    "å",
    "ａ",
    "a\0",
    "ß",
    "ss",
    "'",
    '"',
    "\\",
    "%",
    "_",
    "",
    "🔑".repeat(255),
    "🔑".repeat(254),
  ];

  it("of subjects and tenants differ in letters' size, accents, blanks and all else; one may have 255 characters of any kind", async () => {
    const { store } = await migrated();
    const whos = alike.flatMap((name) => [
      { tenant: "", subject: name },
      { tenant: name, subject: "x" },
      { tenant: name, subject: name },
    ]);
    const known = [...new Map(whos.map((who) => [JSON.stringify(who), who])).values()];
    const epochs = new Map<string, number>();
    for (const [index, who] of known.entries()) {
      const bench = benchFor(store, who);
      await bench.apply({
        add: factorRow({ confirmedAt: START, expiresAt: null, id: `factor-${index}` }),
        audit: [auditRow(who, `type-${index}`)],
      });
      for (let n = 0; n < index % 4; n += 1) epochs.set(JSON.stringify(who), (await bench.apply({ raiseEpoch: true })).epoch);
    }
    const owned = await store.factorsNotUnder({ prefix: "nobody's", after: "", limit: 1000 });
    for (const [index, who] of known.entries()) {
      const { factors, epoch } = await store.read(who);
      expect([factors.map(({ id }) => id), epoch]).toEqual([[`factor-${index}`], epochs.get(JSON.stringify(who)) ?? 0]);
      const log = await store.auditPage({ after: 0, limit: 10, who });
      expect(log.map(({ type, tenant, subject }) => ({ type, tenant, subject }))).toEqual([{ type: `type-${index}`, ...who }]);
      expect(owned.find(({ id }) => id === `factor-${index}`)).toMatchObject(who);
    }
  });

  it("of factors, codes, devices and one-time ids differ as much", async () => {
    const { store } = await migrated();
    const bench = benchFor(store);
    const ids = alike.filter((name) => name.length < 100);
    for (const id of ids) {
      await bench.apply({ add: factorRow({ id, fingerprint: id, confirmedAt: START, expiresAt: null }) });
      expect((await bench.apply({ add: factorRow({ fingerprint: id }) })).applied).toBe(false);
      expect(await store.spend({ id, expiresAt: START }, START)).toBe(true);
      expect(await store.spend({ id, expiresAt: START }, START)).toBe(false);
      await bench.apply({
        addDevice: { id: id.slice(0, 19), hash: id, name: id, createdAt: START, expiresAt: START + DAY, lastUsedAt: null },
      });
    }
    await bench.apply({ codes: recovery(...ids) });
    const { factors, codes, devices } = await store.read(bench.who);
    expect(factors.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(codes.map(({ hash }) => hash).sort()).toEqual([...ids].sort());
    expect(devices.every(({ id, hash, name }) => id === hash && id === name)).toBe(true);
    for (const hash of ids) {
      expect((await store.read(bench.who)).codes.find((code) => code.hash === hash)?.used).toBe(false);
      expect(await bench.attempt({ kind: "code", hash })).toBe("won");
    }
  });

  it("and texts come back as they were", async () => {
    const { store } = await migrated();
    const bench = benchFor(store);
    const text = `${alike.join("\n")}\u2028\t\r\n${"x".repeat(60_000)}`;
    const row = factorRow({ name: text, secret: text.slice(0, 40), type: "a ", algorithm: "ä" });
    const audit = [{ ...auditRow(bench.who, "a "), personal: text, detail: JSON.stringify({ text }), salt: "ä ", mac: "A " }];
    await bench.apply({ add: row, audit });
    expect((await store.read(bench.who)).factors).toEqual([row]);
    const [logged] = await store.auditPage({ after: 0, limit: 1, who: bench.who });
    expect({ ...logged, seq: 0 }).toEqual({ ...audit[0], seq: 0 });
    const key = { id: "ä", use: "seal" as const, wrapped: text, createdAt: START };
    await store.addDataKeys([key]);
    expect(await store.dataKeys()).toEqual([key]);
  });

  it("that are too long are refused, never cut off, whatever mode the server is in", async () => {
    const { pool } = await empty();
    pool.on("connection", (connection) => void connection.query("SET SESSION sql_mode = ''"));
    const store = mysqlStore(pool);
    await store.migrate();
    const long = "🔑".repeat(256);
    for (const who of [
      { tenant: "", subject: long },
      { tenant: long, subject: "" },
    ]) {
      const bench = benchFor(store, who);
      await expect(bench.charge()).rejects.toThrow(/too long/i);
      await expect(bench.apply()).rejects.toThrow(/too long/i);
      expect((await store.read(who)).lanes.authenticator.attempts).toBe(0);
    }
    const bench = benchFor(store);
    await expect(bench.apply({ add: factorRow({ id: "x".repeat(256) }) })).rejects.toThrow(/too long/i);
    await expect(bench.apply({ add: factorRow({ position: 2 ** 70 }) })).rejects.toThrow(/out of range/i);
    await expect(store.spend({ id: "x".repeat(256), expiresAt: START }, START)).rejects.toThrow(/too long/i);
    expect((await store.read(bench.who)).factors).toEqual([]);
    expect(await rowsOf(pool, "SELECT HEX(subject) FROM nightlatch_subjects")).toEqual([]);
  });
});

describe.skipIf(serverUrl === null)("the MySQL store meets the contract", () => {
  const meets = async (store: Store) => {
    for (const { run } of storeContract) await run(store);
  };

  it.each<[string, PoolOptions]>([
    ["numbers as strings", { supportBigNumbers: true, bigNumberStrings: true, decimalNumbers: true }],
    ["rows as arrays", { rowsAsArray: true }],
    ["rows by table", { nestTables: true }],
    ["rows by table and separator", { nestTables: "_" }],
    ["no values cast", { typeCast: false }],
    ["values cast by the host", { typeCast: () => "theirs" }],
    ["dates as strings, in another zone", { dateStrings: true, timezone: "+09:00" }],
    ["named placeholders", { namedPlaceholders: true, stringifyObjects: true }],
    ["changed rows counted, not found ones", { flags: ["-FOUND_ROWS"] }],
    ["no code made at run time", { disableEval: true }],
    ["several statements allowed", { multipleStatements: true }],
    ["one connection", { connectionLimit: 1 }],
    ["one prepared statement at a time", { maxPreparedStatements: 1 }],
    ["connections reset when they come back", { resetOnRelease: true }],
  ])("through a pool with %s", async (_, options: PoolOptions) => {
    const { pool, store } = await migrated(options);
    await meets(store);
    // mysql2 fails to end a pool while one of its connections is being reset: they are all taken out before.
    const connections = await Promise.all(Array.from({ length: options.connectionLimit ?? 10 }, () => pool.getConnection()));
    for (const connection of connections) connection.destroy();
  });

  it.each([
    ["another mode", "SET SESSION sql_mode = 'ORACLE,ANSI_QUOTES,NO_BACKSLASH_ESCAPES,ONLY_FULL_GROUP_BY'"],
    ["no mode", "SET SESSION sql_mode = ''"],
    ["no commits by itself", "SET SESSION autocommit = 0"],
    ["SERIALIZABLE", "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE"],
    ["READ UNCOMMITTED", "SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED"],
    ["another zone", "SET SESSION time_zone = '+09:00'"],
  ])("on a server with %s", async (_, setting) => {
    const { pool } = await empty({ connectionLimit: 20 });
    pool.on("connection", (connection) => void connection.query(setting));
    const store = mysqlStore(pool);
    await store.migrate();
    await meets(store);
  });

  it("in a database of another character set", async () => {
    const { url, pool } = await empty({ connectionLimit: 20 });
    await pool.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} CHARACTER SET latin1 COLLATE latin1_swedish_ci`);
    const store = mysqlStore(pool);
    await store.migrate();
    await meets(store);
    const bench = benchFor(store);
    await bench.apply({ add: factorRow({ name: "鍵🔑" }) });
    expect((await store.read(bench.who)).factors[0]?.name).toBe("鍵🔑");
  });

  it("but not through a pool of another character set: that is refused at the start", async () => {
    for (const charset of ["LATIN1_SWEDISH_CI", "UTF8_GENERAL_CI"]) {
      const { pool } = await empty({ charset });
      await expect(mysqlStore(pool).migrate()).rejects.toThrow(TypeError);
      await expect(mysqlStore(pool).read(someone())).rejects.toThrow(/utf8mb4/);
    }
  });
});

describe.skipIf(serverUrl === null)("migrations on MariaDB", () => {
  const schemaOf = async (pool: Pool): Promise<unknown[]> => {
    const tables =
      "SELECT table_name, engine, row_format, table_collation FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1";
    const columns = `SELECT table_name, column_name, column_type, collation_name, is_nullable, column_default, extra
      FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 2`;
    const indexes = `SELECT table_name, index_name, seq_in_index, column_name, non_unique
      FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1, 2, 3`;
    return await Promise.all([tables, columns, indexes].map((sql) => rowsOf(pool, sql)));
  };
  const installed = (pool: Pool) => rowsOf(pool, "SELECT version, applied_at FROM nightlatch_migrations ORDER BY version");
  const other = (url: string, options: PoolOptions = {}): Pool => {
    const pool = createPool({ uri: url, ...options });
    opened.push(pool);
    return pool;
  };
  /** As `mysql < file` runs it. */
  const byHand = async (url: string): Promise<void> => {
    const pool = other(url, { multipleStatements: true });
    for (const { sql } of mysqlMigrations) await pool.query(sql);
  };

  it("the printed SQL makes the tables that migrate() makes, also again, and then that has nothing to do", async () => {
    const [hand, program] = [await empty(), await migrated()];
    await byHand(hand.url);
    const schema = await schemaOf(hand.pool);
    expect(schema).toEqual(await schemaOf(program.pool));
    const before = await installed(hand.pool);
    expect(before.map(({ version }) => version)).toEqual(mysqlMigrations.map(({ version }) => version));
    await mysqlStore(hand.pool).migrate();
    await byHand(hand.url);
    expect([await schemaOf(hand.pool), await installed(hand.pool)]).toEqual([schema, before]);
  });

  it("behind the printed SQL a user who may not create anything migrates, and meets the contract", async () => {
    const { url, pool } = await empty();
    await byHand(url);
    const name = new URL(url).pathname.slice(1);
    await pool.query(`CREATE USER ${name} IDENTIFIED BY '${name}'`);
    try {
      await pool.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${name}.* TO ${name}`);
      const app = other(Object.assign(new URL(url), { username: name, password: name }).href);
      await expect(app.query("CREATE TABLE mine (id INTEGER)")).rejects.toThrow(/denied/);
      const store = mysqlStore(app);
      await store.migrate();
      for (const { run } of storeContract) await run(store);
    } finally {
      await pool.query(`DROP USER ${name}`);
    }
  });

  it("of ten pools that come to an empty database at once all find the tables complete", async () => {
    const { url, pool } = await empty();
    await together(10, async () => {
      const store = mysqlStore(other(url));
      await store.migrate();
      await benchFor(store).attempt();
    });
    expect(await installed(pool)).toHaveLength(mysqlMigrations.length);
  });

  it("behind whichever statement a process dies in the midst of one, the next goes on from there", async () => {
    const { pool: whole } = await migrated();
    const schema = await schemaOf(whole);
    const versions = (await installed(whole)).map(({ version }) => version);
    let statements = 1;
    for (let isDone = false; !isDone; statements += 1) {
      const { url, pool } = await empty({ connectionLimit: 1 });
      const child = victimOf("mysql2", url)({ verb: "migrate", subject: "", factorId: "", killBehind: statements });
      isDone = await new Promise<boolean>((resolve) => child.on("exit", (code) => resolve(code === 0)));
      await mysqlStore(pool).migrate();
      expect([await schemaOf(pool), (await installed(pool)).map(({ version }) => version)]).toEqual([schema, versions]);
      await pool.end();
      opened = opened.filter((one) => one !== pool);
    }
    expect(statements).toBeGreaterThan(12);
  });

  it("a database of version 1 is brought to the next, by several at once and from halfway, and keeps what it holds", async () => {
    const next = numbered([
      ...VERSIONS,
      ["ALTER TABLE nightlatch_subjects ADD COLUMN note TEXT", "CREATE INDEX nightlatch_audit_at ON nightlatch_audit (at)"],
    ]);
    const [old, halfway, fresh] = [await migrated(), await migrated(), await empty()];
    const bench = benchFor(old.store);
    await bench.apply({ codes: recovery("a"), raiseEpoch: true });
    const before = await old.store.read(bench.who);
    await halfway.pool.query("ALTER TABLE nightlatch_subjects ADD COLUMN note TEXT");
    await together(8, () => migrate(connectionOf(other(old.url)), next));
    await migrate(connectionOf(halfway.pool), next);
    await migrate(connectionOf(fresh.pool), next);
    const schema = await schemaOf(fresh.pool);
    expect([await schemaOf(old.pool), await schemaOf(halfway.pool)]).toEqual([schema, schema]);
    expect((await installed(old.pool)).map(({ version }) => version)).toEqual(next.map(({ version }) => version));
    expect(await old.store.read(bench.who)).toEqual(before);
  });

  it("one that fails is not noted, and gives up its turn", async () => {
    const { pool } = await empty();
    const broken = numbered([...VERSIONS, ["INSERT INTO nothing_of_that_name VALUES (1)"]]);
    for (let n = 0; n < 2; n += 1) await expect(migrate(connectionOf(pool), broken)).rejects.toThrow(/nothing_of_that_name/);
    expect((await installed(pool)).map(({ version }) => version)).toEqual(mysqlMigrations.map(({ version }) => version));
  });

  it("a table that another engine keeps is refused", async () => {
    const { pool, store } = await migrated();
    await pool.query("ALTER TABLE nightlatch_codes ENGINE = MyISAM, DROP PRIMARY KEY");
    await expect(store.migrate()).rejects.toThrow(/nightlatch_codes is kept by MyISAM/);
  });

  it("before them every verb rejects; that the tables are missing is told by a code of its own", async () => {
    const { pool } = await empty();
    const store = mysqlStore(pool);
    const missing = { errno: 1146, code: "ER_NO_SUCH_TABLE", sqlState: "42S02" };
    await expect(store.charge({ ...someone(), lane: "authenticator", now: START, schedule: SCHEDULE, codes: [] })).rejects.toMatchObject(
      missing,
    );
    await expect(store.read(someone())).rejects.toMatchObject(missing);
    await expect(store.addDataKeys([])).rejects.toMatchObject(missing);
    const mfa = createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store });
    await expect(mfa.ready()).rejects.toThrow(/The tables are missing: run mfa\.ready/);
    await store.migrate();
    expect((await benchFor(store).admitted()).seen.attempt).toBe(1);
  });
});

describe.skipIf(serverUrl === null)("a process that dies, on MariaDB", () => {
  it("leaves a change whole or not begun, behind whichever statement", async () => {
    const { url, store } = await migrated();
    expect(await dyingChanges(store, victimOf("mysql2", url))).toBeGreaterThanOrEqual(10);
  });

  it("leaves an attempt settled or charged, behind whichever statement", async () => {
    const { url, store } = await migrated();
    expect(await dyingAttempts(store, victimOf("mysql2", url))).toBeGreaterThanOrEqual(7);
  });

  it("killed at any time, 20 times over, loses nothing that it was told", async () => {
    const { url, store } = await migrated();
    await dyingAnytime(store, victimOf("mysql2", url), 20);
  });
});

describe.skipIf(serverUrl === null)("faults on the way to MariaDB", () => {
  /** Rows for an attempt's end, and how many of them are in the log. */
  const settling = (bench: ReturnType<typeof benchFor>) => ({
    won: [auditRow(bench.who, "won")],
    lost: [auditRow(bench.who, "lost")],
    stale: [],
  });

  it("a connection lost behind any statement of a settlement rejects it, leaves nothing of it, and goes back to no one", async () => {
    const { pool, store } = await migrated({ connectionLimit: 1 });
    const killer = createPool({ uri: server });
    opened.push(killer);
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

describe.skipIf(serverUrl === null)("one-time ids on MariaDB", () => {
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

describe.skipIf(serverUrl === null)("statements on MariaDB", () => {
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

it.skipIf(serverUrl === null)(
  "a database gone in the meantime makes every verb reject, and the store goes on when it is back",
  async () => {
    const url = await newMysqlDatabase(server);
    const pool = createPool(url);
    opened.push(pool);
    const store = mysqlStore(pool);
    await store.migrate();
    const name = new URL(url).pathname.slice(1);
    const admin = createPool({ uri: server });
    opened.push(admin);
    await admin.query(`DROP DATABASE ${name}`);
    await expect(benchFor(store).charge()).rejects.toThrow();
    await admin.query(`CREATE DATABASE ${name}`);
    await store.migrate();
    expect((await benchFor(store).admitted()).seen.attempt).toBe(1);
  },
);
