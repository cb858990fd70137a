import type { NewEvent } from "../audit/events.ts";
import { auditRow } from "../audit/row.ts";
import type { Amr, Factor, Method } from "../factors/factor.ts";
import { attemptsLeft } from "../lockout/policy.ts";
import { keyedHash } from "../secrets/keyed-hash.ts";
import type {
  AuditRow,
  ChallengeMark,
  Charged,
  Claim,
  FactorRow,
  Lane,
  OneTimeId,
  Outcome,
  SubjectKey,
  SubjectRecord,
} from "../stores/store.ts";
import { change, confirmed, type Engine, type OpenKeys, recoveryCodesLeft } from "./engine.ts";
import { factorAad } from "./factor-aad.ts";
import type { Refusal } from "./types.ts";

/** Longer input is refused before anything is touched. */
const LONGEST_CODE = 64;

/** A code on its way. */
export interface Walk {
  who: SubjectKey;
  /** As it came: nothing is assumed of it. */
  code: unknown;
  /** The rows that may answer: those enabled, or the one that waits to be. */
  rows?: (record: SubjectRecord, now: number) => FactorRow[];
  /** Only these factors may answer. */
  methods?: readonly Method[] | undefined;
  /** The challenge being answered; a right code spends it. */
  challenge?: ChallengeMark & OneTimeId;
  purpose?: string | undefined;
}

/** A code that was right, and whose claim was taken. */
export interface Arrived {
  ok: true;
  method: Method;
  amr: readonly Amr[];
  factorId?: string;
  /** As the charge saw it; the epoch was the same when the claim was taken. */
  record: SubjectRecord;
  recoveryCodesLeft?: number;
}

interface Candidate {
  factor: Factor;
  code: string;
}

interface Match {
  factor: Factor;
  claim: Claim;
}

/**
 * 1. Parse. Each factor parses what could be its own. All candidates charge one lane, that of the first.
 */
function parse({ factors }: Engine, { code, methods }: Walk): Candidate[] {
  if (typeof code !== "string" || code.length > LONGEST_CODE) return [];
  const candidates: Candidate[] = [];
  for (const factor of factors) {
    if (methods && !methods.includes(factor.type)) continue;
    const own = factor.parse(code);
    if (typeof own === "string") candidates.push({ factor, code: own });
  }
  return candidates.filter(({ factor }) => factor.lane === candidates[0]?.factor.lane);
}

/** Whether a factor's answer is a claim to something that it was shown. Truth is not enough. */
function isClaim(value: unknown, rows: readonly FactorRow[], recoveryHashes: readonly string[]): value is Claim {
  if (typeof value !== "object" || value === null) return false;
  const claim = value as Partial<Record<string, unknown>>;
  if (claim.kind === "position") {
    return rows.some(({ id }) => id === claim.factorId) && Number.isSafeInteger(claim.position) && (claim.position as number) >= 0;
  }
  return claim.kind === "recovery" && typeof claim.hash === "string" && recoveryHashes.includes(claim.hash);
}

/**
 * 3. Match. Candidates answer with a claim or nothing. Secrets are decrypted here and nowhere else.
 */
function match(
  keys: OpenKeys,
  who: SubjectKey,
  candidates: Candidate[],
  rows: FactorRow[],
  hashes: string[],
  now: number,
): { match?: Match; faults: NewEvent[] } {
  const faults: NewEvent[] = [];
  for (const { factor, code } of candidates) {
    const own = rows.filter(({ type }) => type === factor.type);
    let claim: unknown;
    try {
      claim = factor.match({
        code,
        now,
        rows: own,
        recoveryHashes: hashes,
        open(row) {
          try {
            return keys.seal.open(row.secret, factorAad(who, row));
          } catch {
            faults.push({ type: "secret_unreadable", factorId: row.id });
            return undefined;
          }
        },
        recoveryHash: (canonical) => keyedHash(keys.pepper, ["recovery", who.tenant, who.subject, canonical]),
      });
    } catch {
      faults.push({ type: "factor_faulty", method: factor.type });
      continue;
    }
    if (claim === undefined) continue;
    if (isClaim(claim, own, hashes)) return { match: { factor, claim }, faults };
    faults.push({ type: "factor_faulty", method: factor.type });
  }
  return { faults };
}

async function refuse(engine: Engine, who: SubjectKey, lane: Lane, charged: Charged & { admitted: false }): Promise<Refusal> {
  if (charged.reason === "expired") return { ok: false, reason: "expired" };
  // The first refusal under a lock is a row of its own; the store counts the rest.
  if (charged.first) await change(engine, who, [{ type: "refused", lane, until: charged.until }], {});
  return { ok: false, reason: "locked", retryAfter: secondsUntil(charged.until, engine.clock()) };
}

