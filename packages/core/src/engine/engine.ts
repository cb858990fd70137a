import type { KeyObject } from "node:crypto";
import type { NewEvent } from "../audit/events.ts";
import { auditRow, eventOf } from "../audit/row.ts";
import { RECOVERY_CODE } from "../factors/recovery-code.ts";
import type { ChallengeClaims } from "../grants/challenge.ts";
import type { GrantClaims } from "../grants/grant.ts";
import { grantKeys, type PublicJwk, publicJwk } from "../grants/grant-keys.ts";
import { type TokenKind, tokenKind } from "../grants/token.ts";
import { equal } from "../internal/equal.ts";
import { keepKeys } from "../secrets/kept-keys.ts";
import { keyedHash } from "../secrets/keyed-hash.ts";
import { createSeal, type Seal } from "../secrets/seal.ts";
import type { AuditRow, Change, FactorRow, SubjectKey, SubjectRecord, SubjectState } from "../stores/store.ts";
import { failClosed } from "./fail-closed.ts";
import { createObserver, type Observer } from "./observer.ts";
import type { Settings } from "./options.ts";

/** What the opened data keys are used for. */
export interface OpenKeys {
  seal: Seal;
  pepper: KeyObject;
  /** The active key first. */
  audit: readonly [KeyObject, ...KeyObject[]];
  grants: TokenKind<GrantClaims>;
  challenges: TokenKind<ChallengeClaims>;
  /** The public keys of EdDSA, whether or not grants are signed by it now, each with when it ends (milliseconds since 1970). */
  jwks: readonly { jwk: PublicJwk; until: number }[];
  /** Whether the data key of this id is open, whatever it is for. */
  has(keyId: string): boolean;
}

/** What the engine's parts share. */
export interface Engine extends Settings {
  /**
   * Opened once; a failure is tried again by the next call. With the ids of keys that are `needed`, one of which isn't
   * open, the store is looked at once for keys that other processes have added; empty ids are passed over.
   */
  openKeys(needed?: readonly string[]): Promise<OpenKeys>;
  /** What `recentKeys` would give, without waiting; `undefined` where it would look. */
  keysNow(): OpenKeys | undefined;
  /** With whatever the store holds now: where it matters which key is the active one. */
  freshKeys(): Promise<OpenKeys>;
  /** Those to sign and verify with: no more than an hour after another process made new ones. */
  recentKeys(): Promise<OpenKeys>;
  /** Tells the host of events that are in the log. */
  tell(rows: readonly AuditRow[]): void;
  /** Has the judgement of a code counted. */
  judging: Observer["judging"];
}

/** Factors that count: those enabled by a code. */
export const confirmed = (record: SubjectRecord): FactorRow[] => record.factors.filter((row) => row.confirmedAt !== null);

export const recoveryCodesLeft = ({ codes }: SubjectRecord): number =>
  codes.filter(({ type, used }) => type === RECOVERY_CODE && !used).length;

/** The methods that a subject holds, recovery codes last. */
const heldBy = (record: SubjectRecord): string[] => {
  const types = [...new Set(confirmed(record).map(({ type }) => type))];
  return types.length > 0 && recoveryCodesLeft(record) > 0 ? [...types, RECOVERY_CODE] : types;
};

/** The methods that a subject could answer with: those it holds, and codes that can be delivered to it. */
export function methodsOf({ factors, via }: Pick<Settings, "factors" | "via">, record: SubjectRecord): string[] {
  const held = heldBy(record);
  const delivered = factors.filter(({ type, delivery }) => delivery && (held.length > 0 || type === via)).map(({ type }) => type);
  return [...held, ...delivered];
}

/**
 * The mark under which MFA is switched off: nobody can make one without the pepper, so an edited row does not
 * let a subject in by password alone.
 */
export const switchMark = ({ pepper }: OpenKeys, { tenant, subject }: SubjectKey): string =>
  keyedHash(pepper, ["switched-off", tenant, subject]);

/**
 * Whether MFA is switched off for this subject, under a mark of ours. A forged one is told of and taken away, by whoever
 * sees it first: it would be told of at each look otherwise.
 */
export async function isMarkedOff(engine: Engine, who: SubjectKey, { switchedOff, epoch }: SubjectState): Promise<boolean> {
  if (switchedOff === null) return false;
  if (equal(switchedOff, switchMark(await engine.openKeys(), who))) return true;
  await change(engine, who, [{ type: "switch_forged" }], { switchedOff: "", epoch });
  return false;
}

/** Whether MFA is switched off, for everybody or for this subject. */
export const isSwitchedOff = async (engine: Engine, who: SubjectKey, state: SubjectState): Promise<boolean> =>
  engine.switchedOff || (await isMarkedOff(engine, who, state));

/** Puts the engine's shared parts together. */
export function createEngine(settings: Settings): Engine {
  const observer = createObserver(settings);
  const store = observer.watched(failClosed(settings.store));
  const kept = keepKeys(settings.keys, store, settings.clock, (keys): OpenKeys => {
    const [auditKey, ...olderAuditKeys] = keys.audit;
    const signing = grantKeys(keys.grant);
    return {
      seal: createSeal(keys.seal),
      pepper: keys.pepper[0].key,
      audit: [auditKey.key, ...olderAuditKeys.map(({ key }) => key)],
      grants: tokenKind<GrantClaims>("mfa-grant", signing, { remember: true, algorithm: settings.grantAlgorithm }),
      // Only we read challenges, so nobody needs a public key for them.
      challenges: tokenKind<ChallengeClaims>("mfa-challenge", signing, { remember: false, algorithm: "HS256" }),
      jwks: signing.map((key) => ({ jwk: publicJwk(key), until: key.until })),
      has: keys.has,
    };
  });

  return {
    ...settings,
    store,
    openKeys: kept.open,
    keysNow: kept.now,
    freshKeys: kept.fresh,
    recentKeys: kept.recent,
    tell(rows) {
      for (const row of rows) {
        observer.told(row);
        // The event is in the log already: a listener that fails loses its own copy, never the verification.
        void (async () => settings.onEvent?.(eventOf(row)))().catch(() => undefined);
      }
    },
    judging: observer.judging,
  };
}

/** Makes a change with its events, and tells of them once it is made. */
export async function change(
  engine: Engine,
  who: SubjectKey,
  events: readonly NewEvent[],
  what: Omit<Change, "tenant" | "subject" | "now" | "audit">,
): Promise<{ applied: boolean; epoch: number }> {
  const keys = await engine.openKeys();
  const now = engine.clock();
  const audit = events.map((event) => auditRow(keys.audit[0], who, now, event));
  const result = await engine.store.apply({ tenant: who.tenant, subject: who.subject, now, ...what, audit });
  if (result.applied) engine.tell(audit);
  return result;
}
