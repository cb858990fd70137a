import { guardAudits } from "./http-audits-guard.ts";
import { inputAudits } from "./http-audits-input.ts";
import { type AuditCase, type AuditedHost, auditKit, type HttpAudit } from "./http-audits-kit.ts";
import { lifecycleAudits } from "./http-audits-lifecycle.ts";
import { routeAudits } from "./http-audits-routes.ts";
import { entranceAudits } from "./http-audits-sign-in.ts";

const GROUPS: readonly (readonly [string, readonly AuditCase[]])[] = [
  ["route", routeAudits],
  ["life", lifecycleAudits],
  ["input", inputAudits],
  ["guard", guardAudits],
  ["entrance", entranceAudits],
];

/**
 * What every adapter has to do over HTTP, as data for any test runner: the routes, the guard, sign-in and CORS, asked
 * of a host on a live port. Audits use users of their own; run them one after the other, since they move the clock.
 *
 * The host mounts the routes at `/auth/mfa` with `ground`'s `mfa`, `subject`, `origins` and `signIn`, and guards the
 * `auditRoutes`.
 *
 * @example
 * ```ts
 * import { auditGround, auditRoutes, httpAudits } from "@nightlatch/core/testing";
 * import { webMfa } from "@nightlatch/core/http";
 *
 * const ground = await auditGround();
 * const { handler, stepUp } = webMfa(ground.mfa, {
 *   origins: ground.origins,
 *   signIn: ground.signIn,
 *   subject: (request) => ground.subject(request.headers.get("authorization")),
 * });
 * const done = () => Response.json({ done: true });
 * const guarded = auditRoutes.map(({ path, options, isBound }) => ({
 *   pattern: new RegExp(`^${path.replace(":id", "([^/]+)")}$`),
 *   run: (id: string) => (isBound ? stepUp({ ...options, bind: () => [id] }, done) : stepUp(options, done)),
 * }));
 *
 * async function answer(input: string | URL | Request, init?: RequestInit): Promise<Response> {
 *   const request = new Request(input, init);
 *   const { pathname } = new URL(request.url);
 *   for (const { pattern, run } of guarded) {
 *     const found = pattern.exec(pathname);
 *     if (found) return await run(found[1] ?? "")(request);
 *   }
 *   return await handler(request);
 * }
 *
 * for (const { id, name, run } of httpAudits({ baseUrl: "http://localhost", ground, fetch: answer })) {
 *   await run();
 *   console.log(`${id} ${name}`);
 * }
 * ```
 */
export function httpAudits(host: AuditedHost): readonly HttpAudit[] {
  const kit = auditKit(host);
  return GROUPS.flatMap(([group, cases]) =>
    cases.map(({ level, name, run }, index) => ({
      id: `http-${group}-${String(index + 1).padStart(2, "0")}`,
      level,
      name,
      run: async () => await run(kit),
    })),
  );
}
