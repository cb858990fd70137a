import { newDatabase, newMysqlDatabase } from "@nightlatch/internal-services";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createMfa, type Mfa } from "../src/index.ts";
import { createKit, good, type Kit } from "./support/kit.ts";
import { type Raced, type Racers, racersIn } from "./support/racers.ts";
import { type Served, serve } from "./support/servers.ts";

const mysqlUrl = inject("mysqlUrl");
const servers = [
  { name: "PostgreSQL", newUrl: () => newDatabase(inject("postgresUrl")) },
  ...(mysqlUrl === null ? [] : [{ name: "MariaDB", newUrl: () => newMysqlDatabase(mysqlUrl) }]),
];

describe.each(servers)("two processes against one $name server", ({ newUrl }) => {
  let served: Served;
  let racers: Racers;
  let kit: Kit;
  let mfa: Mfa;

  beforeAll(async () => {
    const url = await newUrl();
    served = await serve(url);
    const { store } = served;
    // Both processes, and this one, come to an empty database at once.
    [racers] = await Promise.all([racersIn([{ RACE_URL: url }, { RACE_URL: url }]), store.migrate()]);
    kit = createKit(createMfa, store);
    mfa = await kit.mfa();
  });

  afterAll(async () => {
    await racers.stop();
    await served.close();
  });

  const race = (subject: string, codes: string[]): Promise<Raced> => racers.race(subject, codes, kit.clock.now);
  const repeated = (code: string, times: number): string[] => Array.from({ length: times }, () => code);

  it("R10 A5 of 50 submissions of one code exactly one succeeds, 100 rounds", async () => {
    for (let round = 0; round < 100; round += 1) {
      const user = await kit.enrolled(mfa);
      expect((await race(user.subject.id, repeated(user.code(), 25))).ok).toBe(1);
    }
  });

  it("A6 of 50 uses of one recovery code exactly one succeeds; the others stay as they were", async () => {
    for (let round = 0; round < 100; round += 1) {
      const user = await kit.enrolled(mfa);
      expect((await race(user.subject.id, repeated(user.recoveryCodes[0] ?? "", 25))).ok).toBe(1);
      expect((await mfa.status(user.subject)).recoveryCodesLeft).toBe(9);
    }
  });

  it("A9 of 5,000 wrong codes as many are compared as the policy admits, and every one of those is counted", async () => {
    const user = await kit.enrolled(mfa);
    const { ok, evaluations, reasons } = await race(user.subject.id, repeated(user.wrong(), 2500));
    expect({ ok, evaluations, invalid: reasons.filter((why) => why === "invalid").length }).toEqual({ ok: 0, evaluations: 5, invalid: 5 });
    const record = await kit.store.read({ tenant: "", subject: user.subject.id });
    expect(record.lanes.authenticator.tally).toBe(5);
  });

  it("A10 a failure counts although the host's own transaction is rolled back", async () => {
    const user = await kit.enrolled(mfa);
    await served.beside(() => mfa.verify({ subject: user.subject, code: user.wrong() }));
    expect((await kit.store.read({ tenant: "", subject: user.subject.id })).lanes.authenticator.tally).toBe(1);
    good(await mfa.verify({ subject: user.subject, code: user.code() }));
  });
});
