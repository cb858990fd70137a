/**
 * The engine: `createMfa`, keyrings, factors, errors, and what a store or a factor of one's own is made of.
 *
 * @module
 */

export { enrolledBy } from "./audit/enrolled-by.ts";
export type { MfaEvent, MfaEventDetails, MfaEventOf, MfaEventType } from "./audit/events.ts";
export type { EventSink } from "./audit/sink.ts";
export type {
  AuditBucket,
  AuditChecked,
  AuditComparison,
  AuditFault,
  AuditFaultKind,
  AuditHead,
  AuditLog,
  AuditPage,
  AuditProgress,
  AuditQuery,
  AuditVerification,
  DeadLetter,
  Drained,
  Follower,
  FollowOptions,
  MissingFactor,
  PruneOptions,
  Sealed,
  TimelineQuery,
  VerifyOptions,
} from "./audit/types.ts";
export type { NightlatchConfig } from "./cli/config-file.ts";
export { createMfa } from "./engine/create-mfa.ts";
export type { Resealed, ResealOptions } from "./engine/keys.ts";
export type { Mfa } from "./engine/mfa.ts";
export type { EnrolmentPolicy, GrantPolicy, MfaOptions } from "./engine/mfa-options.ts";
export type { AdminAct, Answer, Demand, Enrolling, FirstFactor, Proof, SetupOptions, Subject } from "./engine/requests.ts";
export type {
  Challenge,
  DeviceInfo,
  FactorInfo,
  GrantCheck,
  Refusal,
  RefusalReason,
  Setup,
  SignIn,
  Status,
  Verification,
  Verified,
} from "./engine/results.ts";
export type { MfaErrorCode } from "./errors.ts";
export { ConfigError, DeliveryError, EnrolmentMismatchError, isMfaError, KeyError, MfaError, SealError, StoreError } from "./errors.ts";
export type {
  Amr,
  Attempt,
  Deliver,
  DeliveredCodeOptions,
  Delivery,
  Enrolment,
  Factor,
  HotpFactorOptions,
  ImportedFactor,
  Match,
  Method,
  TotpFactorOptions,
} from "./factors/index.ts";
export { email, hotp, sms, totp } from "./factors/index.ts";
export type { PublicJwk } from "./grants/grant-keys.ts";
export type { Duration } from "./internal/duration.ts";
export type { LockoutPolicy, LockoutSchedule, Tally } from "./lockout/policy.ts";
export { closedUntil, leaked, lockAfter } from "./lockout/policy.ts";
export type { Measured, Measurement, Metrics, VerificationOutcome } from "./metrics/port.ts";
export type { Tracing, TracingSpan } from "./metrics/tracing.ts";
export type { DataKeyRow, DataKeyStore, DataKeyUse, RotatableUse } from "./secrets/data-keys.ts";
export type { KeyProvider } from "./secrets/key-provider.ts";
export { keyring } from "./secrets/keyring.ts";
export { keyringFile } from "./secrets/keyring-file.ts";
export type { AuditCount, AuditFind, AuditNote, AuditStore } from "./stores/audit.ts";
export type {
  Applied,
  AuditRow,
  ChallengeMark,
  Change,
  Charge,
  Charged,
  Claim,
  CodeRow,
  DeviceRow,
  FactorRow,
  Lane,
  LaneState,
  OneTimeId,
  Outcome,
  OwnedFactorRow,
  Seen,
  Settlement,
  Store,
  StoredAuditRow,
  SubjectKey,
  SubjectRecord,
  SubjectState,
} from "./stores/store.ts";
