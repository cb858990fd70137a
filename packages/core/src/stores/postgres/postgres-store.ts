import { createHash } from "node:crypto";
import type { DataKeyRow } from "../../secrets/data-keys.ts";
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
  StoredAuditRow,
  SubjectKey,
  SubjectState,
} from "../store.ts";
import { CHARGE, SETTLE } from "./attempt.ts";
import { APPLY, changeValues } from "./change.ts";
import { migrate } from "./migrations.ts";
import {
  ADD_DATA_KEYS,
  AUDIT_PAGE,
  BLANK,
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

const EMPTY_LANE = { attempts: 0, forgiven: 0, tally: 0, tallyAt: 0, lockedUntil: null };

const UNSEEN: Omit<SubjectState, "lanes"> = { epoch: 0, factors: [], codes: [], devices: [], requiredSince: null, switchedOffAt: null };

/** Each try after the first follows a change of the same subject by somebody else, so a few always do. */
const MOST_TRIES = 50;

/**
 * Faults of PostgreSQL behind which nothing was done and the same statement may be run again: it gave way to
 * another (serialization failure, deadlock, SQLSTATE class 40), or another made the tables first.
 */
const PASSING = new Set(["40001", "40P01", "42P07"]);

async function retried<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (attempt === MOST_TRIES || typeof code !== "string" || !PASSING.has(code)) throw error;
    }
  }
}

/** A day: how long a one-time id outlives its expiry, lest a clock that steps back revive it. */
const KEEP_SPENT = 86_400_000;

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
  const run = (text: string, values: unknown[]): Promise<{ rows: unknown[] }> =>
    prepare ? (client as unknown as PreparingClient).query({ name: nameOf(text), text, values }) : client.query(text, values);

  const answers = async <T>(text: string, values: unknown[]): Promise<T[]> => {
    const { rows } = await retried(() => run(text, values));
    return (rows as { answer: T }[]).map(({ answer }) => answer);
  };

  /** Runs a statement that locks the subject's row; a subject never seen gets its row first, a `null` answer asks again. */
  const onSubject = async <T>({ tenant, subject }: SubjectKey, text: string, values: unknown[]): Promise<T> => {
    for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
      const [answer] = await answers<T | null>(text, [tenant, subject, ...values]);
      if (answer === undefined) await client.query(ENSURE_SUBJECT, [tenant, subject]);
      else if (answer !== null) return answer;
    }
    throw new Error(`The subject's row was changed by others ${MOST_TRIES} times in a row, or can't be written.`);
  };

  return Object.freeze({
    async migrate() {
      await migrate((sql) => retried(() => client.query(sql)));
    },

    async dataKeys() {
      return await answers<DataKeyRow>(DATA_KEYS, []);
    },

    async addDataKeys(rows: readonly DataKeyRow[]) {
      await answers(ADD_DATA_KEYS, [JSON.stringify(rows)]);
    },

    async rotateDataKey({ id, use, wrapped, createdAt }: DataKeyRow) {
      for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
        const [isRotated] = await answers<boolean>(ROTATE_DATA_KEY, [id, use, wrapped, createdAt]);
        if (isRotated) return;
      }
      throw new Error(`The active data key was changed by others ${MOST_TRIES} times in a row, or can't be written.`);
    },

    async rewrapDataKey({ id, from, to }: { id: string; from: string; to: string }) {
      await answers(REWRAP_DATA_KEY, [id, from, to]);
    },

    async read({ tenant, subject }: SubjectKey) {
      const [found] = await answers<SubjectState>(READ, [tenant, subject]);
      return found ?? { ...UNSEEN, lanes: { authenticator: EMPTY_LANE, recovery: EMPTY_LANE } };
    },

    async charge({ lane, now, schedule, challenge, ...who }: Charge) {
      const { issuedAt = null, epoch = null, id = null } = challenge ?? {};
      const values = [now, schedule.locks, schedule.leakEvery, schedule.suspendAt, issuedAt, epoch, id];
      return await onSubject<Charged>(who, CHARGE[lane], values);
    },

    async settle({ lane, now, schedule, seen, epoch, claim, spend, audit, ...who }: Settlement) {
      const position = claim?.kind === "position" ? claim : undefined;
      return await onSubject<Outcome>(who, SETTLE[lane], [
        now,
        epoch,
        position?.factorId ?? null,
        position?.position ?? null,
        claim?.kind === "code" ? claim.hash : null,
        spend?.id ?? null,
        spend ? spend.expiresAt + KEEP_SPENT : null,
        seen.attempt,
        seen.lockedUntil,
        schedule.locks,
        JSON.stringify(audit),
      ]);
    },

    async apply({ tenant, subject, ...change }: Change) {
      const result = await onSubject<Applied>({ tenant, subject }, APPLY, changeValues(change));
      if (change.blank && result.applied) await client.query(BLANK, [tenant, subject]);
      return result;
    },

    async factorsNotUnder({ prefix, after, limit }: { prefix: string; after: string; limit: number }) {
      return await answers<OwnedFactorRow>(FACTORS_NOT_UNDER, [prefix, after, limit]);
    },

    async spend({ id, expiresAt }: OneTimeId, now: number) {
      const [spent] = await answers<boolean>(SPEND, [id, expiresAt + KEEP_SPENT, now]);
      return spent === true;
    },

    async auditPage({ after, limit, who }: { after: number; limit: number; who?: SubjectKey }) {
      return await answers<StoredAuditRow>(AUDIT_PAGE, [after, limit, who !== undefined, who?.tenant ?? null, who?.subject ?? null]);
    },
  });
}
