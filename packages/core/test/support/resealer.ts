// A process that seals secrets anew and dies at one of them: while the change is under way, or right behind it.
import pg from "pg";
import { createMfa, keyring } from "../../src/index.ts";
import { postgresStore } from "../../src/stores/postgres/index.ts";
import { TEST_KEYS } from "./kit.ts";

const { RESEAL_URL, RESEAL_DIE_AT = "", RESEAL_DIE = "" } = process.env;
const pool = new pg.Pool({ connectionString: RESEAL_URL, max: 2 });
const store = postgresStore(pool);
let changes = 0;
const mfa = createMfa({
  issuer: "Reseal",
  keys: keyring(TEST_KEYS),
  store: {
    ...store,
    async apply(change) {
      changes += 1;
      const applying = store.apply(change);
      if (changes !== Number(RESEAL_DIE_AT)) return await applying;
      if (RESEAL_DIE === "behind") await applying;
      // The statement is on its way once the event loop has turned.
      else await new Promise((resolve) => setImmediate(resolve));
      process.kill(process.pid, "SIGKILL");
      return await applying;
    },
  },
});
await mfa.keys.reseal({ batch: 3 });
await pool.end();
