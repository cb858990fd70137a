export type {
  FastifyMfaOptions,
  FastifyStepUpOptions,
  FastifyStepUpPluginOptions,
  FastifyStepUpSettings,
  StepUpHook,
} from "./fastify-mfa.ts";
export { fastifyMfa, fastifyStepUp, send } from "./fastify-mfa.ts";
