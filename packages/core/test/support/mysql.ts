import { newMysqlDatabase } from "@nightlatch/internal-services";
import { createPool, type Pool, type PoolOptions } from "mysql2/promise";

/** A pool on an empty database of a server. */
export async function newPool(serverUrl: string, options: PoolOptions = {}): Promise<{ url: string; pool: Pool }> {
  const url = await newMysqlDatabase(serverUrl);
  return { url, pool: createPool({ uri: url, ...options }) };
}
