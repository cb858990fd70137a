import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** A server of this very process. */
export interface Served {
  /** Scheme, host and port. */
  url: string;
  /** Ends it with whatever is under way. */
  stop(): Promise<void>;
}

/** Serves on a port of loopback that nobody else has: an app, or anything that takes requests as Node gives them. */
export async function served(listener: RequestListener): Promise<Served> {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
