import type { KeyObject } from "node:crypto";
import type { NewEvent } from "../audit/events.ts";
import { auditRow, eventOf } from "../audit/row.ts";
import { RECOVERY_CODE } from "../factors/recovery-code.ts";
import type { ChallengeClaims } from "../grants/challenge.ts";
import type { Bearer, GrantClaims } from "../grants/grant.ts";
import { type TokenKind, tokenKind } from "../grants/token.ts";
import { openDataKeys } from "../secrets/data-keys.ts";
import { createSeal, type Seal } from "../secrets/seal.ts";
import type { AuditRow, Change, FactorRow, SubjectKey, SubjectRecord } from "../stores/store.ts";
import { failClosed } from "./fail-closed.ts";
import type { Settings } from "./options.ts";
import type { Subject } from "./types.ts";

/** The assurance level of a second factor. */
export const ACR = "urn:nightlatch:acr:mfa";

/** What the opened data keys are used for. */
export interface OpenKeys {
  seal: Seal;
  pepper: KeyObject;
  /** The active key first. */
  audit: readonly [KeyObject, ...KeyObject[]];
  grants: TokenKind<GrantClaims>;
  challenges: TokenKind<ChallengeClaims>;
}

/** What the engine's parts share. */
export interface Engine extends Settings {
  /** Opened once; a failure is tried again by the next call. */
  openKeys(): Promise<OpenKeys>;
  /** Tells the host of events that are in the log. */
  tell(rows: readonly AuditRow[]): void;
}

/** A subject within its tenant, as stores name it. */
export const keyOf = ({ id, tenant = "" }: { id: string; tenant?: string | undefined }): SubjectKey => ({ tenant, subject: id });

/** A subject in its session, as grants name it. */
export const bearerOf = (subject: Subject): Bearer => ({ ...keyOf(subject), session: subject.session });

/** Factors that count: those enabled by a code. */
export const confirmed = (record: SubjectRecord): FactorRow[] => record.factors.filter((row) => row.confirmedAt !== null);

export const recoveryCodesLeft = ({ codes }: SubjectRecord): number =>
  codes.filter(({ type, used }) => type === RECOVERY_CODE && !used).length;

/** The methods that a subject could answer with, recovery codes last. */
export const methodsOf = (record: SubjectRecord): string[] => {
  const types = [...new Set(confirmed(record).map(({ type }) => type))];
  return types.length > 0 && recoveryCodesLeft(record) > 0 ? [...types, RECOVERY_CODE] : types;
};

/** Puts the engine's shared parts together. */
export function createEngine(settings: Settings): Engine {
  const store = failClosed(settings.store);
  let opened: Promise<OpenKeys> | undefined;

  const open = async (): Promise<OpenKeys> => {
    const keys = await openDataKeys(settings.keys, store, settings.clock());
    const [auditKey, ...olderAuditKeys] = keys.audit;
    return {
      seal: createSeal(keys.seal),
      pepper: keys.pepper[0].key,
      audit: [auditKey.key, ...olderAuditKeys.map(({ key }) => key)],
      grants: tokenKind<GrantClaims>("mfa-grant", keys.grant, { remember: true }),
      challenges: tokenKind<ChallengeClaims>("mfa-challenge", keys.grant, { remember: false }),
    };
  };

  return {
    ...settings,
    store,
    openKeys() {
      opened ??= open().catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      return opened;
    },
    tell(rows) {
      for (const row of rows) {
        // The event is in the log already: a listener that fails loses its own copy, never the verification.
        void (async () => settings.onEvent?.(eventOf(row)))().catch(() => undefined);
      }
    },
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
