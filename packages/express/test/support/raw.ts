import { request } from "node:http";
import { connect } from "node:net";
import type { Host } from "./app.ts";

/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** A request that `fetch` would not send: header lines as they are, and a body in chunks without its length. */
export function rawRequest(
  { url }: Host,
  { method, path, headers, chunks = [] }: { method: string; path: string; headers: [string, string][]; chunks?: (string | Uint8Array)[] },
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const lines = [["Host", `${hostname}:${port}`], ...headers].flat();
    const outgoing = request({ hostname, port, method, path, headers: lines, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    outgoing.on("error", reject);
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end();
  });
}

/** Bytes to the port, and the first line that comes back; empty when the connection just ended. `hangUp` ends our side at once. */
export function rawBytes({ url }: Host, bytes: string, { hangUp }: { hangUp: boolean }): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    let text = "";
    const socket = connect(Number(port), hostname, () => {
      if (hangUp) socket.end(bytes);
      else socket.write(bytes);
    });
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      text += chunk;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(text.split("\r\n")[0] ?? ""));
  });
}
