import { randomBytes, randomUUID } from "node:crypto";
import { createMfa, enrolledBy, isMfaError, keyring, type MfaEvent } from "@nightlatch/core";
import { deviceToken, toProblem } from "@nightlatch/core/http";
import { memoryStore } from "@nightlatch/core/stores/memory";
import { fastifyMfa, send } from "@nightlatch/fastify";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";

// The login that you have: users, a password check, and sessions by cookie.
const ada = { id: "1", email: "ada@example.com", password: "correct horse", enrolled: false };
const sessions = new Map<string, typeof ada>();
const sessionOf = (request: FastifyRequest): string => /(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
function startSession(reply: FastifyReply, session: string): void {
  sessions.set(session, ada);
  reply.header("Set-Cookie", `session=${session}; Path=/; HttpOnly; SameSite=Lax`);
}

// Your own memory of who has enrolled: rows that somebody deletes then switch nothing off. On a database of yours follow the log
// besides, by mfa.audit.follow(): a reset from a shell, or by another process, reaches no onEvent.
function onEvent(event: MfaEvent): void {
  ada.enrolled = enrolledBy(event) ?? ada.enrolled;
}

// Yours: a key from where your secrets are, and a store on your database. These two last as long as the process.
const keys = keyring(process.env.NIGHTLATCH_KEYS ?? `k1:${randomBytes(32).toString("base64")}`);
const mfa = createMfa({ issuer: "Quickstart", keys, store: memoryStore(), onEvent });
await mfa.ready({ migrate: true });

const app = Fastify();
app.setErrorHandler((error, _request, reply) => (isMfaError(error) ? send(reply, toProblem(error)) : reply.send(error)));
await app.register(fastifyMfa, {
  mfa,
  subject(request) {
    const user = sessions.get(sessionOf(request));
    return user && { id: user.id, name: user.email, session: sessionOf(request), enrolled: user.enrolled };
  },
  // How a sign-in ends once its second step is done.
  signIn: { session: () => randomUUID(), start: ({ session }, _request, reply) => void startSession(reply, session) },
});

const body = { type: "object", required: ["email", "password"], properties: { email: { type: "string" }, password: { type: "string" } } };
app.post<{ Body: { email: string; password: string } }>("/login", { schema: { body } }, async (request, reply) => {
  if (request.body.email !== ada.email || request.body.password !== ada.password) return reply.code(401).send();
  const device = deviceToken(request);
  const step = await mfa.signIn({ id: ada.id }, { amr: ["pwd"], enrolled: ada.enrolled, ...(device === undefined ? {} : { device }) });
  // The client answers the challenge at /auth/mfa/verify, in the MFA-Challenge header.
  if (step.required) return send(reply, toProblem(step));
  startSession(reply, randomUUID());
  return { signed_in: ada.email };
});

// Whoever has an authenticator proves it anew before this; who has none passes.
app.delete("/account", { preHandler: app.stepUp({ maxAge: "5m", ifNotEnrolled: "allow" }) }, async () => ({ deleted: true }));

const url = await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT ?? 3000) });
console.log(`Listening on ${url}`);
