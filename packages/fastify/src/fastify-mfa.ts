import type { Mfa } from "@nightlatch/core";
import { createHandler, type HostOptions, hostOf, jsonSchemasOf, problem, routes } from "@nightlatch/core/http";
import type { FastifyPluginAsync, FastifyPluginCallback, FastifyReply, FastifyRequest, FastifySchema, HTTPMethods } from "fastify";
import fp from "fastify-plugin";
import { send } from "./send.ts";
import { decorate } from "./step-up.ts";

/** The options of `fastifyMfa`. */
export interface FastifyMfaOptions extends HostOptions<FastifyRequest, [reply: FastifyReply]> {
  mfa: Mfa;
  /** Where the routes are. @defaultValue "/auth/mfa" */
  prefix?: string;
}

/** Keeps the answers of 405 out of what @fastify/swagger describes. */
const UNLISTED = { hide: true } as FastifySchema;

const mount: FastifyPluginAsync<FastifyMfaOptions> = async (child, { mfa, prefix: _, ...settings }) => {
  const { subject: _subject, signIn: _signIn, ...options } = settings;
  const hostFor = hostOf(settings);
  const handle = createHandler(mfa, options);
  // Bodies are read and judged by the protocol itself. Ajv would turn ["123456"] into a code.
  child.removeAllContentTypeParsers();
  child.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
  child.setValidatorCompiler(() => () => true);
  child.setSerializerCompiler(() => JSON.stringify);

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { method, headers, body, params } = request;
    const pattern = (request.routeOptions.url ?? "").slice(child.prefix.length);
    const path = pattern.replace(/:(\w+)/g, (_, name) => encodeURIComponent((params as Record<string, string>)[name] ?? ""));
    const stream = body as AsyncIterable<Uint8Array> | undefined;
    const response = await handle({ method, path, headers, ...(stream && { stream }) }, hostFor(request, reply));
    return response ? send(reply, response) : reply.callNotFound();
  };

  // What Fastify refuses before a handler sees it; a fault of the host's goes on to the host.
  child.setErrorHandler((error, request, reply) => {
    const { code } = error as { code?: unknown };
    if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return send(reply, problem("media_type_unsupported"));
    // Said of QUERY alone, which no route takes: the protocol's own answer says which methods are.
    if (code === "FST_ERR_ROUTE_MISSING_CONTENT_TYPE") return answer(request, reply);
    throw error;
  });

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
 * and `request.mfa` for the host's routes. Registering rejects with `ConfigError` when an option makes no sense.
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
