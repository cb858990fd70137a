import type { RequestListener } from "node:http";
import { httpMetrics } from "@nightlatch/express";
import express, { type RequestHandler } from "express";
import * as client from "prom-client";
import { z } from "zod";
import { createEngine, type Engine } from "../engine.ts";
import { createEventStreams } from "../live/event-stream.ts";
import type { ServiceContext } from "../service-context.ts";
import { type Authentication, createAuthentication } from "../tokens/authenticate.ts";
import { answerProblems, notFound } from "./answer-problems.ts";
import { type Api, createApi } from "./api.ts";
import { openApiOf } from "./openapi.ts";
import { Problem } from "./problem.ts";
import { requestLog } from "./request-log.ts";

/** What a service's routes are made with: what the process shares, and what is this service's own. */
export interface OwnContext extends ServiceContext {
  auth: Authentication;
  /** The registry behind this service's `/metrics`. */
  register: client.Registry;
  /** `GET /events`, live updates for whoever is signed in. */
  events: RequestHandler;
  /** The MFA engine on the shared database, and the guard; made at the first call. */
  engine(): Promise<Engine>;
}

/** A service that is ready to listen. */
export interface Service {
  app: RequestListener;
  /** Called when the process is to stop, before requests in flight are waited for: ends streams that would never finish. */
  onStop(): void;
}

/** What can be started: its name, its port unless the environment says another, and how it is made. */
export interface ServiceDefinition<Name extends string = string> {
  readonly name: Name;
  readonly port: number;
  create(context: ServiceContext): Promise<Service>;
}

const health = z.object({ status: z.literal("ok"), service: z.string() });

/** What every service has beside its own routes. */
function addCommonRoutes(api: Api, { database, register }: OwnContext, { name, title, description }: ServiceFacts): void {
  const facts = { access: "open" as const };
  api.get("/health", { ...facts, summary: "Whether the service and its database answer.", answers: { 200: health } }, async (_req, res) => {
    try {
      await database.query("SELECT 1");
    } catch (cause) {
      throw new Problem("unavailable", { cause });
    }
    res.json({ status: "ok", service: name });
  });
  api.get(
    "/metrics",
    { ...facts, summary: "Figures for Prometheus. Not for the internet.", answers: { 200: "text/plain" } },
    async (_req, res) => {
      res.set("Content-Type", register.contentType).send(await register.metrics());
    },
  );
  let described: Record<string, unknown> | undefined;
  api.get("/openapi.json", { ...facts, summary: "This description, OpenAPI 3.1.", answers: { 200: "application/json" } }, (_req, res) => {
    described ??= openApiOf(api, { title, description });
    res.json(described);
  });
}

/** What is said of a service. */
export interface ServiceFacts<Name extends string = string> {
  name: Name;
  port: number;
  title: string;
  description: string;
  /** This service signs the access tokens, so it knows their keys without asking for what is published. */
  signsTokens?: true;
}

/**
 * A service: what all of them have in common around its own routes. Health, metrics, its OpenAPI document, request ids,
 * the log, problems, limits where credentials are taken, and who is calling.
 */
export function service<const Name extends string>(
  facts: ServiceFacts<Name> & { routes(api: Api, context: OwnContext): void | Promise<void> },
): ServiceDefinition<Name> {
  const { name, port, signsTokens, routes } = facts;
  return Object.freeze({
    name,
    port,
    async create(shared: ServiceContext): Promise<Service> {
      const register = new client.Registry();
      const log = shared.log.child({ service: name });
      const auth = createAuthentication(shared.database, signsTokens ? (await shared.signingKeys()).find : shared.tokenKeys);
      const streams = createEventStreams(shared.live, auth);
      let engine: Promise<Engine> | undefined;
      const context: OwnContext = {
        ...shared,
        log,
        auth,
        register,
        events: streams.stream,
        engine() {
          engine ??= createEngine({ ...shared, log, auth, register });
          return engine;
        },
      };

      const app = express();
      // One spelling of each address: what stands in front goes by addresses too, and takes no other for it either.
      app.enable("case sensitive routing").enable("strict routing");
      app.disable("x-powered-by").disable("etag").set("trust proxy", shared.config.trustProxy);
      app.use(requestLog(log));
      app.use(httpMetrics(client, { register }));
      app.use(function standardHeaders(_req, res, next) {
        // Nearly every answer is somebody's own, and some hold tokens: no cache keeps any.
        res.set({ "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" });
        next();
      });
      const api = createApi(app, auth, shared.limits);
      addCommonRoutes(api, context, facts);
      await routes(api, context);
      app.use(notFound);
      app.use(answerProblems(log));
      return { app, onStop: () => streams.close() };
    },
  });
}
