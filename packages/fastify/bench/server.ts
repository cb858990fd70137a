import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import * as client from "prom-client";
import { hostMfa, limits, subjectIn, tell, type Variant } from "../../core/bench/http-host.ts";
import { fastifyMfa, httpMetrics, rateLimit } from "../src/index.ts";

// A process of its own, which `pnpm bench http` loads: one route, and what is measured before it.
const variant = process.argv[2] as Variant;
const { mfa, headers } = await hostMfa();
const app = Fastify();
if (variant === "httpMetrics") await app.register(httpMetrics(client));
if (variant === "guard") await app.register(fastifyMfa, { mfa, subject: (request) => subjectIn(request.headers["x-user"]) });
const before = {
  bare: {},
  httpMetrics: {},
  guard: variant === "guard" ? { preHandler: app.stepUp({ maxAge: "15m" }) } : {},
  rateLimit: { onRequest: rateLimit(limits, "bench", { by: "address" }) },
}[variant];
app.get<{ Params: { id: string } }>("/rooms/:id", before, async (request) => ({ id: request.params.id }));
await app.listen({ host: "127.0.0.1", port: 0 });
tell((app.server.address() as AddressInfo).port, headers);
