import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { rotation } from "../figures/rotation.ts";
import { createMfa } from "../src/index.ts";
import { createKit, reason, type User } from "./support/kit.ts";
import { started } from "./support/racers.ts";
import { stores } from "./support/stores.ts";

const RESEALER = fileURLToPath(new URL("./support/resealer.ts", import.meta.url));

// PGlite runs the statements of PostgreSQL.
describe.each(stores.filter(({ name }) => name !== "pglite"))("rotation under load on $name", ({ open }) => {
  it("R37 no verification fails, a run that was cut off is taken up, and the old key can go", async () => {
    const figures = await rotation({ open, rounds: 2, users: 4 });
    expect(figures).toMatchObject({ failed: 0, interrupted: 2, left: 0, removable: 2, broken: 0 });
    expect(figures.resealed).toBeGreaterThanOrEqual(2 * 8);
  });
});

describe("a process that seals anew is killed", () => {
  it.each(["meanwhile", "behind"])("R37 %s: another run finishes, and every code still works", async (die) => {
    const opened = await stores.find(({ name }) => name === "postgres")?.open();
    if (!opened?.url) throw new Error("There is no PostgreSQL store.");
    const { store, url, close } = opened;
    try {
      const kit = createKit(createMfa, store);
      const mfa = await kit.mfa();
      const users: User[] = [];
      for (let index = 0; index < 8; index += 1) users.push(await kit.enrolled(mfa));
      const { keyId } = await mfa.keys.rotate("seal");
      const run = started(RESEALER, {
        RESEAL_URL: url,
        RESEAL_DIE_AT: "5",
        RESEAL_DIE: die,
      });
      const [, signal] = await once(run, "exit");
      expect(signal).toBe("SIGKILL");
      const left = (await store.factorsNotUnder({ prefix: `v1.${keyId}.`, after: "", limit: 10 })).length;
      expect(left).toBeGreaterThanOrEqual(3);
      expect(left).toBeLessThanOrEqual(die === "behind" ? 3 : 4);
      // The server may still be carrying out what the process had sent.
      const done = await mfa.keys.reseal();
      expect(done.unreadable).toBe(0);
      expect(await store.factorsNotUnder({ prefix: `v1.${keyId}.`, after: "", limit: 10 })).toEqual([]);
      for (const user of users) expect(reason(await mfa.verify({ subject: user.subject, code: user.code() }))).toBe("ok");
    } finally {
      await close();
    }
  });
});
