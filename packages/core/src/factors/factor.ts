import type { Claim, FactorRow, Lane } from "../stores/store.ts";

/** A kind of second factor: `"totp"`, `"recovery_code"`, or what a host's own factor calls itself. */
export type Method = "totp" | "recovery_code" | (string & {});

/**
 * An authentication method reference: RFC 8176's `pwd`, `otp`, `mfa`, `sms`, `hwk`, `swk` and so on, or the
 * private value `recovery_code`, for which RFC 8176 has none.
 */
export type Amr = "pwd" | "otp" | "mfa" | "sms" | "hwk" | "swk" | "recovery_code" | (string & {});

/** What a factor is given to judge a code: only its own rows, and no way to write. */
export interface Attempt {
  /** What the factor's own `parse` made of the code. */
  code: string;
  /** Milliseconds since 1970. */
  now: number;
  /** The subject's rows of this factor's type. */
  rows: readonly FactorRow[];
  /** Hashes of the subject's recovery codes, used ones among them: the store tells those as replays. */
  recoveryHashes: readonly string[];
  /** Opens a row's secret; `undefined` when the row was tampered with, which is recorded. */
  open(row: FactorRow): Uint8Array | undefined;
  /** The keyed hash of a recovery code of this subject. */
  recoveryHash(code: string): string;
}

/** What a new authenticator starts from. */
export interface Enrolment {
  secret: Uint8Array;
  algorithm: string;
  digits: number;
  period: number;
  /** What the authenticator app scans. */
  uri: string;
}

/**
 * One kind of second factor. The engine never asks which kind it has before it: each factor declares its
 * lane, what a code of its own looks like, and what a right code claims.
 */
export interface Factor {
  readonly type: Method;
  /** What a success adds to `amr`, beside `mfa`. */
  readonly amr: readonly Amr[];
  readonly lane: Lane;
  /** Codes that one row accepts at any instant; at most 7 may be live for a subject at once. */
  readonly liveCodes: number;
  /** The code in its canonical form, or `undefined` when it can't be one of this factor's. */
  parse(code: string): string | undefined;
  /** The claim that a right code makes, or nothing. */
  match(attempt: Attempt): Claim | undefined;
  /** Starts an enrolment; absent where there is nothing to enrol. */
  enrol?(who: { issuer: string; account: string }): Enrolment;
}
