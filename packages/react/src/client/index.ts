export type { CallOptions, MfaClient, MfaClientOptions, Sent, SignInCallOptions } from "./create-client.ts";
export { createMfaClient } from "./create-client.ts";
export { problemOf } from "./decode.ts";
export type { ChallengeFacts, DemandFacts, FieldError, MfaProblem, MfaProblemCode, MfaResult } from "./problem.ts";
export type { AskStepUp, StepUpAbout, StepUpDelivery, StepUpQuestion } from "./step-up.ts";
export { StepUpCancelledError, StepUpReplayError } from "./step-up.ts";
export type { StepUpFetchOptions } from "./step-up-fetch.ts";
export { createStepUpFetch } from "./step-up-fetch.ts";
export type {
  ChallengeBody,
  EnableAnswer,
  EnableBody,
  ProblemBody,
  ProofBody,
  RenameBody,
  ResyncBody,
  RouteTypes,
  SetupAnswer,
  SetupBody,
  StatusAnswer,
  VerifyAnswer,
  VerifyBody,
  WireDevice,
  WireFactor,
} from "./wire.ts";
