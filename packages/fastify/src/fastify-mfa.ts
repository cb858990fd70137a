import { ConfigError, type Mfa, type Subject } from "@nightlatch/core";
import {
  createHandler,
  createStepUp,
  type HttpOptions,
  type HttpResponse,
  jsonSchemasOf,
  problem,
  type RemoteMfa,
  routes,
  type SessionStart,
  type SignedIn,
  type StepUpMfa,
  type StepUpOptions,
  type StepUpProof,
} from "@nightlatch/core/http";
import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyPluginCallback,
  FastifyReply,
  FastifyRequest,
  FastifySchema,
  HTTPMethods,
  RouteGenericInterface,
} from "fastify";
import fp from "fastify-plugin";

/** What routes and guard share. */
export interface FastifyStepUpSettings extends HttpOptions {
  /**
   * Who is asking: the user of a session past the first factor, with the session's id. Nothing when nobody
   * is signed in, and never from what the request merely claims.
   */
  subject(request: FastifyRequest): Subject | undefined | null | false | Promise<Subject | undefined | null | false>;
}

/** The options of `fastifyMfa`. */
export interface FastifyMfaOptions extends FastifyStepUpSettings {
  mfa: Mfa;
  /** Where the routes are. @defaultValue "/auth/mfa" */
  prefix?: string;
  /**
   * Lets `/verify` and `/enable` end a sign-in by its challenge in `MFA-Challenge`: `session` says the id of the
   * session to come, and `start` starts it once the second step is done. @defaultValue such a sign-in ends by a route of the host's own
   */
  signIn?: {
    /**
     * The id that the session is going to have, before there is one: grants are bound to it. Called for anybody who posts
     * a challenge, before it and the code are looked at: make an id, and write nothing.
     */
    session(request: FastifyRequest, reply: FastifyReply): string | Promise<string>;
    /** Starts that session, and says what the answer adds for it. */
    start(signedIn: SignedIn, request: FastifyRequest, reply: FastifyReply): SessionStart | undefined | Promise<SessionStart | undefined>;
  };
}

/** The options of `fastifyStepUp`. */
export interface FastifyStepUpPluginOptions extends FastifyStepUpSettings {
  /** The engine, or `remoteMfa` for a service that has none. */
  mfa: StepUpMfa | RemoteMfa;
}

/** What a guarded route demands, on Fastify. */
export interface FastifyStepUpOptions extends StepUpOptions {
  /** What the approval is bound to: the resource, the amount, the payee. It is asked once it is known who is asking. */
  bind?(request: FastifyRequest): readonly string[] | Promise<readonly string[]>;
}

/** A `preHandler` for a route with any parameters: it runs once the route's own schemas have judged the request. */
export type StepUpHook = <Route extends RouteGenericInterface>(
  request: FastifyRequest<Route>,
  reply: FastifyReply<Route>,
) => Promise<unknown>;

declare module "fastify" {
  interface FastifyInstance {
    /** A guard for one route: `{ preHandler: fastify.stepUp({ maxAge: "5m" }) }`. */
    stepUp(options?: FastifyStepUpOptions): StepUpHook;
  }
  interface FastifyRequest {
    /** How a guarded request was proved; `null` where no proof was needed, and on routes without a guard. */
    mfa: StepUpProof | null;
  }
}

function setHead(reply: FastifyReply, { headers, cookies = [] }: Pick<HttpResponse, "headers" | "cookies">): void {
  for (const [name, value] of Object.entries(headers)) {
    reply.header(name, name === "Vary" ? [reply.getHeader(name), value].filter(Boolean).join(", ") : value);
  }
  // Fastify adds each to those that are there.
  for (const cookie of cookies) reply.header("Set-Cookie", cookie);
}

/**
 * Writes an answer of the protocol: a problem made by `toProblem`, say, in the host's own sign-in route.
 *
 * @example
 * ```ts
 * import { isMfaError } from "@nightlatch/core";
 * import { toProblem } from "@nightlatch/core/http";
 * import { send } from "@nightlatch/fastify";
 * import type { FastifyInstance } from "fastify";
 *
 * export function answerProblems(app: FastifyInstance) {
 *   app.setErrorHandler((error, _request, reply) => (isMfaError(error) ? send(reply, toProblem(error)) : reply.send(error)));
 * }
 * ```
 */
export function send(reply: FastifyReply, { status, body, ...head }: HttpResponse): FastifyReply {
  setHead(reply.code(status), head);
  return reply.send(body && JSON.stringify(body));
}

