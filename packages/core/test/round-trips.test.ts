import { PGlite } from "@electric-sql/pglite";
import { expect, it } from "vitest";
import { createMfa } from "../src/index.ts";
import { type PgClient, postgresStore } from "../src/stores/postgres/index.ts";
import { createKit, reason, required } from "./support/kit.ts";

it("judges a code in two statements on PostgreSQL: right, wrong, replayed or with a challenge; refuses under a lock in as many", async () => {
  const database = await PGlite.create();
  let statements = 0;
  const client: PgClient = {
    query(text, values) {
      statements += 1;
      return database.query(text, values);
    },
  };
  const store = postgresStore(client);
  await store.migrate();
  const kit = createKit(createMfa, store);
  const mfa = await kit.mfa();
  const user = await kit.enrolled(mfa);
  const counted = async (answer: Parameters<typeof mfa.verify>[0]): Promise<[string, number]> => {
    const before = statements;
    return [reason(await mfa.verify(answer)), statements - before];
  };

  const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
  expect(await counted({ challenge, code: user.code() })).toEqual(["ok", 2]);
  expect(await counted({ subject: user.subject, code: user.code() })).toEqual(["replayed", 2]);
  for (let n = 0; n < 4; n += 1) expect(await counted({ subject: user.subject, code: user.wrong() })).toEqual(["invalid", 2]);
  // The first refusal is also a row in the log; those after it are a number in the subject's own row.
  expect(await counted({ subject: user.subject, code: user.code(1) })).toEqual(["locked", 3]);
  expect(await counted({ subject: user.subject, code: user.code(1) })).toEqual(["locked", 2]);
  expect(await counted({ subject: user.subject, code: user.recoveryCodes[0] ?? "" })).toEqual(["ok", 2]);
  await database.close();
});
