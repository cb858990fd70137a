import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "@nightlatch/internal-services";

/** A door in front of a server: closed, the server is out of reach. */
export interface Gate {
  port: number;
  close(): Promise<void>;
  open(): Promise<void>;
  /** Lets nothing more through, without a word to either side, until it is told otherwise. */
  hold(held: boolean): void;
}

/** Puts a gate in front of a server on loopback, open at first. */
export async function gateTo(target: number): Promise<Gate> {
  const sockets = new Map<Socket, Socket>();
  let held = false;
  let server: Server;
  const port = await freePort();
  const open = async (): Promise<void> => {
    server = createServer((inner) => {
      const outer = connect(target, "127.0.0.1");
      for (const [socket, other] of [
        [inner, outer],
        [outer, inner],
      ] as const) {
        sockets.set(socket, other);
        if (!held) socket.pipe(other);
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
      for (const socket of sockets.keys()) socket.destroy();
      await closed;
    },
    hold(now) {
      held = now;
      for (const [socket, other] of sockets) {
        socket.unpipe(other);
        if (!held) socket.pipe(other);
      }
    },
  };
}
