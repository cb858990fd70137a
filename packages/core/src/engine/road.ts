import type { NewEvent } from "../audit/events.ts";
import { bearing, rowsByOutcome } from "../audit/row.ts";
import type { Attempt, Factor, Method } from "../factors/factor.ts";
import { RECOVERY_CODE } from "../factors/recovery-code.ts";
import { secondsUntil } from "../internal/duration.ts";
import { attemptsLeft } from "../lockout/policy.ts";
import { keyIdOf } from "../secrets/seal.ts";
import type { ChallengeMark, Charged, Claim, FactorRow, Lane, OneTimeId, Outcome, SubjectKey, SubjectRecord } from "../stores/store.ts";
import { codeHash } from "./codes.ts";
import { change, confirmed, type Engine, type OpenKeys, recoveryCodesLeft } from "./engine.ts";
import { factorAad } from "./factor-aad.ts";
import { resealRow } from "./keys.ts";
import type { Attempted } from "./observer.ts";
import type { Refusal } from "./results.ts";

/** A code on its way. */
export interface Walk {
  who: SubjectKey;
  /** As it came: nothing is assumed of it. */
  code: unknown;
  /** The code after it, where two in a row bring an authenticator back (RFC 4226 §7.4). */
  next?: unknown;
  /** The rows that may answer: those enabled, or the one that waits to be. */
  rows?: (record: SubjectRecord, now: number) => FactorRow[];
  /** Only this authenticator may answer. */
  factorId?: string | undefined;
  /** Only these factors may answer. */
  methods?: readonly Method[] | undefined;
  /** The challenge being answered. A right code spends it, unless it is wanted again. */
  challenge?: (ChallengeMark & OneTimeId & { isKept?: boolean }) | undefined;
  purpose?: string | undefined;
}

/** A code that was right, and whose claim was taken. */
export interface Arrived {
  ok: true;
  factor: Factor;
  /** The authenticator that answered; a one-time code has none. */
  row?: FactorRow;
  /** What a pending authenticator wants kept in place of what its set-up made. */
  learned?: Uint8Array;
  /** As the charge saw it; the epoch was the same when the claim was taken. */
  record: SubjectRecord;
  recoveryCodesLeft?: number;
}

interface Candidate {
  factor: Factor;
  code: string;
  next?: string;
}

interface Found {
  factor: Factor;
  claim: Claim;
  row?: FactorRow;
  drift?: number;
  learned?: Uint8Array;
}

/** Longer input is refused before anything is touched, unless a factor of the host's says that its own is longer. */
const LONGEST_CODE = 64;

/**
 * 1. Parse. Each factor parses what could be its own. All candidates charge one lane, that of the first.
 */
function parse({ factors }: Engine, { code, next, methods }: Walk): Candidate[] {
  const candidates: Candidate[] = [];
  const own = (factor: Factor, input: unknown): string | undefined => {
    if (typeof input !== "string" || input.length > (factor.longest ?? LONGEST_CODE)) return undefined;
    try {
      const parsed: unknown = factor.parse(input);
      return typeof parsed === "string" ? parsed : undefined;
    } catch {
      // What a factor can't read is not its own; another may.
      return undefined;
    }
  };
  for (const factor of factors) {
    if (methods && !methods.includes(factor.type)) continue;
    const parsed = own(factor, code);
    if (parsed === undefined) continue;
    if (next === undefined) candidates.push({ factor, code: parsed });
    else {
      const after = factor.resync && own(factor, next);
      if (after !== undefined) candidates.push({ factor, code: parsed, next: after });
    }
  }
  return candidates.filter(({ factor }) => factor.lane === candidates[0]?.factor.lane);
}

/** Whether a claim was taken when its attempt was charged: what was taken once stays so, and nothing is claimed then. */
const isTaken = ({ factors, codes }: SubjectRecord, claim: Claim): boolean =>
  claim.kind === "position"
    ? factors.some(({ id, position }) => id === claim.factorId && position >= claim.position)
    : codes.some(({ hash, used }) => hash === claim.hash && used);

/** What a factor was shown. */
interface Shown {
  rows: readonly FactorRow[];
  codes: readonly string[];
}

