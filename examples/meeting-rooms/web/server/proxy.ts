import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Request, RequestHandler, Response } from "express";
import { Problem } from "../../src/http/problem.ts";
import { otherCookies, sessionToken, startSession } from "./session-cookie.ts";

/** Milliseconds without a byte after which a service counts as gone. Live updates have a sign of life every 15 s. */
const PATIENCE = 60_000;

/** An answer that may hold a token is read whole; none comes near it. */
const LARGEST_TOKEN_ANSWER = 256 * 1024;

const IS_JSON = /^application\/(?:[\w.-]+\+)?json\b/i;

/** RFC 9110 §7.6.1: these are about one connection, and end with it. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** What the browser may not say for itself. */
const NOT_THE_BROWSERS = ["host", "cookie", "authorization", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"];

function without(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  const named = (headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name) && !named.includes(name)));
}

function headersFor(req: Request): IncomingHttpHeaders {
  const token = sessionToken(req);
  const cookie = otherCookies(req);
  return {
    ...without(req.headers, [...HOP_BY_HOP, ...NOT_THE_BROWSERS]),
    ...(req.headers["transfer-encoding"] && { "transfer-encoding": "chunked" }),
    ...(token && { authorization: `Bearer ${token}` }),
    ...(cookie && { cookie }),
    "x-forwarded-for": req.ip ?? "",
    "x-forwarded-host": req.host,
    "x-forwarded-proto": req.protocol,
  };
}

/** Where a request goes; `undefined` where dots in its path would lead it out of what the service is asked for here. */
function targetOf(req: Request, service: string): URL | undefined {
  const root = new URL(service);
  // What follows `/api` is the service's own path; a URL takes `..` and its escapes for what they are.
  const url = new URL(req.originalUrl.slice("/api".length), root);
  const own = req.baseUrl.slice("/api".length).toLowerCase();
  const path = url.pathname.toLowerCase();
  return url.origin === root.origin && (path === own || path.startsWith(`${own}/`)) ? url : undefined;
}

const open = (url: URL, req: Request): ReturnType<typeof httpRequest> =>
  (url.protocol === "https:" ? httpsRequest : httpRequest)(url, { method: req.method, headers: headersFor(req) });

async function wholeBody(answer: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > LARGEST_TOKEN_ANSWER) throw new Problem("unavailable");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The access token of an answer, if it holds one, becomes the cookie; the page is told all but that. What can't be read is not handed on. */
async function answerWithSession(req: Request, res: Response, answer: IncomingMessage): Promise<void> {
  const body = await wholeBody(answer);
  res.set("Content-Type", answer.headers["content-type"]);
  // As a HEAD is answered.
  if (body.length === 0) return void res.end();
  const { access_token, ...rest } = JSON.parse(body.toString()) as Record<string, unknown>;
  if (access_token === undefined) return void res.send(body);
  if (typeof access_token === "string") startSession(req, res, access_token);
  const { token_type: _, ...shown } = rest;
  res.json(shown);
}

/**
 * Hands requests on to a service, with the caller's token out of the cookie; bodies and live updates go through as they
 * come, until `stop` ends those that never would. With `signsIn`, the token that an answer may hold is kept from the
 * browser's scripts, whichever address below the service's the answer comes from.
 *
 * @throws Problem `unavailable` when the service does not answer
 */
export function proxyTo(service: string, stop: AbortSignal, { signsIn }: { signsIn: boolean }): RequestHandler {
  return function proxy(req, res, next) {
    const url = targetOf(req, service);
    if (!url) throw new Problem("not_found");
    const outgoing = open(url, req);
    outgoing.setTimeout(PATIENCE, () => outgoing.destroy(new Error("The service said nothing for a minute.")));
    const failed = (cause: unknown): void => (res.headersSent ? void res.destroy() : next(new Problem("unavailable", { cause })));
    outgoing.once("error", failed);
    // The browser went: nobody waits for the answer.
    res.once("close", () => outgoing.destroy());
    outgoing.once("response", (answer) => {
      const headers = without(answer.headers, HOP_BY_HOP);
      const mayHoldToken = signsIn && IS_JSON.test(headers["content-type"] ?? "");
      res.status(answer.statusCode ?? 502);
      for (const [name, value] of Object.entries(headers)) {
        if (value !== undefined && !(mayHoldToken && name.startsWith("content-"))) res.set(name, value);
      }
      if (mayHoldToken) {
        answerWithSession(req, res, answer).catch(failed);
        return;
      }
      answer.once("error", failed);
      if (answer.headers["content-type"]?.startsWith("text/event-stream")) {
        const end = (): void => void res.end();
        stop.addEventListener("abort", end, { once: true });
        res.once("close", () => stop.removeEventListener("abort", end));
      }
      // What streams is told to the browser at once.
      res.flushHeaders();
      answer.pipe(res);
    });
    req.pipe(outgoing);
  };
}
