import { randomBytes, randomUUID } from "node:crypto";
import { createMfa, enrolledBy, isMfaError, keyring, type MfaEvent } from "@nightlatch/core";
import { deviceToken, toProblem } from "@nightlatch/core/http";
import { memoryStore } from "@nightlatch/core/stores/memory";
import { expressMfa, send } from "@nightlatch/express";
import express, { type ErrorRequestHandler, type Request, type Response } from "express";

// The login that you have: users, a password check, and sessions by cookie.
const ada = { id: "1", email: "ada@example.com", password: "correct horse", enrolled: false };
const sessions = new Map<string, typeof ada>();
const sessionOf = (req: Request): string => /(?:^|; )session=([\w-]+)/.exec(req.headers.cookie ?? "")?.[1] ?? "";
function startSession(res: Response, session: string): void {
  sessions.set(session, ada);
  res.cookie("session", session, { httpOnly: true, sameSite: "lax" });
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

const { router, stepUp } = expressMfa(mfa, {
  subject(req) {
    const user = sessions.get(sessionOf(req));
    return user && { id: user.id, name: user.email, session: sessionOf(req), enrolled: user.enrolled };
  },
  // How a sign-in ends once its second step is done.
  signIn: { session: () => randomUUID(), start: ({ session }, _req, res) => void startSession(res, session) },
});

const app = express().use(express.json());
app.use("/auth/mfa", router);

app.post("/login", async (req, res) => {
  const { email, password } = req.body ?? {};
  if (email !== ada.email || password !== ada.password) return res.sendStatus(401);
  const device = deviceToken(req);
  const step = await mfa.signIn({ id: ada.id }, { amr: ["pwd"], enrolled: ada.enrolled, ...(device === undefined ? {} : { device }) });
  // The client answers the challenge at /auth/mfa/verify, in the MFA-Challenge header.
  if (step.required) return send(res, toProblem(step));
  startSession(res, randomUUID());
  return res.json({ signed_in: ada.email });
});

// Whoever has an authenticator proves it anew before this; who has none passes.
app.delete("/account", stepUp({ maxAge: "5m", ifNotEnrolled: "allow" }), (_req, res) => void res.json({ deleted: true }));

const onError: ErrorRequestHandler = (error, _req, res, next) => (isMfaError(error) ? send(res, toProblem(error)) : next(error));
app.use(onError);

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  const address = server.address();
  console.log(`Listening on http://127.0.0.1:${typeof address === "object" ? address?.port : address}`);
});
