import type { Store } from "../../src/index.ts";
import { sqliteStore } from "../../src/stores/sqlite/index.ts";
import { serve } from "./servers.ts";
import { type ClientName, clients } from "./sqlite.ts";

/** The store that several processes share, as this one's environment names it. */
export async function sharedStore(): Promise<{ store: Store; close(): unknown }> {
  const { RACE_URL, RACE_FILE = "", RACE_CLIENT } = process.env;
  if (RACE_URL) return await serve(RACE_URL);
  const client = clients[RACE_CLIENT as ClientName](RACE_FILE);
  return { store: sqliteStore(client), close: () => client.close() };
}
