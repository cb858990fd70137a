import type { AddressInfo } from "node:net";
import express from "express";
import * as client from "prom-client";
import { hostMfa, limits, subjectIn, tell, type Variant } from "../../core/bench/http-host.ts";
import { expressMfa, httpMetrics, rateLimit } from "../src/index.ts";

// A process of its own, which `pnpm bench http` loads: one route, and what is measured before it.
const variant = process.argv[2] as Variant;
const { mfa, headers } = await hostMfa();
const app = express();
if (variant === "httpMetrics") app.use(httpMetrics(client));
const { stepUp } = expressMfa(mfa, { subject: (req) => subjectIn(req.headers["x-user"]) });
const before = {
  bare: [],
  httpMetrics: [],
  guard: [stepUp({ maxAge: "15m" })],
  rateLimit: [rateLimit(limits, "bench", { by: "address" })],
}[variant];
app.get("/rooms/:id", ...before, (req, res) => void res.json({ id: req.params.id }));
const server = app.listen(0, "127.0.0.1", () => tell((server.address() as AddressInfo).port, headers));
