import { randomUUID } from "node:crypto";
import { matchPath } from "@nightlatch/core/http";
import type { Request, RequestHandler } from "express";
import type { Logger } from "pino";

/** Where the MFA routes are mounted. */
export const MFA_MOUNT = "/auth/mfa";

/** A client's own request id is kept where it is one: it ends up in headers and logs. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The route that took a request, never the address itself: people type secrets into addresses. */
function routeOf(req: Request): string {
  if (req.route) return String(req.route.path);
  const [path = ""] = req.originalUrl.split("?");
  const route = path.startsWith(`${MFA_MOUNT}/`) ? matchPath(path.slice(MFA_MOUNT.length)) : undefined;
  return route ? MFA_MOUNT + route.pattern : "none";
}

/** Gives each request an id, and logs how it went: neither headers nor bodies. */
export function requestLog(log: Logger): RequestHandler {
  return function requestLog(req, res, next) {
    const started = performance.now();
    const sent = req.get("X-Request-Id");
    const id = sent !== undefined && REQUEST_ID.test(sent) ? sent : randomUUID();
    res.set("X-Request-Id", id);
    res.once("close", () => {
      const facts = {
        req_id: id,
        method: req.method,
        route: routeOf(req),
        status: res.statusCode,
        ms: Math.round(performance.now() - started),
      };
      if (res.writableFinished) log.info(facts, "request");
      else log.info(facts, "request abandoned");
    });
    next();
  };
}
