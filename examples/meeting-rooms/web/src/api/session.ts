import { createMfaClient, type MfaClient, problemOf } from "@nightlatch/react/client";
import { createContext, useContext } from "react";
import { ApiError, call } from "./call.ts";
import type { ConsoleFacts, User } from "./types.ts";

/** Who is signed in, and what every page may ask. */
export interface Session {
  me: User;
  facts: ConsoleFacts;
  mfaEnabled: boolean;
  signOut(): void;
}

export const SessionContext = createContext<Session | undefined>(undefined);

/** Who is signed in; for pages that nobody else sees. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("This page is shown to who is signed in.");
  return session;
}

/** The MFA routes. The console's server adds the session to each call. */
export const mfa: MfaClient = createMfaClient({ endpoint: "/api/auth/mfa" });

/** A sign-in whose password was right, and that wants a code. */
export interface SecondStep {
  challenge: string;
  methods: readonly string[];
  enrol: boolean;
}

/** The first step: done, or what the second one has to answer. @throws ApiError */
export async function signIn(username: string, password: string): Promise<SecondStep | undefined> {
  try {
    await call("/auth/login", { method: "POST", body: { username, password } });
    return undefined;
  } catch (error) {
    const problem = error instanceof ApiError ? problemOf(error.body, error.status, Date.now(), null) : undefined;
    if (problem?.code !== "mfa_required") throw error;
    return { challenge: problem.challenge, methods: problem.methods, enrol: problem.enrol };
  }
}

/** How a session ended: by its time, or by a sign-out that this browser alone knows of, or that nobody has confirmed. */
export type Ending = "expired" | "here" | "unknown";

/** Signs out; what is not certain then, if anything. */
export async function signOut(): Promise<Ending | undefined> {
  try {
    await call("/session", { method: "DELETE" });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // The console's server drops the cookie before it asks the users service; without its answer nothing was dropped.
    return error.code === "unavailable" ? "here" : "unknown";
  }
}
