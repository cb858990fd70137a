import type { MfaEvent } from "../audit/events.ts";
import type { AuditHead } from "../audit/types.ts";
import type { Factor, Method } from "../factors/factor.ts";
import type { Duration } from "../internal/duration.ts";
import type { LockoutPolicy } from "../lockout/policy.ts";
import type { Metrics } from "../metrics/port.ts";
import type { Tracing } from "../metrics/tracing.ts";
import type { KeyProvider } from "../secrets/key-provider.ts";
import type { Store } from "../stores/store.ts";
import type { Subject } from "./requests.ts";

/** The options of `createMfa`. */
export interface MfaOptions {
  /** Who issues the codes, as authenticator apps show it. */
  issuer: string | ((subject: Subject) => string);
  /** Opens the store's data keys: `keyring(process.env.NIGHTLATCH_KEYS)`, or a KMS. */
  keys: KeyProvider;
  /** Where factors, locks and the log live: `postgresStore(client)`, `sqliteStore(database)`, `memoryStore()`. */
  store: Store;
  /** @defaultValue [totp()] */
  factors?: readonly Factor[];
  /** How many recovery codes a set has, 1 to 20; `false` for none. @defaultValue { count: 10 } */
  recoveryCodes?:
    | {
        /** How many a set has, 1 to 20. @defaultValue 10 */
        count?: number;
      }
    | false;
  /** How wrong codes lock. @defaultValue 5 failures for 15 minutes, doubling to 24 hours */
  lockout?: LockoutPolicy;
  /** Who must enrol, and what a change of factors needs. */
  enrolment?: EnrolmentPolicy;
  /** How grants are signed, and how they end. */
  grants?: GrantPolicy;
  /** Lets people trust a device, whose sign-ins then need no second step for so long, 1 h to 90 d. @defaultValue false */
  trustedDevices?:
    | {
        /** How long a device is trusted, from the sign-in that trusted it on: 1 h to 90 d, such as `"30d"`. */
        for: Duration;
      }
    | false;
  /**
   * Switches MFA off for everybody, as a rollback: sign-ins need no second step and guards let pass. Factors
   * stay as they are, and codes can still be verified. Both turns are recorded at `ready()`. @defaultValue false
   */
  switchedOff?: boolean;
  /** Milliseconds since 1970. @defaultValue Date.now */
  clock?: () => number;
  /** What vouches for the log. */
  audit?: {
    /** Is handed the newest seal of the log whenever one was made, to keep it where the database's owner can't write. */
    keepHead?(head: AuditHead): void | Promise<void>;
  };
  /** Hears of every event after it was recorded. What it throws is dropped: it is never in the way of a verification. */
  onEvent?(event: MfaEvent): void | Promise<void>;
  /** Where figures go: `promMetrics()` of `@nightlatch/core/metrics`, or the host's own. @defaultValue none */
  metrics?: Metrics;
  /**
   * Spans `mfa.verify` for each code and `mfa.store.*` for each call of the store below it: give it
   * `trace.getTracer("nightlatch")` of `@opentelemetry/api`. No span names a subject. @defaultValue none
   */
  tracing?: Tracing;
}

/** Who must enrol, and what a change of factors needs. */
export interface EnrolmentPolicy {
  /** Who must have a second factor: nobody, everybody, or whom the host's function says. @defaultValue "optional" */
  require?: "optional" | "always" | ((subject: Subject) => boolean | Promise<boolean>);
  /** How long those who must may still sign in without, counted from the first sign-in that told them; 365 d at most. @defaultValue 0 */
  grace?: Duration;
  /** The method whose delivered code setting up the first authenticator needs, so that a stolen password alone can't enrol. */
  via?: Method;
  /** How fresh a grant must be to change factors, 1 h at most. @defaultValue "5m" */
  maxAge?: Duration;
}

/** How grants are signed, and how they end. */
export interface GrantPolicy {
  /** How long a grant can be used at all, 24 h at most. @defaultValue "15m" */
  longest?: Duration;
  /** `EdDSA` (Ed25519) lets other services verify grants by `jwks()`, without a key of their own. @defaultValue "HS256" */
  algorithm?: "HS256" | "EdDSA";
  /**
   * `immediate`: a change of factors ends grants at once, for one read of the store at each check. `on-expiry`:
   * no read; a grant then lives until it expires, whatever happens meanwhile. @defaultValue "immediate"
   */
  revocation?: "immediate" | "on-expiry";
}
