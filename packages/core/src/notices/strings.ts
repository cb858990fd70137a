/** What a notice is about: the event's type, except for the two that say more than the type does. */
export type NoticeKind =
  | "factor_enabled"
  | "factor_replaced"
  | "factor_imported"
  | "factor_removed"
  | "mfa_disabled"
  | "recovery_codes_replaced"
  | "recovery_code_used"
  | "recovery_codes_low"
  | "code_replayed"
  | "locked"
  | "guessing_noticed"
  | "device_trusted"
  | "unlocked"
  | "mfa_reset"
  | "mfa_switched_off"
  | "mfa_switched_on";

/**
 * A sentence that counts, in the plural forms of its language (`Intl.PluralRules`). `zero` is said of none in
 * every language; a form that is not given is said as `other`. Placeholder: `{count}`.
 */
export type NoticePlural = { zero: string; other: string } & Partial<Record<"one" | "two" | "few" | "many", string>>;

/**
 * All that notices say, in one language. Placeholders stand in braces: `{issuer}` in titles, bodies and the
 * footer, `{until}` in what is said of a lock, `{name}` in the greeting, `{count}` in plurals.
 */
export interface NoticeStrings {
  /** The language's BCP 47 tag, as `lang` says it. */
  language: string;
  direction: "ltr" | "rtl";
  /** The subject line. */
  titles: Record<NoticeKind, string>;
  /** What happened, and what follows from it. `locked` is of authenticator codes. */
  bodies: Record<NoticeKind, string>;
  /** The body of `locked` where it is of recovery codes. */
  lockedRecovery: string;
  /** Follows on `factor_removed` where no authenticator is left. */
  lastRemoved: string;
  /** Follows on a use of a recovery code. */
  codesLeft: NoticePlural;
  /** Follows on `guessing_noticed`. */
  wrongCodes: NoticePlural;
  greeting: string;
  /** Where the recipient has no name. */
  greetingWithoutName: string;
  /** What to do: after an act of the subject's own, after an attempt at a code, after an admin's act. */
  advice: Record<"own" | "attempt" | "admin", string>;
  /** What stands between a label and its value in plain text, with its space. */
  colon: string;
  labels: Record<"time" | "method" | "support", string>;
  /** Names of methods; another one's own name is told as it is. */
  methods: Record<"totp" | "hotp", string>;
  /** What leads to the page that the host gave as `securityPage`. */
  securityPage: string;
  footer: string;
}
