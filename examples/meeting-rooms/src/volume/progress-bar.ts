/** A line on standard error that tells how far something is. */
export interface ProgressBar {
  /** From 0 to 1, and what is being done. */
  at(part: number, doing: string): void;
  done(): void;
}

const WIDTH = 30;

/** A bar on a terminal; elsewhere a line for each tenth and for each new thing that is done. */
export function progressBar(stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  const began = performance.now();
  let written = "";
  return Object.freeze({
    at(part, doing) {
      const step = stream.isTTY ? `${Math.floor(part * 200)} ${doing}` : `${Math.floor(part * 10)} ${doing.replaceAll(/\d/g, "")}`;
      if (step === written) return;
      written = step;
      const bar = "=".repeat(Math.round(part * WIDTH)).padEnd(WIDTH);
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      const line = `[${bar}] ${(part * 100).toFixed(0).padStart(3)} %  ${seconds} s  ${doing}`;
      stream.write(stream.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
    },
    done() {
      if (stream.isTTY) stream.write("\n");
    },
  } satisfies ProgressBar);
}
