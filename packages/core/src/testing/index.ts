/**
 * What hosts and authors of stores test with: contracts as data, an authenticator, a clock, an inbox.
 *
 * @module
 */

export type { ContractCase } from "./contract-kit.ts";
export { httpAudits } from "./http-audits.ts";
export type { AuditGround, AuditRoute } from "./http-audits-ground.ts";
export { auditGround, auditRoutes } from "./http-audits-ground.ts";
export type { AuditedHost, HttpAudit } from "./http-audits-kit.ts";
export type { Inbox } from "./inbox.ts";
export { inbox } from "./inbox.ts";
export type { ManualClock } from "./manual-clock.ts";
export { manualClock } from "./manual-clock.ts";
export { storeContract } from "./store-contract.ts";
export type { Enrolled, TestMfa, TestMfaOptions } from "./test-mfa.ts";
export { enrol, testMfa } from "./test-mfa.ts";
export type { VirtualAuthenticator, VirtualAuthenticatorOptions } from "./virtual-authenticator.ts";
export { virtualAuthenticator } from "./virtual-authenticator.ts";
