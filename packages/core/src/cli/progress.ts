import { grouped, type Shell } from "./shell.ts";

/** How far a long piece of work has come, told as it goes. */
export interface Progress {
  at(done: number): void;
  /** Leaves the line to whatever is printed next. */
  end(): void;
}

const WIDTH = 24;
/** Milliseconds between two drawings of the bar. */
const REDRAW = 100;
/** Without a terminal: so many parts of a known total to a line, or so many pieces of an unknown one. */
const PARTS = 10;
const PIECES = 10_000;

function drawn(label: string, done: number, total: number | undefined): string {
  if (!total) return `${label}  ${grouped(done)}`;
  const share = Math.min(1, done / total);
  const full = Math.floor(share * WIDTH);
  const bar = `${"#".repeat(full)}${"-".repeat(WIDTH - full)}`;
  return `${label}  [${bar}] ${String(Math.floor(share * 100)).padStart(3)} %  ${grouped(done)} of ${grouped(total)}`;
}

/**
 * Draws a bar on a terminal, and writes a line now and then anywhere else. It goes to the standard error, so that the
 * answer can be piped on.
 */
export function progressOn({ stderr }: Shell, label: string, total?: number): Progress {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let told = 0;
  return Object.freeze({
    at(done: number) {
      if (stderr.isTTY) {
        const now = performance.now();
        if (now - drawnAt < REDRAW && done !== total) return;
        drawnAt = now;
        stderr.write(`\r\u001b[K${drawn(label, done, total)}`);
        return;
      }
      const part = Math.floor(total ? (done / total) * PARTS : done / PIECES);
      if (part <= told) return;
      told = part;
      stderr.write(`${label}: ${grouped(done)}${total ? ` of ${grouped(total)}` : ""}\n`);
    },
    end() {
      if (stderr.isTTY) stderr.write("\r\u001b[K");
    },
  });
}
