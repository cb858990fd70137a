export type { ExpressMfa, ExpressMfaOptions, ExpressStepUpOptions, ExpressStepUpSettings, StepUpHandler } from "./express-mfa.ts";
export { expressMfa, expressStepUp } from "./express-mfa.ts";
export { httpMetrics } from "./http-metrics.ts";
export type { ExpressRateLimitOptions, RateLimitHandler } from "./rate-limit.ts";
export { rateLimit } from "./rate-limit.ts";
export { send } from "./send.ts";
