import { expect, test } from "vitest";
import { webMfa } from "../src/http/index.ts";
import { auditGround, auditRoutes, httpAudits } from "../src/testing/index.ts";

/** How an adapter could be wrong: what it makes of a request, and of the answer. */
interface Fault {
  request?(request: Request): Request;
  answer?(response: Response, request: Request): Response | Promise<Response>;
  /** Guards that are left out. */
  unguarded?: string;
  /** What it forgets of who is asking. */
  forgotten?: "enrolled";
}

const withHeaders = (response: Response, edit: (headers: Headers) => void): Response => {
  const headers = new Headers(response.headers);
  edit(headers);
  return new Response(response.body, { status: response.status, headers });
};
const without =
  (...names: string[]) =>
  (response: Response): Response =>
    withHeaders(response, (headers) => {
      for (const name of names) headers.delete(name);
    });
const dropping =
  (name: string) =>
  (request: Request): Request => {
    const headers = new Headers(request.headers);
    headers.delete(name);
    return new Request(request, { headers });
  };

const FAULTS: readonly (readonly [string, Fault])[] = [
  ["lets caches keep answers", { answer: without("cache-control") }],
  ["adds an ETag", { answer: (response) => withHeaders(response, (headers) => headers.set("etag", '"1"')) }],
  ["forgets the header of new grants", { answer: without("mfa-grant") }],
  ["forgets cookies", { answer: without("set-cookie") }],
  ["forgets WWW-Authenticate", { answer: without("www-authenticate") }],
  ["forgets Retry-After", { answer: without("retry-after") }],
  ["forgets CORS", { answer: without("access-control-allow-origin", "access-control-expose-headers") }],
  ["lets every page read", { answer: (response) => withHeaders(response, (headers) => headers.set("access-control-allow-origin", "*")) }],
  ["calls problems JSON", { answer: (response) => withHeaders(response, (headers) => headers.set("content-type", "application/json")) }],
  [
    "answers a lock with 401",
    {
      answer: (response) => (response.status === 429 ? new Response(response.body, { status: 401, headers: response.headers }) : response),
    },
  ],
  ["loses the origin", { request: dropping("origin") }],
  ["loses Sec-Fetch-Site", { request: dropping("sec-fetch-site") }],
  ["loses the sign-in's challenge", { request: dropping("mfa-challenge") }],
  ["loses grants", { request: dropping("mfa-grant") }],
  ["loses inline codes", { request: dropping("x-mfa-code") }],
  ["forgets what the host remembers", { forgotten: "enrolled" }],
  ...auditRoutes.map(({ path }) => [`leaves ${path} unguarded`, { unguarded: path }] as const),
];

/** The first of the audits that an adapter fails; none for one that passes them all. */
async function failedBy({
  request: bend = (request) => request,
  answer: turn = (response) => response,
  unguarded,
  forgotten,
}: Fault): Promise<string | undefined> {
  const ground = await auditGround();
  const { handler, stepUp } = webMfa(ground.mfa, {
    origins: ground.origins,
    signIn: ground.signIn,
    subject(request) {
      const subject = ground.subject(request.headers.get("authorization"));
      if (!subject || !forgotten) return subject;
      const { [forgotten]: _, ...rest } = subject;
      return rest;
    },
  });
  const done = () => Response.json({ done: true });
  const guards = auditRoutes.map(({ path, options, isBound }) => ({
    pattern: new RegExp(`^${path.replace(":id", "([^/]+)")}$`),
    run: (id: string) => {
      if (path === unguarded) return done;
      return isBound ? stepUp({ ...options, bind: () => [id] }, done) : stepUp(options, done);
    },
  }));
  const answered = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    for (const { pattern, run } of guards) {
      const found = pattern.exec(pathname);
      if (found) return await run(found[1] ?? "")(request);
    }
    return await handler(request);
  };
  const audits = httpAudits({
    baseUrl: "http://localhost",
    ground,
    async fetch(input, init) {
      const request = new Request(input as string, init);
      return await turn(await answered(bend(request)), request);
    },
  });
  for (const { id, run } of audits.toReversed()) {
    const passes = await run().then(
      () => true,
      () => false,
    );
    if (!passes) return id;
  }
  return undefined;
}

test("an adapter without a fault fails none of the audits, without a port too", async () => {
  expect(await failedBy({})).toBeUndefined();
});

test.each(FAULTS)("an adapter that %s fails some audit", async (_what, fault) => {
  expect(await failedBy(fault)).toMatch(/^http-/);
});
