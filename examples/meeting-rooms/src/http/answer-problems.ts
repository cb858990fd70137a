import { isMfaError } from "@nightlatch/core";
import { type HttpResponse, toProblem } from "@nightlatch/core/http";
import { send } from "@nightlatch/express";
import type { ErrorRequestHandler, RequestHandler } from "express";
import type { Logger } from "pino";
import { DatabaseOutage, refusedValue } from "../database/database.ts";
import { Problem } from "./problem.ts";

/** What Express and its body parsers throw about a request, by status. Their own words may quote the body. */
const OF_STATUS: Readonly<Record<number, ConstructorParameters<typeof Problem>[0]>> = {
  400: "body_invalid",
  413: "body_too_large",
  415: "media_type_unsupported",
};

function clientFault(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !("status" in error) || typeof error.status !== "number") return undefined;
  if (error.status < 400 || error.status > 499) return undefined;
  // A path with a broken escape, such as `%E0%A4`, is the router's to refuse.
  if (error instanceof URIError) return new Problem("request_invalid");
  return new Problem(OF_STATUS[error.status] ?? "request_invalid");
}

function answerFor(error: unknown): HttpResponse {
  if (error instanceof Problem) return error;
  if (isMfaError(error)) return toProblem(error);
  if (error instanceof DatabaseOutage) return new Problem("unavailable");
  // Each input is judged before it gets there. What that lets through is the sender's still, and no fault of the service's.
  if (refusedValue(error)) return new Problem("input_invalid");
  return clientFault(error) ?? new Problem("internal");
}

/** No route took the request. */
export const notFound: RequestHandler = () => {
  throw new Problem("not_found");
};

/** Answers what routes throw. What is our fault goes to the log; what is the client's does not, since it may quote a secret. */
export function answerProblems(log: Logger): ErrorRequestHandler {
  return function problems(error: unknown, _req, res, next) {
    const answer = answerFor(error);
    if (answer.status >= 500 || isMfaError(error)) log.error({ err: error, req_id: res.get("X-Request-Id") }, "request failed");
    else if (refusedValue(error))
      log.warn({ sqlstate: refusedValue(error), req_id: res.get("X-Request-Id") }, "a value reached the database unjudged");
    if (res.headersSent) return next(error);
    send(res, answer);
  };
}
