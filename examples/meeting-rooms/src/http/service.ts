import express, { type Express } from "express";
import type { Logger } from "pino";
import type { Queries } from "../database/database.ts";
import { answerProblems, notFound } from "./answer-problems.ts";
import { Problem } from "./problem.ts";
import { requestLog } from "./request-log.ts";

/** What every service is made with. */
export interface ServiceOptions {
  name: string;
  database: Queries;
  log: Logger;
}

/** A service: what all of them have in common, around its own routes. */
export function createService({ name, database, log: parent }: ServiceOptions, addRoutes: (app: Express) => void): Express {
  const log = parent.child({ service: name });
  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.use(requestLog(log));
  app.use(function standardHeaders(_req, res, next) {
    // Nearly every answer is somebody's own, and some hold tokens: no cache keeps any.
    res.set({ "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" });
    next();
  });

  app.get("/health", async (_req, res) => {
    try {
      await database.query("SELECT 1");
    } catch (cause) {
      throw new Problem("unavailable", { cause });
    }
    res.json({ status: "ok", service: name });
  });
  addRoutes(app);

  app.use(notFound);
  app.use(answerProblems(log));
  return app;
}
