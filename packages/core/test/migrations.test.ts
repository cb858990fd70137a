import { newDatabase } from "@nightlatch/internal-services";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { createMfa, keyring, type Store } from "../src/index.ts";
import { compileLockout } from "../src/lockout/policy.ts";
import { postgresMigrations, postgresStore } from "../src/stores/postgres/index.ts";
import * as postgres from "../src/stores/postgres/migrations.ts";
import { connectionOf } from "../src/stores/sqlite/connection.ts";
import { sqliteMigrations, sqliteStore } from "../src/stores/sqlite/index.ts";
import * as sqlite from "../src/stores/sqlite/migrations.ts";
import { benchFor, recovery } from "../src/testing/contract-kit.ts";
import { storeContract } from "../src/testing/index.ts";
import { TEST_KEYS, together } from "./support/kit.ts";
import { clientNames, clients, newFile, type OpenedClient } from "./support/sqlite.ts";

const MISSING = /The tables are missing: run mfa\.ready\(\{ migrate: true \}\) once/;
const engineOn = (store: Store) => createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store });

/** A version that is not there yet. */
const NEXT = "ALTER TABLE nightlatch_subjects ADD COLUMN note text;";

describe("on PostgreSQL", () => {
  let opened: pg.Pool[];

  beforeEach(() => {
    opened = [];
  });

  afterEach(async () => {
    for (const pool of opened) await pool.end();
  });

  const open = (connectionString: string): pg.Pool => {
    const pool = new pg.Pool({ connectionString, max: 10 });
    opened.push(pool);
    return pool;
  };
  const empty = async (): Promise<pg.Pool> => open(await newDatabase(inject("postgresUrl")));

  /** All that a database is told of its tables. */
  const schemaOf = async (pool: pg.Pool): Promise<unknown[]> => {
    const columns = `SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default, is_identity
      FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, column_name`;
    const indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname";
    const constraints = `SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace ORDER BY conrelid::regclass::text, conname`;
    const storage = "SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname";
    const triggers = `SELECT pg_get_triggerdef(t.oid) AS trigger, pg_get_functiondef(tgfoid) AS function FROM pg_trigger t
      JOIN pg_class c ON c.oid = tgrelid WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal ORDER BY tgname`;
    const answers = await Promise.all([columns, indexes, constraints, storage, triggers].map((sql) => pool.query(sql)));
    return answers.map(({ rows }) => rows);
  };
  const installed = async (pool: pg.Pool) =>
    (await pool.query("SELECT version, applied_at FROM nightlatch_migrations ORDER BY version")).rows;

  it("before them the engine says what is missing and how to mend it", async () => {
    await expect(engineOn(postgresStore(await empty())).ready()).rejects.toThrow(MISSING);
  });

  it("the printed SQL makes the tables that migrate() makes, and then that has nothing to do", async () => {
    const [byHand, byProgram] = [await empty(), await empty()];
    for (const { sql } of postgresMigrations) await byHand.query(sql);
    await postgresStore(byProgram).migrate();
    const schema = await schemaOf(byHand);
    expect(schema).toEqual(await schemaOf(byProgram));
    const before = await installed(byHand);
    expect(before.map(({ version }) => version)).toEqual(postgresMigrations.map(({ version }) => version));
    await postgresStore(byHand).migrate();
    for (const { sql } of postgresMigrations) await byHand.query(sql);
    expect([await schemaOf(byHand), await installed(byHand)]).toEqual([schema, before]);
  });

  it("behind the printed SQL a role that may not create anything migrates, and meets the contract", async () => {
    const url = new URL(await newDatabase(inject("postgresUrl")));
    const owner = open(url.href);
    for (const { sql } of postgresMigrations) await owner.query(sql);
    const role = `app${url.pathname.slice(1)}`;
    await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
    await owner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`);
    try {
      const app = open(Object.assign(new URL(url), { username: role, password: role }).href);
      await expect(app.query("CREATE TABLE mine (id integer)")).rejects.toThrow(/permission denied/);
      const store = postgresStore(app);
      await store.migrate();
      for (const { run } of storeContract) await run(store);
    } finally {
      await owner.query(`DROP OWNED BY ${role}`);
      await owner.query(`DROP ROLE ${role}`);
    }
  });

  it("a database of version 1 is brought to the next, by several at once, and keeps what it holds", async () => {
    const next = postgres.numbered([...postgres.VERSIONS, NEXT]);
    const [old, fresh] = [await empty(), await empty()];
    const store = postgresStore(old);
    await store.migrate();
    const bench = benchFor(store);
    await bench.apply({ codes: recovery("a") });
    const before = await store.read(bench.who);
    await together(8, () => postgres.migrate((sql) => old.query(sql), next));
    await postgres.migrate((sql) => fresh.query(sql), next);
    expect(await schemaOf(old)).toEqual(await schemaOf(fresh));
    expect((await installed(old)).map(({ version }) => version)).toEqual(next.map(({ version }) => version));
    expect((await old.query("SELECT note FROM nightlatch_subjects")).rows).toEqual([{ note: null }]);
    expect(await store.read(bench.who)).toEqual(before);
  });

  it("a subject's row has its factors as their table has them, whoever writes that", async () => {
    const pool = await empty();
    const store = postgresStore(pool);
    await store.migrate();
    const { who, attempt } = benchFor(store);
    await pool.query("INSERT INTO nightlatch_subjects (tenant, subject, positions) VALUES ($1, $2, $3)", [
      who.tenant,
      who.subject,
      { a: [7, 5], b: [-1, null] },
    ]);
    await pool.query(
      `INSERT INTO nightlatch_factors (id, tenant, subject, type, name, algorithm, digits, period, secret, fingerprint, created_at, confirmed_at)
       SELECT id, $1, $2, 'totp', '', 'SHA1', 6, 30, '', id, 0, 0 FROM (VALUES ('a'), ('b'), ('without a position')) AS f(id)`,
      [who.tenant, who.subject],
    );
    const charged = async () => {
      const answer = await store.charge({ ...who, lane: "authenticator", now: 0, schedule: compileLockout(), codes: [] });
      return answer.admitted ? answer.record.factors.map(({ id, name, position, lastUsedAt }) => [id, name, position, lastUsedAt]) : [];
    };
    expect(await charged()).toEqual([
      ["a", "", 7, 5],
      ["b", "", -1, null],
    ]);
    await pool.query("UPDATE nightlatch_factors SET name = 'theirs' WHERE id = 'a'");
    expect(await charged()).toEqual([
      ["a", "theirs", 7, 5],
      ["b", "", -1, null],
    ]);
    await pool.query("DELETE FROM nightlatch_factors WHERE id <> 'b'");
    expect(await charged()).toEqual([["b", "", -1, null]]);
    expect(await attempt({ kind: "position", factorId: "b", position: 0 })).toBe("won");
  });

  it("a version that fails leaves nothing of itself", async () => {
    const pool = await empty();
    const broken = postgres.numbered([...postgres.VERSIONS, `${NEXT} SELECT nothing_of_that_name();`]);
    await expect(postgres.migrate((sql) => pool.query(sql), broken)).rejects.toThrow(/nothing_of_that_name/);
    const whole = await empty();
    await postgresStore(whole).migrate();
    expect(await schemaOf(pool)).toEqual(await schemaOf(whole));
    expect((await installed(pool)).map(({ version }) => version)).toEqual(postgresMigrations.map(({ version }) => version));
  });
});

describe.each(clientNames)("on SQLite through %s", (name) => {
  let removes: (() => unknown)[];

  beforeEach(() => {
    removes = [];
  });

  afterEach(async () => {
    for (const remove of removes.toReversed()) await remove();
  });

  const open = (file: string): OpenedClient => {
    const client = clients[name](file);
    removes.push(() => client.close());
    return client;
  };
  const empty = async (): Promise<OpenedClient & { file: string }> => {
    const { file, remove } = await newFile();
    removes.push(remove);
    return Object.assign(open(file), { file });
  };
  const all = (client: OpenedClient, sql: string): Record<string, unknown>[] =>
    client
      .prepare(sql)
      .all()
      .map((row) => ({ ...(row as object) }));
  const schemaOf = (client: OpenedClient) => all(client, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name");
  const installed = (client: OpenedClient) => all(client, "SELECT version, applied_at FROM nightlatch_migrations ORDER BY version");
  const bring = (client: OpenedClient, migrations: readonly sqlite.SqliteMigration[]) =>
    connectionOf(client).write((session) => sqlite.migrate(session, migrations));

  it("before them the engine says what is missing and how to mend it", async () => {
    await expect(engineOn(sqliteStore(await empty())).ready()).rejects.toThrow(MISSING);
  });

  it("the printed SQL makes the tables that migrate() makes, also within a transaction, and then that has nothing to do", async () => {
    const [byHand, byTool, byProgram] = [await empty(), await empty(), await empty()];
    for (const { sql } of sqliteMigrations) byHand.exec(sql);
    byTool.exec("BEGIN");
    for (const { sql } of sqliteMigrations) byTool.exec(sql);
    byTool.exec("COMMIT");
    await sqliteStore(byProgram).migrate();
    const schema = schemaOf(byHand);
    expect(schema).toEqual(schemaOf(byProgram));
    expect(schema).toEqual(schemaOf(byTool));
    const before = installed(byHand);
    expect(before.map(({ version }) => version)).toEqual(sqliteMigrations.map(({ version }) => version));
    const store = sqliteStore(byHand);
    await store.migrate();
    expect([schemaOf(byHand), installed(byHand)]).toEqual([schema, before]);
    for (const { run } of storeContract) await run(store);
  });

  it("the printed SQL fails when it runs again, and changes nothing", async () => {
    const client = await empty();
    const [first] = sqliteMigrations;
    client.exec(first?.sql ?? "");
    const schema = schemaOf(client);
    expect(() => client.exec(first?.sql ?? "")).toThrow(/UNIQUE constraint failed: nightlatch_migrations.version/);
    client.exec("ROLLBACK");
    expect([schemaOf(client), installed(client).length]).toEqual([schema, 1]);
  });

  it("a file of version 1 is brought to the next, by several at once, and keeps what it holds", async () => {
    const next = sqlite.numbered([...sqlite.VERSIONS, NEXT]);
    const [old, fresh] = [await empty(), await empty()];
    const store = sqliteStore(old);
    await store.migrate();
    const bench = benchFor(store);
    await bench.apply({ codes: recovery("a"), raiseEpoch: true });
    const before = await store.read(bench.who);
    await together(8, () => bring(open(old.file), next));
    await bring(fresh, next);
    expect(schemaOf(old)).toEqual(schemaOf(fresh));
    expect(installed(old).map(({ version }) => version)).toEqual(next.map(({ version }) => version));
    expect(all(old, "SELECT note FROM nightlatch_subjects")).toEqual([{ note: null }]);
    expect(await store.read(bench.who)).toEqual(before);
  });

  it("a version that fails leaves nothing of itself, nor of those that came with it", async () => {
    const client = await empty();
    const broken = sqlite.numbered([...sqlite.VERSIONS, `${NEXT} INSERT INTO nothing_of_that_name VALUES (1);`]);
    await expect(bring(client, broken)).rejects.toThrow(/nothing_of_that_name/);
    expect(schemaOf(client)).toEqual([]);
  });
});
