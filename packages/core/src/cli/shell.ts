import type { Readable } from "node:stream";
import { styleText } from "node:util";
import type { ExitCode } from "./exit.ts";
import type { Stop } from "./stop.ts";

/** What the program is run in. */
export interface Shell {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { isTTY?: boolean };
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stop: Stop;
}

/** What a command found, for people and for programs. It goes to the standard output; nothing else does. */
export interface Told {
  lines: readonly string[];
  /** The fields of the object that `--json` prints. */
  data: Readonly<Record<string, unknown>>;
  /** @defaultValue 0 */
  exit?: ExitCode;
}

type Style = Parameters<typeof styleText>[0];

/** Colours a text if its reader is a terminal that wants colours (NO_COLOR, FORCE_COLOR). */
export const painted = (stream: NodeJS.WriteStream, style: Style, text: string): string => styleText(style, text, { stream });

/** Says something beside the answer: a hint, a warning. It goes to the standard error, where it breaks no pipe. */
export function note(shell: Shell, line: string): void {
  shell.stderr.write(`${line}\n`);
}

/** Texts that others chose, such as an authenticator's name, must not steer a terminal (CWE-150). */
export const harmless = (text: string): string => text.replace(/\p{C}/gu, "\uFFFD");

/** Rows with their columns under each other. */
export function aligned(cells: readonly (readonly string[])[], gap = "  "): string[] {
  const rows = cells.map((row) => row.map(harmless));
  const widths: number[] = [];
  for (const row of rows) for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join(gap)
      .trimEnd(),
  );
}

/** 12345 as "12,345". */
export const grouped = (count: number): string => count.toLocaleString("en-US");

/** So many of something: "1 row", "2 rows". */
export const counted = (count: number, one: string, many: string = `${one}s`): string => `${grouped(count)} ${count === 1 ? one : many}`;

/** All that comes in at the standard input. */
export async function inputOf({ stdin }: Shell): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString("utf8");
}
