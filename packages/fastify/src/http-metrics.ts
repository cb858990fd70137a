import { createHttpMetrics, type HttpMetricsOptions, type PromClient } from "@nightlatch/core/http";
import type { FastifyPluginCallback } from "fastify";
import fp from "fastify-plugin";

/**
 * A plugin that counts and times requests for Prometheus, by method, route pattern and status, on the prom-client that
 * it is given. Register it first, and await it. No label holds a raw path.
 *
 * @throws ConfigError when what was given is not prom-client, or its registry holds other metrics of these names
 *
 * @example
 * ```ts
 * import { httpMetrics } from "@nightlatch/fastify";
 * import Fastify from "fastify";
 * import * as client from "prom-client";
 *
 * const app = Fastify();
 * await app.register(httpMetrics(client));
 * app.get("/metrics", async (_request, reply) => reply.type(client.register.contentType).send(await client.register.metrics()));
 * ```
 */
export function httpMetrics(client: PromClient, options?: HttpMetricsOptions): FastifyPluginCallback {
  const begin = createHttpMetrics(client, options);
  return fp(
    (fastify, _options, done) => {
      fastify.addHook("onRequest", (request, reply, next) => {
        const end = begin(request.method);
        const { raw } = reply;
        raw.on("close", () => end(request.routeOptions.url, raw.writableFinished ? raw.statusCode : undefined));
        next();
      });
      done();
    },
    { name: "@nightlatch/fastify/http-metrics", fastify: "5.x" },
  );
}
