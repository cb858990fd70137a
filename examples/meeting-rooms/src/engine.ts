import { createMfa, type Mfa } from "@nightlatch/core";
import { promMetrics } from "@nightlatch/core/metrics";
import { postgresStore } from "@nightlatch/core/stores/postgres";
import { expressMfa } from "@nightlatch/express";
import type { RequestHandler } from "express";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { ServiceContext } from "./service-context.ts";
import type { Authentication } from "./tokens/authenticate.ts";

/** What users see in their authenticator app. */
export const ISSUER = "Smart Meeting Rooms";

/** The MFA engine of a service, and its guard. */
export interface Engine {
  mfa: Mfa;
  /** Lets through who has proved a second factor within five minutes, and who has none. */
  freshCode: RequestHandler;
}

/**
 * Nightlatch on the shared database. Each service runs an engine of its own; codes, locks and grants are one and the
 * same, since all that decides is in the database.
 *
 * @throws KeyError when the keyring is not the one that sealed the data
 */
export async function createEngine({
  keys,
  database,
  auth,
  log,
  register,
}: ServiceContext & { auth: Authentication; log: Logger; register: Registry }): Promise<Engine> {
  const mfa = createMfa({ issuer: ISSUER, keys, store: postgresStore(database.mfaClient), metrics: promMetrics({ register }) });
  await mfa.ready({ migrate: true });
  const { stepUp } = expressMfa(mfa, { subject: auth.subject, onError: (error) => log.error({ err: error }, "MFA failed") });
  return { mfa, freshCode: stepUp({ maxAge: "5m", ifNotEnrolled: "allow" }) };
}
