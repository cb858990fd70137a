/** A line on stderr that tells how far something is, so that stdout holds results alone. */
export interface Progress {
  /** From 0 to 1. */
  at(part: number): void;
  done(): void;
}

const WIDTH = 30;

function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours} h ` : ""}${hours + minutes > 0 ? `${minutes} min ` : ""}${seconds % 60} s`;
}

/** Starts such a line. Where stderr is no terminal it is written at each tenth of the way, not over itself. */
export function progressOf(what: string): Progress {
  const began = performance.now();
  const { isTTY } = process.stderr;
  let written = -1;
  const write = (part: number): void => {
    const took = performance.now() - began;
    const left = part > 0 ? clock((took / part) * (1 - part)) : "?";
    const bar = "=".repeat(Math.round(part * WIDTH)).padEnd(WIDTH);
    process.stderr.write(
      `${isTTY ? "\r\x1b[K" : ""}${what} [${bar}] ${(part * 100).toFixed(0).padStart(3)} %, ${clock(took)}, left about ${left}${isTTY ? "" : "\n"}`,
    );
  };
  return {
    at(part) {
      const step = Math.floor(part * (isTTY ? 200 : 10));
      if (step === written) return;
      written = step;
      write(part);
    },
    done() {
      if (isTTY) process.stderr.write("\r\x1b[K");
    },
  };
}
