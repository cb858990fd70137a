import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "@nightlatch/internal-services";

/** A door in front of a server: closed, the server is out of reach. */
export interface Gate {
  port: number;
  close(): Promise<void>;
  open(): Promise<void>;
}

/** Puts a gate in front of a server on loopback, open at first. */
export async function gateTo(target: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  let server: Server;
  const port = await freePort();
  const open = async (): Promise<void> => {
    server = createServer((inner) => {
      const outer = connect(target, "127.0.0.1");
      for (const [socket, other] of [
        [inner, outer],
        [outer, inner],
      ] as const) {
        sockets.add(socket);
        socket.pipe(other);
        socket.on("error", () => other.destroy());
        socket.on("close", () => {
          sockets.delete(socket);
          other.destroy();
        });
      }
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  };
  await open();
  return {
    port,
    open,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
