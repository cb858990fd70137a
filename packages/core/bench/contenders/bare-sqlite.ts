import { DatabaseSync } from "node:sqlite";
import { type BareUser, codeOf, isRight, newUser } from "./bare-work.ts";
import type { Contender } from "./contender.ts";

/** The floor on SQLite: the same statements as on PostgreSQL, as durable as the store's (WAL, `synchronous = FULL`). */
export function bareSqlite(name: string, file: string, count: number): Contender & { close(): void } {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE bare_factors (subject TEXT PRIMARY KEY, secret TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, position INTEGER NOT NULL DEFAULT -1) WITHOUT ROWID;
    CREATE TABLE bare_audit (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, subject TEXT NOT NULL, type TEXT NOT NULL);`);
  const users: BareUser[] = Array.from({ length: count }, (_, index) => newUser(`bare-${index}`));
  const insert = database.prepare("INSERT INTO bare_factors (subject, secret) VALUES (?, ?)");
  for (const user of users) insert.run(user.name, user.sealed);
  const attempt = database.prepare("UPDATE bare_factors SET attempts = attempts + 1 WHERE subject = ? RETURNING secret");
  const take = database.prepare("UPDATE bare_factors SET position = ?, attempts = 0 WHERE subject = ? AND position < ?");
  const log = database.prepare("INSERT INTO bare_audit (at, subject, type) VALUES (?, ?, 'verified')");
  let step = 60_000_000;

  const verify = async (subject: string, code: string, at: number): Promise<void> => {
    const row = attempt.get(subject);
    if (!isRight(subject, String(row?.secret), code, at)) throw new Error("A right code was refused.");
    database.exec("BEGIN IMMEDIATE");
    if (take.run(at, subject, at).changes !== 1) throw new Error("A new step was not taken.");
    log.run(at * 30_000, subject);
    database.exec("COMMIT");
  };

  return {
    name,
    async ready(wanted) {
      step += 1;
      const at = step;
      return users.slice(0, wanted).map((user) => {
        const code = codeOf(user, at);
        return () => verify(user.name, code, at);
      });
    },
    close: () => database.close(),
  };
}
