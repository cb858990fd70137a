/** What a cell may hold. */
export type Cell = string | number | boolean | null;

/**
 * What makes a spreadsheet take a text for a formula, and run it (OWASP, CSV injection), in either width. Where semicolons
 * part its cells, what stands behind one in the text is the beginning of a cell as well.
 */
const FORMULA = /(?<=^|[;\t\r\n])(?=["\s]*[=+\-@＝＋－＠]|[\t\r])/g;

/** A field as RFC 4180 §2 wants it. What would be a formula gets an apostrophe in front; numbers are numbers. */
function field(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell !== "string") return String(cell);
  const text = cell.replace(FORMULA, "'");
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One record, its line's end with it. */
export const csvRecord = (cells: readonly Cell[]): string => `${cells.map(field).join(",")}\r\n`;

/** Rows as CSV with a header of column names; those columns alone, in that order. */
export function csv(columns: readonly string[], rows: readonly Readonly<Record<string, Cell>>[]): string {
  return [columns, ...rows.map((row) => columns.map((column) => row[column] ?? null))].map(csvRecord).join("");
}
