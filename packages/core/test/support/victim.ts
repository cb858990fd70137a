// A process that is killed: by itself right behind one statement of a transaction, or by its parent at any time.
import { randomUUID } from "node:crypto";
import { createPool } from "mysql2/promise";
import type { Store } from "../../src/index.ts";
import { type MysqlPool, mysqlStore } from "../../src/stores/mysql/index.ts";
import { type SqliteClient, sqliteStore } from "../../src/stores/sqlite/index.ts";
import { auditRow, benchFor, recovery, START } from "../../src/testing/contract-kit.ts";
import { type ClientName, clients, type OpenedClient } from "./sqlite.ts";

/** What a victim does, as JSON in its environment. */
export interface Task {
  client: ClientName | "mysql2";
  /** A file's path or a server's connection string. */
  at: string;
  verb: "migrate" | "apply" | "settle" | "settle again and again";
  subject: string;
  factorId: string;
  /** The statement of the verb, from 1, behind which the process kills itself; 0: it does not. */
  killBehind: number;
}

/** What the one-time id of an attempt is called. */
export const onceOf = (subject: string, position: number) => ({ id: `${subject}-${position}`, expiresAt: START + 60_000 });

if (process.env.VICTIM) await perform(JSON.parse(process.env.VICTIM) as Task);

/** The store on an SQLite file, told of behind each statement that it has run. */
function onFile(client: OpenedClient, ran: () => void): Store {
  const told: SqliteClient = {
    exec: (sql) => client.exec(sql),
    prepare(sql) {
      const statement = client.prepare(sql);
      return {
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
        run(...values) {
          const result = statement.run(...values);
          ran();
          return result;
        },
      };
    },
  };
  return sqliteStore(told);
}

/** The same on a server. */
function onServer(pool: MysqlPool, ran: () => void): Store {
  return mysqlStore({
    async getConnection() {
      const wrapped = await pool.getConnection();
      const told = async <T>(answer: Promise<T>): Promise<T> => {
        const result = await answer;
        ran();
        return result;
      };
      return {
        ...(wrapped.connection && { connection: wrapped.connection }),
        query: (statement) => told(wrapped.query(statement)),
        execute: (statement, values) => told(wrapped.execute(statement, values)),
        release: () => wrapped.release(),
        destroy: () => wrapped.destroy(),
      };
    },
  });
}

function openedAt(client: Task["client"], at: string, ran: () => void): { store: Store; close(): unknown } {
  if (client === "mysql2") {
    const pool = createPool({ uri: at, connectionLimit: 1 });
    return { store: onServer(pool, ran), close: () => pool.end() };
  }
  const opened = clients[client](at);
  return { store: onFile(opened, ran), close: () => opened.close() };
}

async function perform({ client, at, verb, subject, factorId, killBehind }: Task): Promise<void> {
  let isArmed = false;
  let statements = 0;
  const { store, close } = openedAt(client, at, () => {
    if (isArmed) statements += 1;
    if (isArmed && statements === killBehind) process.kill(process.pid, "SIGKILL");
  });
  const bench = benchFor(store, { tenant: "", subject });

  const settle = async (position: number): Promise<void> => {
    const charged = await bench.admitted();
    isArmed = true;
    const audit = { won: [auditRow(bench.who, "won")], lost: [], stale: [] };
    await bench.settle(charged, { claim: { kind: "position", factorId, position }, spend: onceOf(subject, position), audit });
  };

  if (verb === "migrate") {
    isArmed = true;
    await store.migrate();
  } else if (verb === "apply") {
    isArmed = true;
    const audit = [auditRow(bench.who, "first"), auditRow(bench.who, "second")];
    const codes = recovery(randomUUID(), randomUUID(), randomUUID());
    await bench.apply({ confirm: factorId, codes, raiseEpoch: true, audit });
  } else if (verb === "settle") await settle(7);
  else {
    const [row] = (await store.read(bench.who)).factors;
    for (let position = (row?.position ?? 0) + 1; ; position += 1) {
      await settle(position);
      process.send?.(position);
    }
  }
  await close();
  process.disconnect?.();
}
