export type { FastifyMfaOptions } from "./fastify-mfa.ts";
export { fastifyMfa } from "./fastify-mfa.ts";
export { httpMetrics } from "./http-metrics.ts";
export type { FastifyRateLimitOptions } from "./rate-limit.ts";
export { rateLimit } from "./rate-limit.ts";
export { send } from "./send.ts";
export type { FastifyStepUpOptions, FastifyStepUpPluginOptions, FastifyStepUpSettings, StepUpHook } from "./step-up.ts";
export { fastifyStepUp } from "./step-up.ts";
