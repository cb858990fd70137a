/**
 * The HTTP protocol without a framework: routes, problems and the step-up guard, for adapters.
 *
 * @module
 */

export type { ClientAddress } from "./client-address.ts";
export { clientAddress } from "./client-address.ts";
export { deviceCookie, deviceToken, grantCookie } from "./cookies.ts";
export { corsHeaders } from "./cors.ts";
export type { Handler } from "./handler.ts";
export { createHandler } from "./handler.ts";
export type { Host, HostBinding, HostOptions, HostSettings } from "./host.ts";
export { checkBind, checkSubject, hostOf } from "./host.ts";
export type { HttpMetricsOptions, MetricClass, PromClient, RequestEnd, RequestMetrics } from "./http-metrics.ts";
export { createHttpMetrics } from "./http-metrics.ts";
export type { HttpRequest, HttpResponse } from "./message.ts";
export { jsonSchemasOf } from "./openapi.ts";
export type { HttpOptions } from "./options.ts";
export type { ProblemCode, ProblemExtra } from "./problem.ts";
export { problem, toProblem } from "./problem.ts";
export type { Caller, RateLimiter, RateLimitOptions, RateLimitVerdict } from "./rate-limit.ts";
export { createRateLimit } from "./rate-limit.ts";
export type { RemoteMfaOptions } from "./remote-mfa.ts";
export { remoteMfa } from "./remote-mfa.ts";
export type { Access, Asking, Route, RouteContext, SessionStart, SignedIn, SignInHook } from "./route.ts";
export { matchPath, openApi, routes } from "./routes.ts";
export type { Asker, Bound, Guard, GuardedRequest, RemoteMfa, StepUpMfa, StepUpOptions, StepUpProof, Verdict } from "./step-up.ts";
export { createStepUp } from "./step-up.ts";
export type { GuardedHandler, WebHandler, WebMfa, WebMfaOptions, WebStepUp, WebStepUpOptions, WebStepUpSettings } from "./web-mfa.ts";
export { webMfa, webStepUp } from "./web-mfa.ts";
export type {
  ChallengeAnswer,
  ChallengeBody,
  DevicesAnswer,
  DisableAnswer,
  EnableAnswer,
  EnableBody,
  FactorsAnswer,
  JwksAnswer,
  ProblemBody,
  ProofBody,
  RecoveryCodesAnswer,
  RemoveAnswer,
  RenameAnswer,
  RenameBody,
  ResyncBody,
  RevokeAnswer,
  RouteTypes,
  SetupAnswer,
  SetupBody,
  StatusAnswer,
  VerifyAnswer,
  VerifyBody,
  WireDevice,
  WireFactor,
  WireGrant,
} from "./wire.ts";
