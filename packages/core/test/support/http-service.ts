import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Subject } from "../../src/index.ts";

/** Answers a request as a service of the host's does. */
export type Answering = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The host's sessions, as both services read them: `Authorization: Bearer user:session`. */
export function subjectIn({ headers }: Pick<IncomingMessage, "headers">): Subject | undefined {
  const [, id, session] = /^Bearer ([\w-]+):([\w-]+)$/.exec(headers.authorization ?? "") ?? [];
  return id && session ? { id, session } : undefined;
}

/** Writes what the protocol answers. */
export function write(
  response: ServerResponse,
  { status, headers, body }: { status: number; headers: Readonly<Record<string, string>>; body?: object },
): void {
  response.writeHead(status, { ...headers });
  response.end(body && JSON.stringify(body));
}

/** A service on a loopback port of its own; tells its parent process where, if it has one. */
export async function listen(answering: Answering): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answering(request, response).catch((error: unknown) => {
      response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.send?.({ url });
  return {
    url,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
