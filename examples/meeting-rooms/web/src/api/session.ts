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
