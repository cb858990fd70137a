import { createMfa, type Mfa, type Store } from "../src/index.ts";
import { fromBase32, totp } from "../src/otp/index.ts";
import { createKit, good, type Kit, required } from "../test/support/kit.ts";

import type { Arena, Tables } from "./arenas.ts";

/** What came of the faults. */
export interface StoreFaults {
  /** Faults injected, by when they struck. */
  before: number;
  during: number;
  after: number;
  /** Faults behind which nobody got in who should not, and no code was taken twice. */
  closed: number;
  /** What was done, and which fault it was, where one was not. */
  open: string[];
}

/** The verbs that write on a user's behalf. */
const WRITES = ["charge", "settle", "apply", "spend"] as const;

type Write = (typeof WRITES)[number];

/** Whether a fault struck, and if so, whether what the user showed had been taken by then. */
type Struck = "never" | "untaken" | "taken";

/** Something that a user does, once it is made ready: the same again when it is called again. */
type Act = (mfa: Mfa) => Promise<{ ok: boolean }>;

/** All that writes, each for a user of its own. */
const journeys: Record<string, (mfa: Mfa, kit: Kit) => Promise<Act>> = {
  async verify(mfa, kit) {
    const { subject, code } = await kit.enrolled(mfa);
    return (by) => by.verify({ subject, code: code() });
  },
  async "sign in"(mfa, kit) {
    const { subject, code } = await kit.enrolled(mfa);
    const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
    return (by) => by.verify({ challenge, code: code() });
  },
  async "sign in with a recovery code"(mfa, kit) {
    const { subject, recoveryCodes } = await kit.enrolled(mfa);
    const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
    return (by) => by.verify({ challenge, code: recoveryCodes[0] ?? "" });
  },
  async enable(mfa, kit) {
    const subject = kit.someone();
    const { secret } = good(await mfa.factors.setup(subject));
    return (by) => by.factors.enable(subject, { code: totp(fromBase32(secret), kit.clock.now) });
  },
  async disable(mfa, kit) {
    const { subject, code } = await kit.enrolled(mfa);
    return (by) => by.disable(subject, { code: code() });
  },
  async "regenerate recovery codes"(mfa, kit) {
    const { subject, code } = await kit.enrolled(mfa);
    return (by) => by.regenerateRecoveryCodes(subject, { code: code() });
  },
  async "use a grant once"(mfa, kit) {
    const { subject, grant } = await kit.enrolled(mfa);
    return (by) => by.verifyGrant(grant, subject, { once: true });
  },
};

/** The store, with something around each of its writes. */
const around = (store: Store, write: (verb: Write, run: () => Promise<unknown>) => Promise<unknown>): Store => ({
  ...store,
  ...Object.fromEntries(
    WRITES.map((verb) => [
      verb,
      (...args: unknown[]) => write(verb, () => (store[verb] as (...all: unknown[]) => Promise<unknown>)(...args)),
    ]),
  ),
});

/** Whether somebody got in. A fault that leaves as an error lets nobody in. */
const isIn = (act: Act, mfa: Mfa): Promise<boolean> =>
  act(mfa).then(
    ({ ok }) => ok,
    () => false,
  );

/** Triggers that fail every write of the tables named in `nightlatch_fault`. */
function triggersOf({ dialect }: Tables, table: string): string[] {
  if (dialect === "postgres") {
    return [
      `CREATE TRIGGER nightlatch_fault BEFORE INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION nightlatch_fail()`,
    ];
  }
  const named = `EXISTS (SELECT 1 FROM nightlatch_fault WHERE name = '${table}')`;
  const body = {
    sqlite: `WHEN ${named} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`,
    mysql: `FOR EACH ROW IF ${named} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the disk is full'; END IF`,
  }[dialect];
  return ["INSERT", "UPDATE", "DELETE"].map(
    (verb) => `CREATE TRIGGER ${table}_fault_${verb.toLowerCase()} BEFORE ${verb} ON ${table} ${body}`,
  );
}

