import {
  checkBind,
  checkSubject,
  createStepUp,
  type HostBinding,
  type HostSettings,
  type RemoteMfa,
  type StepUpMfa,
  type StepUpOptions,
  type StepUpProof,
} from "@nightlatch/core/http";
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest, RouteGenericInterface } from "fastify";
import fp from "fastify-plugin";
import { send, setHead } from "./send.ts";

/** What routes and guard share. */
export interface FastifyStepUpSettings extends HostSettings<FastifyRequest> {}

/** The options of `fastifyStepUp`. */
export interface FastifyStepUpPluginOptions extends FastifyStepUpSettings {
  /** The engine, or `remoteMfa` for a service that has none. */
  mfa: StepUpMfa | RemoteMfa;
}

/** What a guarded route demands, on Fastify. */
export interface FastifyStepUpOptions extends StepUpOptions, Partial<HostBinding<FastifyRequest>> {}

/** A `preHandler` for a route with any parameters: it runs once the route's own schemas have judged the request. */
export type StepUpHook = <Route extends RouteGenericInterface>(
  request: FastifyRequest<Route>,
  reply: FastifyReply<Route>,
) => Promise<unknown>;

declare module "fastify" {
  interface FastifyInstance {
    /** A guard for one route: `{ preHandler: fastify.stepUp({ maxAge: "5m" }) }`. Throws `ConfigError` when the demand makes no sense. */
    stepUp(options?: FastifyStepUpOptions): StepUpHook;
  }
  interface FastifyRequest {
    /** How a guarded request was proved; `null` where no proof was needed, and on routes without a guard. */
    mfa: StepUpProof | null;
  }
}

/** Gives an app `stepUp`, and its requests `mfa`. */
export function decorate(fastify: FastifyInstance, mfa: StepUpMfa | RemoteMfa, { subject, ...options }: FastifyStepUpSettings): void {
  checkSubject(subject);
  const guardFor = createStepUp(mfa, options);
  fastify.decorateRequest("mfa", null);
  fastify.decorate("stepUp", ({ bind, ...demand }: FastifyStepUpOptions = {}): StepUpHook => {
    checkBind(bind);
    const guard = guardFor(demand);
    return async (guarded, reply) => {
      // Whatever its parameters are called, it is a request: only `bind` reads them, and it is the host's.
      const request = guarded as FastifyRequest;
      const verdict = await guard(request, () => subject(request), bind && (() => bind(request)));
      if (!verdict.pass) return send(reply as unknown as FastifyReply, verdict.response);
      setHead(reply as unknown as FastifyReply, verdict);
      request.mfa = verdict.proof ?? null;
    };
  });
}

/**
 * `fastify.stepUp` and `request.mfa` alone: for a service that mounts no MFA routes, such as one with `remoteMfa`.
 * Registering rejects with `ConfigError` when an option makes no sense.
 *
 * @example
 * ```ts
 * import { remoteMfa } from "@nightlatch/core/http";
 * import { fastifyStepUp } from "@nightlatch/fastify";
 * import type { FastifyInstance, FastifyRequest } from "fastify";
 *
 * export async function guarded(app: FastifyInstance, userOf: (request: FastifyRequest) => { id: string; session: string } | undefined) {
 *   await app.register(fastifyStepUp, { mfa: remoteMfa({ url: "https://users.internal/auth/mfa" }), subject: userOf });
 * }
 * ```
 */
export const fastifyStepUp: FastifyPluginCallback<FastifyStepUpPluginOptions> = fp<FastifyStepUpPluginOptions>(
  async (fastify, { mfa, ...settings }) => decorate(fastify, mfa, settings),
  { name: "@nightlatch/fastify/step-up", fastify: "5.x" },
);
