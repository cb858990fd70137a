import { newDatabase } from "@nightlatch/internal-services";
import type {} from "@nightlatch/internal-services/vitest-global";
import pg from "pg";
import { expect, inject, onTestFinished, test } from "vitest";
import { postgresStore } from "../src/stores/postgres/index.ts";
import { auditRow, benchFor, START } from "../src/testing/contract-kit.ts";

/** A database with a trigger that does something instead of writing to a table. */
async function troubled(on: string, body: string) {
  const client = new pg.Pool({ connectionString: await newDatabase(inject("postgresUrl")), max: 2 });
  onTestFinished(() => client.end());
  const store = postgresStore(client);
  await store.migrate();
  await store.addDataKeys([{ id: "k1", use: "grant", wrapped: "w", createdAt: START }]);
  // A sequence counts on through what is rolled back.
  await client.query(`
    CREATE SEQUENCE tries;
    CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NEW; END $$;
    CREATE TRIGGER trouble BEFORE ${on} FOR EACH ROW EXECUTE FUNCTION trouble();
  `);
  const tries = async (): Promise<number> => {
    const { rows } = await client.query<{ last_value: string; is_called: boolean }>("SELECT last_value, is_called FROM tries");
    return rows[0]?.is_called ? Number(rows[0].last_value) : 0;
  };
  return { store, bench: benchFor(store), tries };
}

const raising = (code: string, times: number) =>
  `IF nextval('tries') <= ${times} THEN RAISE EXCEPTION 'trouble' USING ERRCODE = '${code}'; END IF;`;

test.each(["40001", "40P01"])("a statement that gives way to another (%s) is run again", async (code) => {
  const { bench, tries } = await troubled("INSERT ON nightlatch_subjects", raising(code, 3));
  expect((await bench.admitted()).seen.attempt).toBe(1);
  expect(await tries()).toBe(4);
});

test("R40 one that always gives way rejects in the end, and one that fails otherwise at once", async () => {
  const yielding = await troubled("INSERT ON nightlatch_subjects", raising("40001", 1_000));
  await expect(yielding.bench.charge()).rejects.toMatchObject({ code: "40001" });
  expect(await yielding.tries()).toBe(50);
  const failing = await troubled("INSERT ON nightlatch_subjects", raising("53100", 1_000));
  await expect(failing.bench.charge()).rejects.toMatchObject({ code: "53100" });
  expect(await failing.tries()).toBe(1);
});

test("R40 a row that the database never takes rejects, and nothing is asked for ever", async () => {
  const { bench, store } = await troubled("INSERT ON nightlatch_subjects", "RETURN NULL;");
  await expect(bench.charge()).rejects.toThrow(/can't be written/);
  await expect(bench.apply()).rejects.toThrow(/can't be written/);
  expect((await store.read(bench.who)).lanes.authenticator.attempts).toBe(0);
});

test("R40 a data key that the database never makes the active one rejects", async () => {
  const { store } = await troubled("INSERT OR UPDATE ON nightlatch_data_keys", "RETURN NULL;");
  await expect(store.rotateDataKey({ id: "k2", use: "grant", wrapped: "w", createdAt: START + 1 })).rejects.toThrow(/active data key/);
  expect((await store.dataKeys()).map(({ id }) => id)).toEqual(["k1"]);
});

test("an attempt whose one-time id collides with another's at the same moment is judged anew, and written once", async () => {
  const { bench, store, tries } = await troubled("INSERT ON nightlatch_spent", raising("23505", 1));
  const { id } = await bench.enrol();
  const charged = await bench.admitted();
  const claim = { kind: "position", factorId: id, position: 3 } as const;
  const audit = { won: [auditRow(bench.who, "verified")], lost: [], stale: [] };
  const spend = { id: "once", expiresAt: START + 60_000 };
  expect(await bench.settle(charged, { claim, spend, audit })).toBe("won");
  expect(await tries()).toBe(2);
  expect((await store.read(bench.who)).factors[0]?.position).toBe(3);
  const logged = await store.auditPage({ after: 0, limit: 10, who: bench.who });
  expect(logged.filter(({ type }) => type === "verified")).toHaveLength(1);
  expect(await bench.settle(await bench.admitted(), { claim: { ...claim, position: 4 }, spend, audit })).toBe("stale");
});

test("an erasure whose blanking fails has not happened: no row tells of it, and it can be asked for again", async () => {
  const { bench, store } = await troubled("UPDATE ON nightlatch_audit", raising("53100", 1));
  await bench.apply({ audit: [auditRow(bench.who, "verified")] });
  const erased = { raiseEpoch: true, blank: true, audit: [auditRow(bench.who, "subject_erased")] } as const;
  await expect(bench.apply(erased)).rejects.toMatchObject({ code: "53100" });
  const named = async () => (await store.auditPage({ after: 0, limit: 10 })).map(({ type, subject }) => [type, subject]);
  expect([await named(), (await store.read(bench.who)).epoch]).toEqual([[["verified", bench.who.subject]], 0]);
  expect(await bench.apply(erased)).toEqual({ applied: true, epoch: 1 });
  expect(await named()).toEqual([
    ["verified", null],
    ["subject_erased", null],
  ]);
});
