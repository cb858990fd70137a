export type { ExpressMfa, ExpressMfaOptions, ExpressStepUpOptions, StepUpHandler } from "./express-mfa.ts";
export { expressMfa, send } from "./express-mfa.ts";
