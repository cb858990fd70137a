import { isMfaError } from "@nightlatch/core";
import { deviceToken, toProblem } from "@nightlatch/core/http";
import { ada, mfa, startSession } from "../../lib/auth";

/** The password, and what is to follow it. */
export async function POST(request: Request): Promise<Response> {
  const { email, password } = (await request.json()) as { email?: unknown; password?: unknown };
  if (email !== ada.email || password !== ada.password) return new Response(null, { status: 401 });
  const device = deviceToken({ headers: { cookie: request.headers.get("cookie") ?? undefined } });
  try {
    const step = await mfa.signIn({ id: ada.id }, { amr: ["pwd"], enrolled: ada.enrolled, ...(device === undefined ? {} : { device }) });
    // The client answers the challenge at /auth/mfa/verify, in the MFA-Challenge header.
    if (step.required) return answer(toProblem(step));
  } catch (error) {
    if (!isMfaError(error)) throw error;
    return answer(toProblem(error));
  }
  return Response.json({ signed_in: ada.email }, { headers: { "Set-Cookie": startSession() } });
}

const answer = ({ status, headers, body }: ReturnType<typeof toProblem>): Response =>
  new Response(JSON.stringify(body), { status, headers: { ...headers } });
