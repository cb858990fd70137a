import type { Request, RequestHandler } from "express";

const SAFE = new Set(["GET", "HEAD"]);

/** Whether the page that sent a request is the console's own. */
function isOwn(req: Request): boolean {
  // What the browser itself says; no page can set it (Fetch Metadata, W3C).
  const site = req.get("Sec-Fetch-Site");
  if (site !== undefined) return site === "same-origin" || (site === "none" && SAFE.has(req.method));
  const origin = req.get("Origin");
  if (origin !== undefined) return URL.canParse(origin) && new URL(origin).host === req.host;
  return SAFE.has(req.method);
}

/** Refuses what another site has the browser send: the cookie alone proves nothing (OWASP ASVS 5.0, V3.5). */
export const sameOriginOnly: RequestHandler = function sameOriginOnly(req, res, next) {
  if (isOwn(req)) return next();
  const code = "origin_refused";
  const title = "This request did not come from the console's own pages.";
  res
    .status(403)
    .type("application/problem+json")
    .send({ type: `urn:meeting-rooms:error:${code}`, title, status: 403, code });
};
