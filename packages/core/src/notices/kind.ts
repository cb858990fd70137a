import type { MfaEvent, MfaEventOf } from "../audit/events.ts";
import type { NoticeKind, NoticeStrings } from "./strings.ts";

/** What an event means to the subject that it happened to. */
export interface Meaning {
  kind: NoticeKind;
  advice: keyof NoticeStrings["advice"];
  method?: string;
  /** The end of a lock, and what is locked. */
  lock?: { until: Date; isRecovery: boolean };
  /** No authenticator is left. */
  isLast?: boolean;
  codesLeft?: number;
  wrongCodes?: number;
}

const own = (kind: NoticeKind, more: Omit<Meaning, "kind" | "advice"> = {}): Meaning => ({ kind, advice: "own", ...more });
const byAdmin = (kind: NoticeKind): Meaning => ({ kind, advice: "admin" });

type Reading = { [T in MfaEvent["type"]]?: (event: MfaEventOf<T>, lowAt: number) => Meaning };

const READINGS: Reading = {
  factor_enabled: ({ method, replaces }) => own(replaces === undefined ? "factor_enabled" : "factor_replaced", { method }),
  factor_imported: ({ method }) => own("factor_imported", { method }),
  factor_removed: ({ method, last }) => own("factor_removed", { method, isLast: last }),
  mfa_disabled: () => own("mfa_disabled"),
  recovery_codes_replaced: () => own("recovery_codes_replaced"),
  recovery_code_used: ({ left }, lowAt) => own(left <= lowAt ? "recovery_codes_low" : "recovery_code_used", { codesLeft: left }),
  device_trusted: () => own("device_trusted"),
  code_replayed: ({ method }) => ({ kind: "code_replayed", advice: "attempt", method }),
  locked: ({ lane, until }) => ({
    kind: "locked",
    advice: "attempt",
    lock: { until: new Date(until), isRecovery: lane === "recovery" },
  }),
  guessing_noticed: ({ tally }) => ({ kind: "guessing_noticed", advice: "attempt", wrongCodes: tally }),
  unlocked: () => byAdmin("unlocked"),
  mfa_reset: () => byAdmin("mfa_reset"),
  mfa_switched_off: () => byAdmin("mfa_switched_off"),
  mfa_switched_on: () => byAdmin("mfa_switched_on"),
};

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** Whether all that the event's type should say is there. */
function isWhole(meaning: Meaning): boolean {
  if ("method" in meaning && typeof meaning.method !== "string") return false;
  if (meaning.lock && Number.isNaN(meaning.lock.until.getTime())) return false;
  return (["codesLeft", "wrongCodes"] as const).every((count) => !(count in meaning) || isCount(meaning[count]));
}

/**
 * What an event means, or nothing: most are not the subject's business. A row that somebody edited may lack
 * what its type should say; it tells nobody anything, rather than stop whoever follows the log.
 */
export function meaningOf(event: MfaEvent, lowAt: number): Meaning | undefined {
  const read = Object.hasOwn(READINGS, event.type) ? (READINGS[event.type] as (event: MfaEvent, lowAt: number) => Meaning) : undefined;
  const meaning = read?.(event, lowAt);
  return meaning && isWhole(meaning) && !Number.isNaN(event.at.getTime()) ? meaning : undefined;
}
