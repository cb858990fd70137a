import type { OtpAlgorithm, OtpDigits } from "../otp/index.ts";

/**
 * An authenticator as another system kept it, in the form that `mfa.factors.import` takes. Every importer of this
 * subpath gives one.
 */
export interface ImportedFactor {
  type: "totp" | "hotp";
  /** The key of the HMAC, whatever form the other system kept it in. */
  secret: Uint8Array;
  algorithm: OtpAlgorithm;
  digits: OtpDigits;
  /** Seconds; time-based ones have it. */
  period?: number;
  /** The next counter that is expected; counter-based ones have it. */
  counter?: number;
  /** The last time step that the other system accepted, so that no code passes once there and once here. */
  lastUsedStep?: number;
  /** What its owner calls it. */
  name?: string;
}