function decorate(fastify: FastifyInstance, mfa: StepUpMfa | RemoteMfa, { subject, ...options }: FastifyStepUpSettings): void {
  if (typeof subject !== "function") {
    throw new ConfigError("Nightlatch needs to know who is asking: { subject: (request) => request.user && { id: request.user.id } }.");
  }
  const guardFor = createStepUp(mfa, options);
  fastify.decorateRequest("mfa", null);
  fastify.decorate("stepUp", ({ bind, ...demand }: FastifyStepUpOptions = {}): StepUpHook => {
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

/** What Fastify refuses before a handler sees it, in the protocol's own form; a host's error goes on to the host. */
function refusedByFastify(error: unknown): HttpResponse | undefined {
  const code = (error as { code?: unknown }).code;
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return problem("media_type_unsupported");
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return problem("body_too_large", { headers: { Connection: "close" } });
  return code === "FST_ERR_CTP_INVALID_CONTENT_LENGTH" ? problem("body_invalid") : undefined;
}

/** Keeps the answers of 405 out of what @fastify/swagger describes. */
const UNLISTED = { hide: true } as FastifySchema;

const mount: FastifyPluginAsync<FastifyMfaOptions> = async (child, { mfa, subject, signIn, prefix: _, ...options }) => {
  const handle = createHandler(mfa, options);
  // Bodies are read and judged by the protocol itself. Ajv would turn ["123456"] into a code.
  child.removeAllContentTypeParsers();
  child.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
  child.setValidatorCompiler(() => () => true);
  child.setSerializerCompiler(() => JSON.stringify);
  child.setErrorHandler((error, _request, reply) => {
    const refused = refusedByFastify(error);
    if (!refused) throw error;
    return send(reply, refused);
  });

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { method, headers, body, params } = request;
    const pattern = (request.routeOptions.url ?? "").slice(child.prefix.length);
    const path = pattern.replace(/:(\w+)/g, (_, name) => encodeURIComponent((params as Record<string, string>)[name] ?? ""));
    const response = await handle(
      { method, path, headers, ...(body ? { stream: body as AsyncIterable<Uint8Array> } : {}) },
      {
        subject: async () => (await subject(request)) || undefined,
        signIn: signIn && { session: () => signIn.session(request, reply), start: (signedIn) => signIn.start(signedIn, request, reply) },
      },
    );
    return response ? send(reply, response) : reply.callNotFound();
  };

  for (const [url, at] of Map.groupBy(routes, ({ path }) => path)) {
    for (const route of at) {
      const schema = { operationId: route.id, summary: route.summary, tags: ["mfa"], ...jsonSchemasOf(route) };
      child.route({ method: route.method, url, schema, handler: answer });
    }
    const taken = new Set<string>(at.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method])));
    const others = child.supportedMethods.filter((method) => !taken.has(method)) as HTTPMethods[];
    child.route({ method: others, url, schema: UNLISTED, handler: answer });
  }
};

/**
 * Mounts Nightlatch on a Fastify 5 app: the MFA routes below `prefix`, in a context of their own, and `fastify.stepUp`
 * and `request.mfa` for the host's routes.
 *
 * @example
 * ```ts
 * import type { Mfa } from "@nightlatch/core";
 * import { fastifyMfa } from "@nightlatch/fastify";
 * import Fastify, { type FastifyRequest } from "fastify";
 *
 * export async function secured(mfa: Mfa, userOf: (request: FastifyRequest) => { id: string; session: string } | undefined) {
 *   const app = Fastify();
 *   await app.register(fastifyMfa, { mfa, subject: userOf });
 *   app.delete("/bookings/:id", { preHandler: app.stepUp({ maxAge: "5m" }) }, async (_request, reply) => reply.code(204).send());
 *   return app;
 * }
 * ```
 */
export const fastifyMfa: FastifyPluginCallback<FastifyMfaOptions> = fp<FastifyMfaOptions>(
  async (fastify, { prefix = "/auth/mfa", ...options }) => {
    const { mfa, signIn: _, ...settings } = options;
    decorate(fastify, mfa, settings);
    await fastify.register(mount, { ...options, prefix });
  },
  { name: "@nightlatch/fastify", fastify: "5.x" },
);

/**
 * `fastify.stepUp` and `request.mfa` alone: for a service that mounts no MFA routes, such as one with `remoteMfa`.
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