const secondsUntil = (until: number, now: number): number => Math.max(1, Math.ceil((until - now) / 1000));

/** The events of each outcome, decided before the outcome is known: the store appends those of the one it finds. */
function eventsFor(
  engine: Engine,
  walk: Walk,
  charged: Charged & { admitted: true },
  lane: Lane,
  found: Match | undefined,
): Record<Outcome, NewEvent[]> {
  const { schedule } = engine;
  const purpose = walk.purpose === undefined ? {} : { purpose: walk.purpose };
  const refusals = charged.refusals > 0 ? { refusals: charged.refusals } : {};
  const what = found && { method: found.factor.type, ...(found.claim.kind === "position" ? { factorId: found.claim.factorId } : {}) };

  // Won or not, the attempt was charged: what the charge brought is told with every outcome but success.
  const brought: NewEvent[] = [];
  if (charged.lockedUntil !== null) brought.push({ type: "locked", lane, until: charged.lockedUntil });
  if (charged.tally === schedule.noticeAt) brought.push({ type: "guessing_noticed", lane, tally: charged.tally });
  const stale: NewEvent[] = [{ type: "challenge_dead", ...(what ? { method: what.method } : {}), ...purpose }, ...brought];
  if (!what) {
    const left = attemptsLeft(schedule, charged.seen.run);
    const failed: NewEvent = { type: "verification_failed", lane, ...purpose, attemptsLeft: left, ...refusals };
    return { won: [], lost: [failed, ...brought], stale };
  }
  const won: NewEvent[] = [{ type: "verified", ...what, ...purpose, ...refusals }];
  if (found.claim.kind === "recovery") won.push({ type: "recovery_code_used", left: recoveryCodesLeft(charged.record) - 1 });
  return { won, lost: [{ type: "code_replayed", ...what, ...purpose }, ...brought], stale };
}

/**
 * The one road. Every code that anyone submits, for whatever reason, walks it: parse, charge, match,
 * settle. Charging comes before any comparison and settling always follows, so parallel guesses are
 * counted before they are judged, and a fault at any step leaves the attempt counted and denied.
 */
export async function walk(engine: Engine, journey: Walk): Promise<Arrived | Refusal> {
  const { who, challenge } = journey;
  const candidates = parse(engine, journey);
  const [first] = candidates;
  if (!first) return { ok: false, reason: "invalid" };
  const { lane } = first.factor;
  const keys = await engine.openKeys();
  const { store, schedule } = engine;
  const now = engine.clock();

  const charged = await store.charge({ ...who, lane, now, schedule, ...(challenge ? { challenge } : {}) });
  if (!charged.admitted) return await refuse(engine, who, lane, charged);
  const { record, seen } = charged;

  const hashes = record.recoveryCodes.map(({ hash }) => hash);
  const rows = journey.rows?.(record, now) ?? confirmed(record);
  const { match: found, faults } = match(keys, who, candidates, rows, hashes, now);

  const events = eventsFor(engine, journey, charged, lane, found);
  const rowsOf = (outcome: Outcome): AuditRow[] => [...faults, ...events[outcome]].map((event) => auditRow(keys.audit[0], who, now, event));
  const audit = { won: rowsOf("won"), lost: rowsOf("lost"), stale: rowsOf("stale") };
  const outcome = await store.settle({
    ...who,
    lane,
    now,
    schedule,
    seen,
    epoch: record.epoch,
    ...(found ? { claim: found.claim } : {}),
    ...(challenge ? { spend: challenge } : {}),
    audit,
  });
  // Only these three words are an outcome; anything else a store says is a denial, and tells of nothing.
  if (outcome !== "won" && outcome !== "lost" && outcome !== "stale") return { ok: false, reason: "invalid" };
  engine.tell(audit[outcome]);

  if (outcome === "stale") return { ok: false, reason: "expired" };
  if (outcome === "lost" || !found) {
    return {
      ok: false,
      reason: found ? "replayed" : "invalid",
      attemptsLeft: attemptsLeft(schedule, seen.run),
      ...(charged.lockedUntil === null ? {} : { retryAfter: secondsUntil(charged.lockedUntil, now) }),
    };
  }
  return {
    ok: true,
    method: found.factor.type,
    amr: found.factor.amr,
    ...(found.claim.kind === "position" ? { factorId: found.claim.factorId } : { recoveryCodesLeft: recoveryCodesLeft(record) - 1 }),
    record,
  };
}
