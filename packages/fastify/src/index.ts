export type {
  FastifyMfaOptions,
  FastifyStepUpOptions,
  FastifyStepUpPluginOptions,
  FastifyStepUpSettings,
  StepUpHook,
} from "./fastify-mfa.ts";
export { fastifyMfa, fastifyStepUp, send } from "./fastify-mfa.ts";
export { httpMetrics } from "./http-metrics.ts";
export type { FastifyRateLimitOptions } from "./rate-limit.ts";
export { rateLimit } from "./rate-limit.ts";
