import { DatabaseSync } from "node:sqlite";
import { newDatabase } from "@nightlatch/internal-services";
import pg from "pg";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { createMfa, type Store } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { auditVerbs } from "../src/stores/memory-audit.ts";
import { postgresStore } from "../src/stores/postgres/index.ts";
import { sqliteStore } from "../src/stores/sqlite/index.ts";
import { createKit, DAY, good, HOUR } from "./support/kit.ts";
import { clients, newFile } from "./support/sqlite.ts";

/** A store that somebody without the keys can write to: the subject's authenticators go, and its name in the log. */
interface Open {
  store: Store;
  /** Blanks a subject's rows as erasing does, or those of one type, or of all subjects. */
  blank(only: { subject?: string; type?: string }): Promise<void>;
  /** Deletes a subject's authenticators. */
  takeFactors(subject: string): Promise<void>;
  /** The store as it is now. */
  now(): Promise<Store>;
}

async function openMemory(): Promise<Open> {
  const whole = memoryStore();
  const blanked: { subject?: string; type?: string }[] = [];
  const gone: string[] = [];
  return {
    store: whole,
    blank: async (only) => void blanked.push(only),
    takeFactors: async (subject) => void gone.push(subject),
    async now() {
      const rows = await whole.auditPage({ after: 0, limit: 10_000 });
      const isBlanked = (row: { subject: string | null; type: string }) =>
        blanked.some(({ subject = row.subject, type = row.type }) => subject === row.subject && type === row.type);
      const log = rows.map((row) => (isBlanked(row) ? { ...row, tenant: null, subject: null, salt: null } : row));
      const notes = auditVerbs(log);
      for (const { key, value } of await whole.auditNotes({ prefix: "", after: "", limit: 1000 }))
        await notes.auditNote({ key, from: null, to: value });
      return {
        ...whole,
        ...notes,
        async read(who) {
          const state = await whole.read(who);
          return gone.includes(who.subject) ? { ...state, factors: [] } : state;
        },
      };
    },
  };
}

const bySql = (store: Store, run: (sql: string) => unknown): Open => ({
  store,
  async blank({ subject, type }) {
    const where = [subject && `subject = '${subject}'`, type && `type = '${type}'`].filter(Boolean).join(" AND ") || "TRUE";
    await run(`UPDATE nightlatch_audit SET tenant = NULL, subject = NULL, salt = NULL WHERE ${where}`);
  },
  takeFactors: async (subject) => void (await run(`DELETE FROM nightlatch_factors WHERE subject = '${subject}'`)),
  now: async () => store,
});

async function openPostgres(): Promise<Open & { run(sql: string): Promise<unknown> }> {
  const pool = new pg.Pool({ connectionString: await newDatabase(inject("postgresUrl")), max: 2 });
  onTestFinished(() => pool.end());
  const store = postgresStore(pool);
  await store.migrate();
  const run = async (sql: string) => await pool.query(sql);
  return { ...bySql(store, run), run };
}

async function openSqlite(): Promise<Open> {
  const { file, remove } = await newFile();
  const client = clients["node:sqlite"](file);
  const other = new DatabaseSync(file);
  onTestFinished(async () => {
    other.close();
    client.close();
    await remove();
  });
  const store = sqliteStore(client);
  await store.migrate();
  return bySql(store, async (sql) => other.exec(sql));
}

/** Users of every fate, and one who is after another's account. */
async function ground(open: Open) {
  const kit = createKit(createMfa, open.store);
  const mfa = await kit.mfa();
  const judged = async () => {
    const seen = await kit.mfa({ store: await open.now() });
    const found = await seen.audit.verify();
    return { verdict: found.ok ? "ok" : found.fault.kind, blanked: found.blanked, compared: await seen.audit.compare() };
  };
  const eraseOne = async (): Promise<void> => {
    const user = await kit.enrolled(mfa);
    const key = "otpauth://totp/Other:x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Other";
    good(await mfa.factors.import(user.subject, key));
    await mfa.verify({ subject: user.subject, code: user.wrong() });
    await mfa.admin.erase(user.subject);
  };
  return { kit, mfa, judged, eraseOne };
}

