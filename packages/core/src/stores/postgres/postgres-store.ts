import { createHash } from "node:crypto";
import type { DataKeyRow } from "../../secrets/data-keys.ts";
import { KEEP_SPENT } from "../conditions.ts";
import { EMPTY_LANE, laneState } from "../lane.ts";
import type {
  Applied,
  Change,
  Charge,
  Charged,
  OneTimeId,
  Outcome,
  OwnedFactorRow,
  Settlement,
  Store,
  SubjectKey,
  SubjectState,
} from "../store.ts";
import { auditVerbs } from "./audit.ts";
import { APPLY, changeValues } from "./change.ts";
import { type AdmittedRow, admitStatement, admittedBy, chargeValues, refuseStatement } from "./charge.ts";
import { migrate } from "./migrations.ts";
import { concludingStatement, takingStatement } from "./settle.ts";
import { type Statement, valuesFor } from "./statement.ts";
import {
  ADD_DATA_KEYS,
  DATA_KEYS,
  ENSURE_SUBJECT,
  FACTORS_NOT_UNDER,
  READ,
  REWRAP_DATA_KEY,
  ROTATE_DATA_KEY,
  SPEND,
} from "./statements.ts";

/** What is asked of a PostgreSQL client: a `Pool` of pg and a `PGlite` both have it. */
export interface PgClient {
  /** Runs one statement, with `$1` and so on bound to the values. */
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** What `prepare` asks beside that: a `Pool` of pg has it, a PGlite has not. */
interface PreparingClient {
  query(statement: { name: string; text: string; values: unknown[] }): Promise<{ rows: unknown[] }>;
}

/** The options of `postgresStore`. */
export interface PostgresStoreOptions {
  /**
   * Plan each statement once a connection instead of at every call: about half the time of a verification.
   * For pg alone, and not behind a pooler that hands connections on between transactions.
   * @defaultValue false
   */
  prepare?: boolean;
}

const EMPTY = laneState(EMPTY_LANE);

const UNSEEN: Omit<SubjectState, "lanes"> = { epoch: 0, factors: [], codes: [], devices: [], requiredSince: null, switchedOff: null };

/** Each try after the first follows a change of the same subject by somebody else, so a few always do. */
const MOST_TRIES = 50;

/**
 * Faults of PostgreSQL behind which nothing was done and the same statement may be run again: it gave way to
 * another (serialization failure, deadlock, SQLSTATE class 40), or another made the tables first.
 */
const PASSING = new Set(["40001", "40P01", "42P07"]);

/** A one-time id was spent by another at the same moment (unique_violation): nothing was done, so there is no answer yet. */
function ifTaken(error: unknown): never[] {
  if ((error as { code?: unknown }).code === "23505") return [];
  throw error;
}

/** The rows of an answer, however often it has to be asked for. */
async function retried<T>(run: () => Promise<{ rows: unknown[] }>): Promise<T[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await run()).rows as T[];
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (attempt === MOST_TRIES || typeof code !== "string" || !PASSING.has(code)) throw error;
    }
  }
}

/**
 * Keeps everything in PostgreSQL 15 or later, on a server through pg or in process through PGlite. Give it
 * a pool of its own: a verification that ran inside a caller's transaction would forget a failure when
 * that transaction rolls back. Every verb is one statement under READ COMMITTED, the server's default.
 *
 * @example
 * ```ts
 * import { createMfa, keyring } from "@nightlatch/core";
 * import { postgresStore } from "@nightlatch/core/stores/postgres";
 * import { Pool } from "pg";
 *
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL });
 * pool.on("error", (error) => console.error(error.message)); // without a listener a lost connection ends the process
 * const store = postgresStore(pool, { prepare: true });
 * const mfa = createMfa({ issuer: "Example", keys: keyring(process.env.NIGHTLATCH_KEYS), store });
 * await mfa.ready({ migrate: true });
 * ```
 */
