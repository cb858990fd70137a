import type { IncomingMessage, ServerResponse } from "node:http";
import { served } from "@nightlatch/internal-services/served";
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
  const { url, stop: close } = await served((request, response) => {
    answering(request, response).catch((error: unknown) => {
      response.writeHead(500);
      response.end(String(error));
    });
  });
  process.send?.({ url });
  return { url, close };
}
