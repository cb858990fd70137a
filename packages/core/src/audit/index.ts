export type { AuditRow } from "../stores/store.ts";
export type { MfaEvent, MfaEventDetails, MfaEventOf, MfaEventType } from "./events.ts";
export type { AuditLog, AuditPage, AuditQuery } from "./log.ts";
export type { EventSink } from "./sink.ts";
