import type { Claim, FactorRow, Lane } from "../stores/store.ts";

/** A kind of second factor: `"totp"`, `"recovery_code"`, or what a host's own factor calls itself. */
export type Method = "totp" | "hotp" | "recovery_code" | "email" | "sms" | (string & {});

/**
 * An authentication method reference: RFC 8176's `pwd`, `otp`, `mfa`, `sms`, `hwk`, `swk` and so on, or a
 * private value where RFC 8176 has none: `recovery_code`, and `email` for a code that was sent by e-mail.
 */
export type Amr = "pwd" | "otp" | "mfa" | "sms" | "hwk" | "swk" | "recovery_code" | "email" | (string & {});

/** What a factor is given to judge a code: only its own rows and codes, and no way to write. */
export interface Attempt {
  /** What the factor's own `parse` made of the code. */
  code: string;
  /** Milliseconds since 1970. */
  now: number;
  /** The subject's rows of this factor's type; for a factor with `named`, the row that the answer names or none. */
  rows: readonly FactorRow[];
  /** Hashes of the subject's one-time codes of this factor's type, used ones among them: the store tells those as replays. */
  codes: readonly string[];
  /** The id of the challenge that is being answered. */
  challenge?: string;
  /** Opens a row's secret; `undefined` when the row was tampered with, which is recorded. */
  open(row: FactorRow): Uint8Array | undefined;
  /** The keyed hash of a one-time code of this subject and factor, bound to a challenge where one is given. */
  codeHash(code: string, challenge?: string): string;
}

/** What a right code claims, with what was learned of the authenticator on the way. */
export type Match = Claim & {
  /** Time steps by which the authenticator's clock is off, for the record. */
  drift?: number;
  /** The secret to keep from now on; taken when a pending authenticator is enabled, as of one that makes its key itself. */
  learned?: Uint8Array;
};

/** What a new authenticator starts from. */
export interface Enrolment {
  secret: Uint8Array;
  algorithm: string;
  digits: number;
  /** Seconds; 0 where time plays no part. */
  period: number;
  /** The last position that counts as used. @defaultValue -1 */
  position?: number;
  /** What the authenticator app scans, or the client needs to begin. */
  uri: string;
}

/** An authenticator as another system kept it, in the form that `mfa.factors.import` takes and every importer gives. */
export interface ImportedFactor {
  type: Method;
  /** The key of the HMAC, whatever form the other system kept it in. */
  secret: Uint8Array;
  algorithm: "SHA1" | "SHA256" | "SHA512";
  digits: number;
  /** Seconds; time-based ones have it. */
  period?: number;
  /** The next counter that is expected; counter-based ones have it. */
  counter?: number;
  /** The last time step that the other system accepted, so that no code passes once there and once here. */
  lastUsedStep?: number;
  /** What its owner calls it. */
  name?: string;
}

/** A code on its way to its owner. */
export interface Delivery {
  subject: { id: string; tenant?: string };
  code: string;
  expiresAt: Date;
  /** What the code will approve; absent at sign-in. Say it in the message, so that nobody reads a code out for something else. */
  purpose?: string;
}

/** Sends a code to an address that the host knows, and tells where to in a form that may be shown, such as `a•••@example.com`. */
export type Deliver = (delivery: Delivery) => Promise<{ to: string }>;

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
  /** Characters of the longest input that `parse` is shown, 4096 at most. @defaultValue 64 */
  readonly longest?: number;
  /** Only the row that the answer names may answer, so that the codes of others are not live beside it. @defaultValue false */
  readonly named?: boolean;
  /** Claims positions of its rows and never a one-time code: none is looked up for it, and it is shown none. @defaultValue false */
  readonly codeless?: boolean;
  /** Weaker than an authenticator: no proof for changing factors, and no reason to trust a device. @defaultValue false */
  readonly weaker?: boolean;
  /** The code in its canonical form, or `undefined` when it can't be one of this factor's. */
  parse(code: string): string | undefined;
  /** The claim that a right code makes, or nothing. */
  match(attempt: Attempt): Match | undefined | Promise<Match | undefined>;
  /** The claim that two codes in a row make, the later in `next`; absent where an authenticator can't fall behind. */
  resync?(attempt: Attempt & { next: string }): Match | undefined | Promise<Match | undefined>;
  /** Starts an enrolment; absent where there is nothing to enrol. */
  enrol?(who: { issuer: string; account: string }): Enrolment;
  /** Takes over an authenticator from another system; rejects with a `RangeError` what it can't check. */
  adopt?(imported: ImportedFactor): Omit<Enrolment, "uri">;
  /** Sends codes; absent where the owner has what makes them. */
  readonly delivery?: {
    /** Seconds that a code is good for, 600 at most. */
    lifetime: number;
    /** Seconds between two codes, at least. */
    every: number;
    /** Codes that one subject is sent in a day (UTC), at most; 100 at most. */
    daily: number;
    /** A code that nobody can foresee. */
    newCode(): string;
    /** The host's own function. */
    deliver: Deliver;
  };
}
