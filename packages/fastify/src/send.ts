import type { HttpResponse } from "@nightlatch/core/http";
import type { FastifyReply } from "fastify";

/** Adds fields and cookies to those that are there. */
export function setHead(reply: FastifyReply, { headers, cookies = [] }: Pick<HttpResponse, "headers" | "cookies">): void {
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
