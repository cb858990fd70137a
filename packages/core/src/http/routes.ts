import { z } from "zod";
import type { Mfa, Proof, Refusal, Subject, Verified } from "../engine/types.ts";
import { qrDataUrl } from "../otp/index.ts";
import { type HttpRequest, type HttpResponse, header, json } from "./message.ts";
import { problem, toProblem } from "./problem.ts";

/** What a route is given beside its body. */
export interface RouteContext {
  mfa: Mfa;
  subject: Subject;
  request: HttpRequest;
}

/** A route: where it is, what body it takes, and what it does. */
export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Absent where no body is read. */
  readonly body?: z.ZodType;
  /** Whether a code may come in its body: such a route is behind the lockout. */
  readonly takesCode: boolean;
  /** Answers a request whose body has passed the schema. */
  handle(context: RouteContext, body: unknown): Promise<HttpResponse>;
}

/** Keeps a route's schema and the type of its handler's body together. */
function route<Schema extends z.ZodType>(
  method: "GET" | "POST",
  path: string,
  body: Schema,
  handle: (context: RouteContext, body: z.output<Schema>) => Promise<HttpResponse>,
): Route {
  const takesCode = body instanceof z.ZodObject && "code" in body.shape;
  return {
    method,
    path,
    takesCode,
    ...(method === "GET" ? {} : { body }),
    handle: (context, judged) => handle(context, judged as z.output<Schema>),
  };
}

const nothing = z.strictObject({});
const code = z.string().min(1).max(64);
/** What a person calls an authenticator: shown again later, so nothing that a terminal or a log would act on. */
const name = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, "Control characters are not allowed in a name.");
const answersWithCode = z.strictObject({ code });
const mayProve = z.strictObject({ code: code.optional() });

/** The proof that a request bears: a code in the body before a grant in its header. */
function proofIn({ code }: { code?: string | undefined }, request: HttpRequest): Proof | undefined {
  if (code !== undefined) return { code };
  const grant = header(request, "mfa-grant");
  return grant === undefined ? undefined : { grant };
}

/** No proof at all asks for a grant, and is told what one would take. */
const NO_PROOF: Proof = { grant: "" };

async function refused({ mfa, subject }: RouteContext, refusal: Refusal): Promise<HttpResponse> {
  if (refusal.reason !== "proof_needed") return toProblem(refusal);
  const { challenge, methods } = await mfa.challenge(subject);
  return problem("proof_needed", { body: { challenge, methods } });
}

const grantOf = ({ grant, expiresIn, amr, acr }: Verified): Record<string, unknown> => ({ grant, expires_in: expiresIn, amr, acr });

const status = route("GET", "/status", nothing, async ({ mfa, subject }) => {
  const { enabled, factors, recoveryCodesLeft, lockedUntil } = await mfa.status(subject);
  return json(200, {
    mfa_enabled: enabled,
    username: subject.name ?? subject.id,
    factors: factors.map(({ id, type, name, createdAt, lastUsedAt }) => ({
      id,
      type,
      name,
      created_at: createdAt.toISOString(),
      last_used_at: lastUsedAt?.toISOString() ?? null,
    })),
    recovery_codes_left: recoveryCodesLeft,
    ...(lockedUntil ? { locked_until: lockedUntil.toISOString() } : {}),
  });
});

const setupBody = z.strictObject({
  type: z.string().min(1).max(32).optional(),
  name: name.optional(),
  code: code.optional(),
});

const setup = route("POST", "/setup", setupBody, async (context, { type, name, ...body }) => {
  const proof = proofIn(body, context.request);
  const made = await context.mfa.factors.setup(context.subject, {
    ...(type ? { type } : {}),
    ...(name ? { name } : {}),
    ...(proof ? { proof } : {}),
  });
  if (!made.ok) return await refused(context, made);
  return json(200, {
    factor_id: made.factorId,
    secret: made.secret,
    uri: made.uri,
    qr_code: await qrDataUrl(made.uri),
    expires_at: made.expiresAt.toISOString(),
  });
});

const enable = route(
  "POST",
  "/enable",
  z.strictObject({ code, factor_id: z.string().min(1).max(64).optional() }),
  async (context, body) => {
    const { mfa, subject } = context;
    const verification = await mfa.factors.enable(subject, {
      code: body.code,
      ...(body.factor_id === undefined ? {} : { factorId: body.factor_id }),
    });
    if (!verification.ok) return await refused(context, verification);
    const { recoveryCodes } = verification;
    return json(
      200,
      { mfa_enabled: true, ...grantOf(verification), ...(recoveryCodes ? { recovery_codes: recoveryCodes } : {}) },
      { "MFA-Grant": verification.grant },
    );
  },
);

const disable = route("POST", "/disable", mayProve, async (context, body) => {
  const verification = await context.mfa.disable(context.subject, proofIn(body, context.request) ?? NO_PROOF);
  return verification.ok ? json(200, { mfa_enabled: false }) : await refused(context, verification);
});

const challenge = route("POST", "/challenge", nothing, async ({ mfa, subject }) => {
  const { challenge, methods, expiresAt } = await mfa.challenge(subject);
  return json(200, { challenge, methods, expires_at: expiresAt.toISOString() });
});

const verify = route("POST", "/verify", answersWithCode.extend({ challenge: z.string().max(4096).optional() }), async (context, body) => {
  const { mfa, subject } = context;
  const { code, challenge } = body;
  const verification = await mfa.verify(challenge === undefined ? { code, subject } : { code, challenge, subject });
  if (!verification.ok) return await refused(context, verification);
  const { recoveryCodesLeft } = verification;
  return json(
    200,
    { ...grantOf(verification), ...(recoveryCodesLeft === undefined ? {} : { recovery_codes_left: recoveryCodesLeft }) },
    { "MFA-Grant": verification.grant },
  );
});

const recoveryCodes = route("POST", "/recovery-codes", mayProve, async (context, body) => {
  const verification = await context.mfa.regenerateRecoveryCodes(context.subject, proofIn(body, context.request) ?? NO_PROOF);
  if (!verification.ok) return await refused(context, verification);
  return json(200, { recovery_codes: verification.recoveryCodes }, { "MFA-Grant": verification.grant });
});

/** Every route there is, relative to the mount point. */
export const routes: readonly Route[] = Object.freeze([status, setup, enable, disable, challenge, verify, recoveryCodes]);
