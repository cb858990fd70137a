// A process that is killed: by itself right behind one statement of a transaction, or by its parent at any time.
import { randomUUID } from "node:crypto";
import { type SqliteClient, sqliteStore } from "../../src/stores/sqlite/index.ts";
import { auditRow, benchFor, recovery, START } from "../../src/testing/contract-kit.ts";
import { type ClientName, clients } from "./sqlite.ts";

/** What a victim does, as JSON in its environment. */
export interface Task {
  client: ClientName;
  file: string;
  verb: "apply" | "settle" | "settle again and again";
  subject: string;
  factorId: string;
  /** The statement of the verb's transaction, from 1, behind which the process kills itself; 0: it does not. */
  killBehind: number;
}

/** What the one-time id of an attempt is called. */
export const onceOf = (subject: string, position: number) => ({ id: `${subject}-${position}`, expiresAt: START + 60_000 });

if (process.env.VICTIM) await perform(JSON.parse(process.env.VICTIM) as Task);

async function perform({ client: name, file, verb, subject, factorId, killBehind }: Task): Promise<void> {
  let isArmed = false;
  let statements = 0;
  const client = clients[name](file);
  const deadly: SqliteClient = {
    exec: (sql) => client.exec(sql),
    prepare(sql) {
      const statement = client.prepare(sql);
      return {
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
        run(...values) {
          const result = statement.run(...values);
          if (isArmed) statements += 1;
          if (isArmed && statements === killBehind) process.kill(process.pid, "SIGKILL");
          return result;
        },
      };
    },
  };
  const store = sqliteStore(deadly);
  const bench = benchFor(store, { tenant: "", subject });

  const settle = async (position: number): Promise<void> => {
    const charged = await bench.admitted();
    isArmed = true;
    const audit = { won: [auditRow(bench.who, "won")], lost: [], stale: [] };
    await bench.settle(charged, { claim: { kind: "position", factorId, position }, spend: onceOf(subject, position), audit });
  };

  if (verb === "apply") {
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
  client.close();
  process.disconnect?.();
}
