import type { TestProject } from "vitest/node";
import { mysqlServer } from "./mariadb.ts";
import { postgresServer } from "./postgres.ts";
import { redisServer } from "./redis.ts";
import { ensureTools } from "./tools.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The connection string of a real PostgreSQL server. */
    postgresUrl: string;
    /** The connection string of a real MariaDB server; `null` where there is none to be had, which `CI=true` does not let pass. */
    mysqlUrl: string | null;
    /** The connection string of a real Redis server; `null` where there is none to be had, which `CI=true` does not let pass. */
    redisUrl: string | null;
  }
}

/** Starts what the tests need once for the whole run. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  await ensureTools();
  const starting = [postgresServer(), mysqlServer(), redisServer()] as const;
  const stop = async (): Promise<void> => {
    for (const server of await Promise.allSettled(starting)) if (server.status === "fulfilled") await server.value?.stop();
  };
  try {
    const [postgres, mysql, redis] = await Promise.all(starting);
    provide("postgresUrl", postgres.url);
    provide("mysqlUrl", mysql?.url ?? null);
    provide("redisUrl", redis?.url ?? null);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
