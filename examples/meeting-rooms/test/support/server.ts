import { newDatabase } from "@nightlatch/internal-services";
import { inject } from "vitest";
import { newKeys, type Started, startSystem } from "./system.ts";

/** A fresh, empty database on a real server, and a keyring of its own. */
export async function freshServer(): Promise<{ DATABASE_URL: string; NIGHTLATCH_KEYS: string }> {
  return { DATABASE_URL: await newDatabase(inject("postgresUrl")), NIGHTLATCH_KEYS: newKeys() };
}

/** The whole system on a fresh database server, with its demo data; faster to start than the embedded database. */
export async function startOnServer(env: Record<string, string> = {}): Promise<Started> {
  return await startSystem({ env: { ...(await freshServer()), ...env } });
}
