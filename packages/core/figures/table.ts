/** What a figure found, ready to be printed. */
export interface Found {
  title: string;
  /** How it was found, a sentence each. */
  method: readonly string[];
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
  /** What it says, in one line, and whether that is as it must be. */
  verdict: string;
  holds: boolean;
}

const asText = (cell: string | number): string => (typeof cell === "number" ? cell.toLocaleString("en") : cell);

/** The figure for people: title, method, table, verdict. */
export function told({ title, method, columns, rows, verdict, holds }: Found): string {
  const lines = [columns, ...rows.map((row) => row.map(asText))];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const table = lines.map(
    (line) =>
      `  ${line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ")}`,
  );
  return [title, "", ...method, "", ...table, "", `${holds ? "holds" : "DOES NOT HOLD"}: ${verdict}`, ""].join("\n");
}
