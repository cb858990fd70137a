export { deviceCookie, deviceToken, grantCookie } from "./cookies.ts";
export { corsHeaders } from "./cors.ts";
export type { Handler, Host } from "./handler.ts";
export { createHandler } from "./handler.ts";
export type { HttpRequest, HttpResponse } from "./message.ts";
export type { HttpOptions } from "./options.ts";
export type { ProblemCode } from "./problem.ts";
export { toProblem } from "./problem.ts";
export type { Access, Asking, Route, RouteContext, SessionStart, SignedIn, SignInHook } from "./route.ts";
export { matchPath, openApi, routes } from "./routes.ts";
export type { Guard, GuardedRequest, RemoteMfa, StepUpMfa, StepUpOptions, StepUpProof, Verdict } from "./step-up.ts";
export { createStepUp } from "./step-up.ts";
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
