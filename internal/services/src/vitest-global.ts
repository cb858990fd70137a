import type { TestProject } from "vitest/node";
import { postgresServer } from "./postgres.ts";
import { ensureTools } from "./tools.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The connection string of a real PostgreSQL server. */
    postgresUrl: string;
  }
}

/** Starts what the tests need once for the whole run. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  await ensureTools();
  const postgres = await postgresServer();
  provide("postgresUrl", postgres.url);
  return () => postgres.stop();
}