/** A factor's answer if it claims something that the factor was shown. Truth is not enough. */
function foundBy(factor: Factor, answer: unknown, { rows, codes }: Shown): Found | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const { kind, factorId, position, hash, drift, learned } = answer as Partial<Record<string, unknown>>;
  if (kind === "code" && typeof hash === "string" && codes.includes(hash)) return { factor, claim: { kind, hash } };
  const row = kind === "position" ? rows.find(({ id }) => id === factorId) : undefined;
  if (!row || !Number.isSafeInteger(position) || (position as number) < 0) return undefined;
  return {
    factor,
    claim: { kind: "position", factorId: row.id, position: position as number },
    row,
    ...(Number.isSafeInteger(drift) ? { drift: drift as number } : {}),
    ...(learned instanceof Uint8Array ? { learned } : {}),
  };
}

/** Where an authenticator is named nothing else answers, and one that has to be named answers to its name alone. */
const isAddressed = ({ rows, factorId }: Walk): boolean => rows !== undefined || factorId !== undefined;

/** What a factor may see of a subject. */
function shown(factor: Factor, journey: Walk, rows: readonly FactorRow[], { codes }: SubjectRecord, now: number): Shown {
  // A code that has lapsed is a wrong one, and no replay.
  const live = codes.filter(({ type, expiresAt }) => type === factor.type && (expiresAt === null || expiresAt > now));
  return {
    rows: factor.named && !isAddressed(journey) ? [] : rows.filter(({ type }) => type === factor.type),
    codes: isAddressed(journey) || factor.codeless ? [] : live.map(({ hash }) => hash),
  };
}

/**
 * 3. Match. Candidates answer with a claim or nothing. Secrets are decrypted here and nowhere else on the road.
 */
