/**
 * The audit log: its events, and what reads, seals, verifies and forwards them.
 *
 * @module
 */

export type { AuditRow } from "../stores/store.ts";
export { eventLine } from "./event-line.ts";
export type { MfaEvent, MfaEventDetails, MfaEventOf, MfaEventType } from "./events.ts";
export type { EventLogger } from "./pino.ts";
export { pinoSink } from "./pino.ts";
export type { EventSink } from "./sink.ts";
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
} from "./types.ts";
export type { WebhookBody, WebhookOptions } from "./webhook.ts";
export { webhookSink } from "./webhook.ts";
