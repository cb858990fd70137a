import { newDatabase } from "@nightlatch/internal-services";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { type AuditHead, createMfa, type Mfa } from "../src/index.ts";
import { postgresStore } from "../src/stores/postgres/index.ts";
import { createKit, DAY } from "./support/kit.ts";

describe("somebody with the database, and without the keys", () => {
  let pool: pg.Pool;
  let mfa: Mfa;
  let heads: AuditHead[];

  beforeEach(async () => {
    pool = new pg.Pool({ connectionString: await newDatabase(inject("postgresUrl")), max: 2 });
    const store = postgresStore(pool);
    await store.migrate();
    const kit = createKit(createMfa, store);
    heads = [];
    mfa = await kit.mfa({ audit: { keepHead: (head) => void heads.push(head) } });
    const user = await kit.enrolled(mfa);
    for (let round = 0; round < 4; round += 1) {
      for (let n = 0; n < 5; n += 1) await mfa.verify({ subject: user.subject, code: round < 1 ? user.wrong() : user.code(n) });
      await mfa.revoke(user.subject);
      await mfa.audit.seal();
      kit.clock.advance(DAY);
    }
    expect(await mfa.audit.verify({ heads })).toMatchObject({ ok: true, seals: 4 });
  });
  afterEach(() => pool.end());

  const faultAfter = async (...statements: string[]) => {
    for (const sql of statements) await pool.query(sql);
    const found = await mfa.audit.verify({ heads });
    return found.ok ? "nothing" : [found.fault.kind, found.fault.seq ?? `seal ${found.fault.seal}`];
  };

  it("A54 R41 can't take a failure for a success", async () => {
    const edit = `UPDATE nightlatch_audit SET type = 'verified', detail = '{"method":"totp"}' WHERE seq = 5`;
    expect(await faultAfter(edit)).toEqual(["row_edited", 5]);
  });

  it("A54 R41 can't remove what happened, nor close the gap behind it", async () => {
    const close = "UPDATE nightlatch_audit SET seq = DEFAULT WHERE seq = 20";
    expect(await faultAfter("DELETE FROM nightlatch_audit WHERE seq = 6")).toEqual(["row_missing", 6]);
    expect(await faultAfter(close)).toEqual(["row_missing", 6]);
  });

  it("A54 R41 can't give one row the place of another", async () => {
    const swap = `UPDATE nightlatch_audit a SET id = b.id, at = b.at, type = b.type, personal = b.personal, salt = b.salt, detail = b.detail,
      mac = b.mac FROM nightlatch_audit b WHERE (a.seq, b.seq) IN ((6, 11), (11, 6))`;
    await expect(pool.query(swap)).rejects.toThrow(/unique/);
    await pool.query("ALTER TABLE nightlatch_audit DROP CONSTRAINT nightlatch_audit_id_key");
    expect(await faultAfter(swap)).toEqual(["row_moved", 6]);
  });

  it("A54 R41 can't cut off the end, with its seals or without, and can't put back an older state", async () => {
    await pool.query("CREATE TABLE old_rows AS SELECT * FROM nightlatch_audit");
    const [second] = heads.slice(1) as [AuditHead];
    const cut = `DELETE FROM nightlatch_audit WHERE seq > ${second.count}`;
    expect(await faultAfter(cut)).toEqual(["row_missing", second.count + 1]);
    expect(await faultAfter("DELETE FROM nightlatch_audit_notes WHERE key > 'seal/000000000000002'")).toEqual(["log_cut", "seal 3"]);
    const alone = await mfa.audit.verify();
    expect(alone).toMatchObject({ ok: true, head: { seal: 2, count: second.count } });
    expect(await faultAfter("TRUNCATE nightlatch_audit", "TRUNCATE nightlatch_audit_notes")).toEqual(["log_cut", "seal 1"]);
  });

  it("R41 may remove old rows only as the engine does", async () => {
    await mfa.audit.prune({ olderThan: "1d" });
    expect(await faultAfter()).toBe("nothing");
    const note = (await pool.query("SELECT key, value FROM nightlatch_audit_notes WHERE key LIKE 'seal/%4'")).rows[0];
    const seal = JSON.parse(note.value);
    const [from, to] = seal.members[0];
    const forged = JSON.stringify({ ...seal, members: [], prints: "", removed: seal.members }).replaceAll("'", "''");
    expect(
      await faultAfter(
        `DELETE FROM nightlatch_audit WHERE seq BETWEEN ${from} AND ${to}`,
        `UPDATE nightlatch_audit_notes SET value = '${forged}' WHERE key = '${note.key}'`,
      ),
    ).toEqual(["seal_edited", "seal 4"]);
  });
});
