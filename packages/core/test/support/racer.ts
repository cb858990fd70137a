// One of several processes that verify against one PostgreSQL server, or one SQLite file: told over IPC whom to try, with which
// codes, at what time; it answers how often it succeeded and how often a code was compared.
import pg from "pg";
import { createMfa, keyring, type Store } from "../../src/index.ts";
import { postgresStore } from "../../src/stores/postgres/index.ts";
import { sqliteStore } from "../../src/stores/sqlite/index.ts";
import { countingTotp, TEST_KEYS } from "./kit.ts";
import { type ClientName, clients } from "./sqlite.ts";

/** One round of a race. */
export interface Race {
  subject: string;
  /** All submitted at once. */
  codes: string[];
  now: number;
}

/** What came of it in one process. */
export interface Raced {
  ok: number;
  reasons: string[];
  evaluations: number;
}

async function shared(): Promise<{ store: Store; close(): void }> {
  const { RACE_URL, RACE_FILE = "", RACE_CLIENT } = process.env;
  if (RACE_URL) {
    const pool = new pg.Pool({ connectionString: RACE_URL, max: 10 });
    await Promise.all(Array.from({ length: 10 }, () => pool.query("SELECT 1")));
    return { store: postgresStore(pool), close: () => void pool.end() };
  }
  const client = clients[RACE_CLIENT as ClientName](RACE_FILE);
  return { store: sqliteStore(client), close: () => void client.close() };
}

const { store, close } = await shared();
const { factor, evaluations } = countingTotp();
let now = 0;
const mfa = createMfa({ issuer: "Race", keys: keyring(TEST_KEYS), store, factors: [factor], clock: () => now });

process.on("message", async (race: Race) => {
  now = race.now;
  const before = evaluations();
  const results = await Promise.all(race.codes.map((code) => mfa.verify({ subject: { id: race.subject }, code })));
  const reasons = results.map((result) => (result.ok ? "ok" : result.reason));
  process.send?.({ ok: reasons.filter((why) => why === "ok").length, reasons, evaluations: evaluations() - before } satisfies Raced);
});
process.on("disconnect", close);
await mfa.ready({ migrate: true });
process.send?.("ready");