async function makeTriggers(tables: Tables): Promise<void> {
  await tables.run("CREATE TABLE nightlatch_fault (name varchar(100))");
  if (tables.dialect === "postgres") {
    await tables.run(`CREATE FUNCTION nightlatch_fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF EXISTS (SELECT FROM nightlatch_fault WHERE name = TG_TABLE_NAME) THEN RAISE EXCEPTION 'the disk is full'; END IF;
      RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END $$`);
  }
  for (const table of tables.names) for (const trigger of triggersOf(tables, table)) await tables.run(trigger);
}

/** Injects each fault into each journey, so many times over. */
export async function storeFaults(arena: Arena, times: number, progress: (part: number) => void = () => {}): Promise<StoreFaults> {
  const kit = createKit(createMfa, arena.store);
  const honest = await kit.mfa();
  const found: StoreFaults = { before: 0, during: 0, after: 0, closed: 0, open: [] };

  /** Does the thing under a fault, and again twice without one. A fault that never struck is none. */
  const judge = async (
    fault: { what: string; when: "before" | "during" | "after"; struck(): Struck },
    act: Act,
    faulty: Mfa,
  ): Promise<void> => {
    const first = await isIn(act, faulty);
    const struck = fault.struck();
    if (struck === "never") return;
    const [second, third] = [await isIn(act, honest), await isIn(act, honest)];
    found[fault.when] += 1;
    const later = Number(second) + Number(third);
    if (!first && later <= (struck === "taken" ? 0 : 1)) found.closed += 1;
    else found.open.push(`${fault.what}: in ${first}, then ${second}, then ${third}`);
  };

  const atVerbs = async (name: string, ready: (mfa: Mfa, kit: Kit) => Promise<Act>): Promise<void> => {
    const verbs: Write[] = [];
    const watching = await kit.mfa({
      store: around(arena.store, (verb, run) => {
        verbs.push(verb);
        return run();
      }),
    });
    if (!(await isIn(await ready(honest, kit), watching))) throw new Error(`Nothing is wrong, and yet it fails: ${name}.`);
    for (const [index, verb] of verbs.entries()) {
      for (const when of ["before", "after"] as const) {
        let calls = 0;
        let struck: Struck = "never";
        const store = around(arena.store, async (own, run) => {
          calls += 1;
          if (calls !== index + 1) return await run();
          struck = "untaken";
          if (when === "before") throw new Error("connection refused");
          await run();
          if (own === "settle" || own === "spend") struck = "taken";
          throw new Error("time-out after commit");
        });
        const act = await ready(honest, kit);
        await judge({ what: `${name}, ${when} ${verb}`, when, struck: () => struck }, act, await kit.mfa({ store }));
      }
    }
  };

  const atTables = async (name: string, ready: (mfa: Mfa, kit: Kit) => Promise<Act>, tables: Tables): Promise<void> => {
    for (const table of tables.names) {
      let struck: Struck = "never";
      const store = around(arena.store, async (_, run) => {
        await tables.run(`INSERT INTO nightlatch_fault VALUES ('${table}')`);
        try {
          return await run();
        } catch (error) {
          struck = "untaken";
          throw error;
        } finally {
          await tables.run("DELETE FROM nightlatch_fault");
        }
      });
      const act = await ready(honest, kit);
      await judge({ what: `${name}, within ${table}`, when: "during", struck: () => struck }, act, await kit.mfa({ store }));
    }
  };

  if (arena.tables) await makeTriggers(arena.tables);
  for (let time = 0; time < times; time += 1) {
    for (const [index, [name, ready]] of Object.entries(journeys).entries()) {
      await atVerbs(name, ready);
      if (arena.tables) await atTables(name, ready, arena.tables);
      progress((time + (index + 1) / Object.keys(journeys).length) / times);
    }
  }
  return found;
}