describe.each([
  ["memory", openMemory],
  ["postgres", openPostgres],
  ["sqlite", openSqlite],
])("rows that name nobody, on %s", (_name, opened) => {
  it("A52 R41 are explained by erasures, however often one is erased and whatever was pruned", async () => {
    const { kit, mfa, judged, eraseOne } = await ground(await opened());
    for (let n = 0; n < 3; n += 1) await eraseOne();
    const again = await kit.enrolled(mfa);
    good(await mfa.disable(again.subject, { code: again.code() }));
    await mfa.admin.erase(again.subject);
    await mfa.admin.erase(again.subject);
    await mfa.admin.erase(kit.someone());
    await mfa.audit.seal();
    expect(await judged()).toMatchObject({ verdict: "ok", compared: { missing: [], blanked: 7 } });
    kit.clock.advance(30 * DAY);
    expect((await mfa.audit.prune({ olderThan: "1d" })).removed).toBeGreaterThan(0);
    expect(await judged()).toMatchObject({ verdict: "ok", compared: { missing: [], blanked: 7 } });
  });

  it("A52 R41 show where no erasure explains them: before lawful ones, behind them, and without any", async () => {
    const open = await opened();
    const { kit, mfa, judged, eraseOne } = await ground(open);
    const victim = await kit.enrolled(mfa);
    await mfa.audit.seal();
    await open.takeFactors(victim.subject.id);
    expect(await judged()).toMatchObject({ verdict: "ok", compared: { missing: [{ subject: victim.subject.id }] } });
    await open.blank({ subject: victim.subject.id });
    expect(await judged()).toMatchObject({ verdict: "row_blanked", compared: { missing: [], blanked: 1 } });
    await eraseOne();
    kit.clock.advance(HOUR);
    await mfa.audit.seal();
    expect(await judged()).toMatchObject({ verdict: "row_blanked" });
    const second = await kit.enrolled(mfa);
    await mfa.audit.seal();
    await open.blank({ subject: second.subject.id, type: "factor_enabled" });
    expect(await judged()).toMatchObject({ verdict: "row_blanked" });
  });

  it("R41 show also where they tell of no authenticator, as long as nobody was erased", async () => {
    const open = await opened();
    const { kit, mfa, judged, eraseOne } = await ground(open);
    const user = await kit.enrolled(mfa);
    await open.blank({ subject: user.subject.id, type: "recovery_codes_issued" });
    expect(await judged()).toMatchObject({ verdict: "row_blanked", blanked: 1 });
    await eraseOne();
    expect(await judged()).toMatchObject({ verdict: "ok" });
  });

  it("R41 are counted right whatever is enrolled while a subject is erased", async () => {
    const open = await opened();
    const { kit, mfa, judged } = await ground(open);
    const user = await kit.enrolled(mfa);
    let keys = 0;
    const meddled: Store = {
      ...open.store,
      async apply(change) {
        if (change.raiseEpoch && keys < 4) {
          const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ".concat("ABCD".charAt(keys));
          keys += 1;
          good(await mfa.factors.import(user.subject, `otpauth://totp/Other:x?secret=${secret}&issuer=Other`));
        }
        return await open.store.apply(change);
      },
    };
    await (await kit.mfa({ store: meddled })).admin.erase(user.subject);
    expect(keys).toBe(4);
    expect(await judged()).toMatchObject({ verdict: "ok", compared: { missing: [], blanked: 5 } });
  });
});

it("A52 R41 a record that was made up for somebody who is erased then makes no room for another's", async () => {
  const { run, ...open } = await openPostgres();
  const { kit, mfa, judged } = await ground(open);
  const [victim, leaving] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
  await run(`INSERT INTO nightlatch_audit (id, at, type, tenant, subject, salt, personal, detail, mac)
    SELECT 'f' || id, at, type, tenant, subject, salt, personal, detail, mac FROM nightlatch_audit
    WHERE subject = '${leaving.subject.id}' AND type = 'factor_enabled'`);
  await mfa.admin.erase(leaving.subject);
  await run("DELETE FROM nightlatch_audit WHERE id LIKE 'f%-%-%-%-%' AND length(id) > 36");
  await mfa.audit.seal();
  expect(await judged()).toMatchObject({ verdict: "ok" });
  await open.takeFactors(victim.subject.id);
  await open.blank({ subject: victim.subject.id });
  expect(await judged()).toMatchObject({ verdict: "row_blanked" });
});
