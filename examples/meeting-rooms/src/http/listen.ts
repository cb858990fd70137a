import { createServer, type RequestListener } from "node:http";
import { StartError } from "../start-error.ts";

/** Milliseconds that requests in flight are given to finish when a server closes. */
const GRACE = 5_000;

/** A server that accepts requests. */
export interface Listening {
  /** Accepts no more, lets what is in flight finish, and cuts off what does not. */
  close(): Promise<void>;
}

/**
 * Serves on a port.
 *
 * @throws StartError when the port can't be had
 */
export async function listen(
  app: RequestListener,
  { host, port, variable, onStop }: { host: string; port: number; variable: string; onStop(): void },
): Promise<Listening> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "something else is using it" : cause.message;
      reject(new StartError(`Port ${port} of ${host} can't be had: ${why}. Choose another one with ${variable}.`, { cause }));
    });
    server.listen(port, host, resolve);
  });
  let closing = false;
  // A connection that was busy when the server began to close has no further request to wait for once it is idle.
  server.on("request", (_req, res) => res.once("close", () => closing && setImmediate(() => server.closeIdleConnections())));
  return Object.freeze({
    async close() {
      closing = true;
      onStop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const cut = setTimeout(() => server.closeAllConnections(), GRACE);
      await closed;
      clearTimeout(cut);
    },
  });
}
