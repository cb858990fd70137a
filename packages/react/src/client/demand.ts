import type { MfaClient } from "./create-client.ts";
import { problemOf } from "./decode.ts";
import type { DemandFacts, MfaProblem } from "./problem.ts";

/** The problem that a response tells of. It is read off a copy: the response is the caller's. */
async function problemIn(response: Response, client: MfaClient): Promise<MfaProblem | undefined> {
  const { headers, status } = response;
  if (response.ok || response.redirected || !/json/.test(headers.get("Content-Type") ?? "")) return undefined;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => {});
  return problemOf(body, status, client.now(), headers.get("Retry-After"));
}

/** What is wrong with the code that came with a request, so that the guard has not let it act; nothing else is the code's. */
export async function refusalIn(response: Response, client: MfaClient): Promise<MfaProblem | undefined> {
  const problem = await problemIn(response, client);
  return problem && /^(code_|locked)/.test(problem.code) ? problem : undefined;
}

/** What a guard's refusal demands: in the body, else in `WWW-Authenticate` (RFC 9470 §3). Where a redirect led is no guard of ours. */
export async function demandIn(response: Response, client: MfaClient): Promise<DemandFacts | undefined> {
  if (response.status !== 401 || response.redirected) return undefined;
  const problem = await problemIn(response, client);
  if (problem) return problem.code === "step_up_required" ? problem : undefined;
  const header = response.headers.get("WWW-Authenticate") ?? "";
  if (!header.includes("insufficient_user_authentication")) return undefined;
  const maxAge = /max_age="?(\d+)/.exec(header)?.[1];
  return { methods: [], maxAge: maxAge ? Number(maxAge) : undefined };
}
