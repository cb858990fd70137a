import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { CliError, EXIT } from "./exit.ts";
import type { Shell } from "./shell.ts";

/** What is typed at the terminal, unseen by whoever looks over a shoulder. */
export async function askedUnseen({ stdin, stderr }: Shell, question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const over = new AbortController();
  stderr.write(question);
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  // Ctrl-C and Ctrl-D: neither answers the question, which would then wait for ever.
  for (const event of ["SIGINT", "close"] as const) lines.on(event, () => over.abort());
  try {
    return await lines.question("", { signal: over.signal });
  } catch {
    throw new CliError(EXIT.stopped, "nothing was done.");
  } finally {
    lines.close();
    stderr.write("\n");
  }
}