export function postgresStore(client: PgClient, { prepare = false }: PostgresStoreOptions = {}): Store {
  const names = new Map<string, string>();
  /** One name for one text, the same in every process and release that has that text. */
  const nameOf = (text: string): string => {
    const name = names.get(text) ?? `nightlatch_${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
    names.set(text, name);
    return name;
  };
  const run = ({ text }: Statement, values: unknown[]): Promise<{ rows: unknown[] }> =>
    prepare ? (client as unknown as PreparingClient).query({ name: nameOf(text), text, values }) : client.query(text, values);

  const rowsOf = <T>(statement: Statement, named: Partial<Record<string, unknown>> = {}): Promise<T[]> => {
    const values = valuesFor(statement, named);
    return retried(() => run(statement, values));
  };

  const answers = async <T>(statement: Statement, named?: Partial<Record<string, unknown>>): Promise<T[]> =>
    (await rowsOf<{ answer: T }>(statement, named)).map(({ answer }) => answer);

  /**
   * Runs a statement that locks the subject's row. A subject never seen gets its row first; a `null` answer asks again,
   * as does a row just made, whatever else is given to ask.
   */
  const onSubject = async <T>(
    statement: Statement,
    named: SubjectKey & Partial<Record<string, unknown>>,
    again?: () => Promise<T | undefined>,
  ): Promise<T> => {
    for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
      const [answer] = await answers<T | null>(statement, named);
      if (answer === undefined) await answers(ENSURE_SUBJECT, named);
      else if (answer !== null) return answer;
      const other = await again?.();
      if (other !== undefined) return other;
    }
    throw new Error(`The subject's row was changed by others ${MOST_TRIES} times in a row, or can't be written.`);
  };

  return Object.freeze({
    async migrate() {
      await migrate((sql) => retried(() => client.query(sql)));
    },

    async dataKeys() {
      return await answers<DataKeyRow>(DATA_KEYS);
    },

    async addDataKeys(rows: readonly DataKeyRow[]) {
      await answers(ADD_DATA_KEYS, { rows: JSON.stringify(rows) });
    },

    async rotateDataKey({ id, use, wrapped, createdAt }: DataKeyRow) {
      for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
        const [isRotated] = await answers<boolean>(ROTATE_DATA_KEY, { id, use, wrapped, createdAt });
        if (isRotated) return;
      }
      throw new Error(`The active data key was changed by others ${MOST_TRIES} times in a row, or can't be written.`);
    },

    async rewrapDataKey({ id, from, to }: { id: string; from: string; to: string }) {
      await answers(REWRAP_DATA_KEY, { id, from, to });
    },

    async read({ tenant, subject }: SubjectKey) {
      const [found] = await answers<SubjectState>(READ, { tenant, subject });
      return found ?? { ...UNSEEN, lanes: { authenticator: EMPTY, recovery: EMPTY } };
    },

    async charge(charge: Charge) {
      const values = chargeValues(charge);
      const admit = async (): Promise<Charged | undefined> => {
        const [row] = await rowsOf<AdmittedRow>(admitStatement(charge), values);
        return row && admittedBy(row, charge);
      };
      return (await admit()) ?? (await onSubject<Charged>(refuseStatement(charge), values, admit));
    },

    async settle(settlement: Settlement) {
      const taking = takingStatement(settlement);
      const [won] = taking ? await answers<Outcome>(taking.statement, taking.values).catch(ifTaken) : [];
      if (won) return won;
      const { statement, values } = concludingStatement(settlement);
      return await onSubject<Outcome>(statement, values);
    },

    async apply(change: Change) {
      const { tenant, subject } = change;
      return await onSubject<Applied>(APPLY, { ...changeValues(change), tenant, subject });
    },

    async factorsNotUnder({ prefix, after, limit }: { prefix: string; after: string; limit: number }) {
      return await answers<OwnedFactorRow>(FACTORS_NOT_UNDER, { prefix, after, limit });
    },

    async spend({ id, expiresAt }: OneTimeId, now: number) {
      const [spent] = await answers<boolean>(SPEND, { id, keepUntil: expiresAt + KEEP_SPENT, now });
      return spent === true;
    },

    ...auditVerbs(answers),
  });
}
