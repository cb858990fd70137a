import type { HttpResponse } from "@nightlatch/core/http";
import type { Response } from "express";

/**
 * Writes an answer of the protocol: a problem made by `toProblem`, say, in the host's own sign-in route.
 *
 * @example
 * ```ts
 * import type { Mfa } from "@nightlatch/core";
 * import { randomUUID } from "node:crypto";
 * import { toProblem } from "@nightlatch/core/http";
 * import { send } from "@nightlatch/express";
 * import type { Request, Response } from "express";
 *
 * export const secondStep = (mfa: Mfa) => async (req: Request, res: Response) => {
 *   const session = randomUUID();
 *   const verification = await mfa.verify({ challenge: req.body.challenge, code: req.body.code, session });
 *   if (verification.ok) res.json({ user: verification.subject.id, session });
 *   else send(res, toProblem(verification));
 * };
 * ```
 */
export function send(res: Response, { status, body, ...head }: HttpResponse): void {
  setHead(res.status(status), head);
  // `res.send` would add an ETag, a fingerprint of what may be a secret, and answer 304 by it.
  res.end(body && JSON.stringify(body));
}

/** Adds fields and cookies to those that are there. */
export function setHead(res: Response, { headers, cookies = [] }: Pick<HttpResponse, "headers" | "cookies">): void {
  for (const [name, value] of Object.entries(headers)) {
    if (name === "Vary") res.vary(value);
    else res.setHeader(name, value);
  }
  for (const cookie of cookies) res.append("Set-Cookie", cookie);
}