async function match(
  keys: OpenKeys,
  journey: Walk,
  candidates: Candidate[],
  rows: readonly FactorRow[],
  record: SubjectRecord,
  now: number,
): Promise<{ found?: Found; faults: NewEvent[] }> {
  const { who, challenge } = journey;
  const faults: NewEvent[] = [];
  for (const { factor, code, next } of candidates) {
    const own = shown(factor, journey, rows, record, now);
    const attempt: Attempt = {
      code,
      now,
      ...own,
      ...(challenge ? { challenge: challenge.id } : {}),
      open(row) {
        try {
          return keys.seal.open(row.secret, factorAad(who, row));
        } catch {
          faults.push({ type: "secret_unreadable", factorId: row.id });
          return undefined;
        }
      },
      codeHash: (canonical, bound) => codeHash(keys.pepper, who, factor.type, canonical, bound),
    };
    let answer: unknown;
    try {
      answer = await (next === undefined ? factor.match(attempt) : factor.resync?.({ ...attempt, next }));
    } catch {
      faults.push({ type: "factor_faulty", method: factor.type });
      continue;
    }
    if (answer === undefined) continue;
    const found = foundBy(factor, answer, own);
    if (found) return { found, faults };
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

/** The events of each outcome, decided before the outcome is known: the store appends those of the one it finds. */
function eventsFor(
  engine: Engine,
  walk: Walk,
  charged: Charged & { admitted: true },
  lane: Lane,
  found: Found | undefined,
  faults: readonly NewEvent[],
): Record<Outcome, NewEvent[]> {
  const { schedule } = engine;
  const purpose = walk.purpose === undefined ? {} : { purpose: walk.purpose };
  const refusals = charged.refusals > 0 ? { refusals: charged.refusals } : {};
  const what = found && { method: found.factor.type, ...(found.row ? { factorId: found.row.id } : {}) };

  // Won or not, the attempt was charged: what the charge brought is told with every outcome but success.
  const brought: NewEvent[] = [];
  if (charged.lockedUntil !== null) brought.push({ type: "locked", lane, until: charged.lockedUntil });
  if (charged.tally === schedule.noticeAt) brought.push({ type: "guessing_noticed", lane, tally: charged.tally });
  const stale: NewEvent[] = [...faults, { type: "challenge_dead", ...(what ? { method: what.method } : {}), ...purpose }, ...brought];
  if (!what) {
    const left = attemptsLeft(schedule, charged.seen.run);
    const failed: NewEvent = { type: "verification_failed", lane, ...purpose, attemptsLeft: left, ...refusals };
    return { won: [], lost: [...faults, failed, ...brought], stale };
  }
  const drift = found.drift === undefined ? {} : { drift: found.drift };
  const won: NewEvent[] = [...faults, { type: "verified", ...what, ...purpose, ...drift, ...refusals }];
  if (found.factor.type === RECOVERY_CODE) won.push({ type: "recovery_code_used", left: recoveryCodesLeft(charged.record) - 1 });
  return { won, lost: [...faults, { type: "code_replayed", ...what, ...purpose }, ...brought], stale };
}

/** The rows that may answer. */
function eligible({ rows, factorId }: Walk, record: SubjectRecord, now: number): FactorRow[] {
  const all = rows?.(record, now) ?? confirmed(record);
  return factorId === undefined ? all : all.filter(({ id }) => id === factorId);
}

/** What the bearer of a code that did not count is told. */
function denied(engine: Engine, { seen, lockedUntil }: Charged & { admitted: true }, found: Found | undefined, now: number): Refusal {
  return {
    ok: false,
    reason: found ? "replayed" : "invalid",
    attemptsLeft: attemptsLeft(engine.schedule, seen.run),
    ...(lockedUntil === null ? {} : { retryAfter: secondsUntil(lockedUntil, now) }),
  };
}

/**
 * The one road. Every code that anyone submits, for whatever reason, walks it: parse, charge, match,
 * settle. Charging comes before any comparison and settling always follows, so parallel guesses are
 * counted before they are judged, and a fault at any step leaves the attempt counted and denied.
 */
export const walk = (engine: Engine, journey: Walk): Promise<Arrived | Refusal> =>
  engine.judging(journey.purpose, (attempted) => travel(engine, journey, attempted));

async function travel(engine: Engine, journey: Walk, attempted: Attempted): Promise<Arrived | Refusal> {
  const { who, challenge } = journey;
  const candidates = parse(engine, journey);
  const [first] = candidates;
  if (!first) return { ok: false, reason: "invalid" };
  if (candidates.length === 1) attempted.method = first.factor.type;
  const { lane } = first.factor;
  await engine.openKeys();
  const { store, schedule } = engine;
  const now = engine.clock();

  const codes = isAddressed(journey) ? [] : candidates.filter(({ factor }) => !factor.codeless).map(({ factor }) => factor.type);
  const charging = store.charge({ ...who, lane, now, schedule, codes, ...(challenge ? { challenge } : {}) });
  // While the store is at it.
  const begun = bearing(who, now);
  const charged = await charging;
  if (!charged.admitted) return await refuse(engine, who, lane, charged);
  const { record, seen } = charged;

  const rows = eligible(journey, record, now).filter(({ type }) => candidates.some(({ factor }) => factor.type === type));
  // A secret may be sealed under a key that another process made since.
  const keys = await engine.openKeys(rows.map(({ secret }) => keyIdOf(secret)).filter((id) => id !== ""));
  const { found, faults } = await match(keys, journey, candidates, rows, record, now);
  if (found) attempted.method = found.factor.type;

  const events = eventsFor(engine, journey, charged, lane, found, faults);
  const audit = rowsByOutcome(keys.audit[0], begun, events);
  const outcome = await store.settle({
    ...who,
    lane,
    now,
    schedule,
    seen,
    epoch: record.epoch,
    ...(found && !isTaken(record, found.claim) ? { claim: found.claim } : {}),
    ...(challenge && !challenge.isKept ? { spend: challenge } : {}),
    audit,
  });
  // Only these three words are an outcome; anything else a store says is a denial, and tells of nothing.
  if (outcome !== "won" && outcome !== "lost" && outcome !== "stale") return { ok: false, reason: "invalid" };
  engine.tell(audit[outcome]);

  if (outcome === "stale") return { ok: false, reason: "expired" };
  if (outcome === "lost" || !found) return denied(engine, charged, found, now);
  const { factor, row, learned } = found;
  // A secret that is about to be put in place of this one is sealed anew anyway.
  if (row && !learned && keyIdOf(row.secret) !== keys.seal.activeId) await resealRow(engine, who, row);
  return {
    ok: true,
    factor,
    ...(row ? { row } : {}),
    ...(learned ? { learned } : {}),
    record,
    ...(factor.type === RECOVERY_CODE ? { recoveryCodesLeft: recoveryCodesLeft(record) - 1 } : {}),
  };
}
