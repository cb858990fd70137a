import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { freePort } from "@nightlatch/internal-services";

/** As much of a mail server as it takes to be given mail (RFC 5321). */
export interface MailServer {
  port: number;
  /** What was taken, header and body as they came. */
  readonly mails: string[];
  /** Turns so many mails down from now on, for the moment. */
  refuse(times: number): void;
  close(): void;
}

const ANSWERS: Readonly<Record<string, string>> = { DATA: "354 go on", QUIT: "221 bye" };

/** Starts a mail server on loopback. */
export async function mailServer(): Promise<MailServer> {
  const mails: string[] = [];
  const open = new Set<Socket>();
  let refusals = 0;
  const answerTo = (verb: string): string => {
    if (verb !== "MAIL" || refusals === 0) return ANSWERS[verb] ?? "250 fine";
    refusals -= 1;
    return "451 try again later";
  };
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined).on("close", () => open.delete(socket));
    const say = (text: string): void => void socket.write(`${text}\r\n`);
    let mail: string[] | undefined;
    say("220 ready");
    createInterface({ input: socket }).on("line", (line) => {
      if (!mail) {
        const [verb = ""] = line.split(/[ :]/);
        if (verb === "DATA") mail = [];
        say(answerTo(verb));
      } else if (line !== ".") {
        mail.push(line);
      } else {
        mails.push(mail.join("\n"));
        mail = undefined;
        say("250 taken");
      }
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    port,
    mails,
    refuse(times) {
      refusals += times;
    },
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
