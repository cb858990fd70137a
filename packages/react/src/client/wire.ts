/**
 * What goes over the wire: types of the core's, taken from its source so that the declarations built here hold them, and
 * nobody needs the core to be typed by them.
 */
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
} from "../../../core/src/http/wire.ts";
