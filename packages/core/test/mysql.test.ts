import type { Pool, PoolOptions } from "mysql2/promise";
import { describe, expect, it } from "vitest";
import { createMfa, keyring } from "../src/index.ts";
import { connectionOf } from "../src/stores/mysql/connection.ts";
import { mysqlMigrations, mysqlStore } from "../src/stores/mysql/index.ts";
import { migrate, numbered, VERSIONS } from "../src/stores/mysql/migrations.ts";
import type { Store } from "../src/stores/store.ts";
import { auditRow, benchFor, factorRow, recovery, SCHEDULE, START, someone } from "../src/testing/contract-kit.ts";
import { storeContract } from "../src/testing/index.ts";
import { dyingAnytime, dyingAttempts, dyingChanges, victimOf } from "./support/dying.ts";
import { TEST_KEYS, together } from "./support/kit.ts";
import { DAY, empty, end, hasNoServer, migrated, other, rowsOf } from "./support/mysql-pools.ts";

describe.skipIf(hasNoServer)("names on MariaDB", () => {
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

describe.skipIf(hasNoServer)("the MySQL store meets the contract", () => {
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

describe.skipIf(hasNoServer)("migrations on MariaDB", () => {
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
      await end(pool);
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

describe.skipIf(hasNoServer)("a process that dies, on MariaDB", () => {
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
