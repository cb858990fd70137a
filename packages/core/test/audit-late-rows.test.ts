import { newDatabase } from "@nightlatch/internal-services";
import pg from "pg";
import { afterEach, describe, expect, inject, it } from "vitest";
import { type AuditRow, createMfa, type MfaEvent, type Store } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { mysqlStore } from "../src/stores/mysql/index.ts";
import { postgresStore } from "../src/stores/postgres/index.ts";
import { createKit, DAY } from "./support/kit.ts";
import { newPool } from "./support/mysql.ts";

const COLUMNS = ["id", "at", "type", "tenant", "subject", "salt", "personal", "detail", "mac"] as const;
const INSERT = `INSERT INTO nightlatch_audit (${COLUMNS.join(", ")}) VALUES`;

/** A row of the log that is being written: it has its number, and nobody else sees it before `commit`. */
interface Writing {
  commit(): Promise<void>;
  rollBack(): Promise<void>;
}

interface Opened {
  store: Store;
  /** Writes a row in a transaction that stays open. */
  begin(row: AuditRow): Promise<Writing>;
  remove(seq: number): Promise<unknown>;
}

let closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
  closing = [];
});

const writing = async (run: (sql: string, values?: unknown[]) => Promise<unknown>, release: () => void, insert: () => Promise<unknown>) => {
  await run("BEGIN");
  await insert();
  const end = (how: string) => async () => {
    await run(how);
    release();
  };
  return { commit: end("COMMIT"), rollBack: end("ROLLBACK") };
};

const onPostgres = async (): Promise<Opened> => {
  const pool = new pg.Pool({ connectionString: await newDatabase(inject("postgresUrl")), max: 5 });
  closing.push(() => pool.end());
  const store = postgresStore(pool);
  await store.migrate();
  return {
    store,
    remove: (seq) => pool.query("DELETE FROM nightlatch_audit WHERE seq = $1", [seq]),
    async begin(row) {
      const client = await pool.connect();
      const run = (sql: string) => client.query(sql);
      const marks = COLUMNS.map((_, place) => `$${place + 1}`);
      const values = COLUMNS.map((column) => row[column]);
      return await writing(
        run,
        () => client.release(),
        () => client.query(`${INSERT} (${marks.join(", ")})`, values),
      );
    },
  };
};

const mysqlUrl = inject("mysqlUrl");

const onMariadb = async (): Promise<Opened> => {
  const { pool } = await newPool(mysqlUrl ?? "", { connectionLimit: 5 });
  closing.push(() => pool.end());
  const store = mysqlStore(pool);
  await store.migrate();
  return {
    store,
    remove: (seq) => pool.query("DELETE FROM nightlatch_audit WHERE seq = ?", [seq]),
    async begin(row) {
      const connection = await pool.getConnection();
      const values = COLUMNS.map((column) => row[column]);
      return await writing(
        (sql) => connection.query(sql),
        () => connection.release(),
        () => connection.query(`${INSERT} (?)`, [values]),
      );
    },
  };
};

const databases = [{ name: "postgres", open: onPostgres }, ...(mysqlUrl === null ? [] : [{ name: "mariadb", open: onMariadb }])];

describe.each(databases)("rows that are still being written, on $name", ({ open }) => {
  const start = async () => {
    const opened = await open();
    const kit = createKit(createMfa, opened.store);
    const mfa = await kit.mfa();
    const told: string[] = [];
    const sink = (event: MfaEvent) => void told.push(event.subject ?? "");
    const follower = mfa.audit.follow({ name: "all", sink, from: "start" });
    const write = async (...subjects: string[]) => {
      for (const id of subjects) await mfa.revoke({ id });
    };
    // The same keys over a store of its own: what it logs are rows of this log that nobody has written yet.
    const { dataKeys, addDataKeys } = opened.store;
    const aside: Store = { ...memoryStore(), dataKeys, addDataKeys };
    const elsewhere = await kit.mfa({ store: aside });
    const begin = async (id: string): Promise<Writing> => {
      await elsewhere.revoke({ id });
      const [row] = await aside.auditPage({ after: 0, limit: 1, who: { tenant: "", subject: id } });
      return await opened.begin(row as AuditRow);
    };
    return { ...opened, begin, kit, mfa, follower, told, write };
  };

  it("are neither skipped nor waited for: they are sealed and handed over once they are there, behind what was there before", async () => {
    const { mfa, follower, told, write, begin } = await start();
    const [early, middle] = [await begin("a"), await begin("b")];
    await write("c");
    await follower.drain();
    expect(told).toEqual(["c"]);
    expect(await mfa.audit.verify()).toMatchObject({ ok: true, rows: 1, unsealed: 0 });
    await write("d");
    await middle.commit();
    await follower.drain();
    expect(told).toEqual(["c", "b", "d"]);
    await early.commit();
    expect(await mfa.audit.verify()).toMatchObject({ ok: true, rows: 3, unsealed: 1 });
    await follower.drain();
    expect(told).toEqual(["c", "b", "d", "a"]);
    expect(await mfa.audit.verify()).toMatchObject({ ok: true, rows: 4, seals: 3, unsealed: 0 });
    expect((await mfa.audit.sealed()).events.map(({ subject }) => subject)).toEqual(told);
  });

  it("may come to nothing, and a number is looked for no longer than a day; a row that comes then is told of", async () => {
    const { mfa, kit, follower, told, write, begin } = await start();
    const [never, late] = [await begin("a"), await begin("b")];
    await write("c");
    await mfa.audit.seal();
    await never.rollBack();
    kit.clock.advance(DAY);
    await write("d");
    await follower.drain();
    expect(told).toEqual(["c", "d"]);
    expect(await mfa.audit.verify()).toMatchObject({ ok: true, rows: 2, unsealed: 0 });
    await late.commit();
    expect(await mfa.audit.verify()).toMatchObject({ ok: false, fault: { kind: "row_added", seq: 2 } });
  });

  it("R41 and one that is removed once it was sealed late is missed like any other", async () => {
    const { mfa, write, begin, remove } = await start();
    const early = await begin("a");
    await write("b");
    await mfa.audit.seal();
    await early.commit();
    await mfa.audit.seal();
    expect(await mfa.audit.verify()).toMatchObject({ ok: true, rows: 2 });
    await remove(1);
    expect(await mfa.audit.verify()).toMatchObject({ ok: false, fault: { kind: "row_missing", seal: 2, seq: 1 } });
  });
});
