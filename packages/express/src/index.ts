export type { ExpressMfa, ExpressMfaOptions, ExpressStepUpOptions, ExpressStepUpSettings, StepUpHandler } from "./express-mfa.ts";
export { expressMfa, expressStepUp, send } from "./express-mfa.ts";
