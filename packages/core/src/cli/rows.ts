import { usage } from "./exit.ts";

/** A row of a file that is imported, and where it stands there. */
export interface FileRow {
  /** For people: "row 3", "line 3". */
  place: string;
  fields: Readonly<Record<string, unknown>>;
}

/** Columns that are numbers wherever they come from; CSV has only texts. */
const NUMBERS = new Set(["digits", "step", "period", "t0", "epoch", "counter", "lastUsedStep", "version"]);
const TRUTHS: Readonly<Record<string, boolean>> = { true: true, t: true, "1": true, false: false, f: false, "0": false };

/** The cells of a CSV text (RFC 4180), row by row, each with the line that it begins on. */
export function csvCells(text: string): { line: number; cells: string[] }[] {
  const rows: { line: number; cells: string[] }[] = [];
  let cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  let line = 1;
  let begunAt = 1;
  const endRow = (): void => {
    cells.push(cell);
    if (cells.length > 1 || cell !== "") rows.push({ line: begunAt, cells });
    cells = [];
    cell = "";
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (char === "\n") line += 1;
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (char === '"' && cell === "") isQuoted = true;
    else if (char === ",") {
      cells.push(cell);
      cell = "";
    } else if (char === "\n") {
      endRow();
      begunAt = line;
    } else if (char !== "\r" || text[at + 1] !== "\n") cell += char;
  }
  if (isQuoted) throw usage(`The CSV has a quote that opens on the line ${begunAt} or later and never closes.`);
  endRow();
  return rows;
}

function typed(name: string, text: string): unknown {
  if (text === "") return null;
  if (NUMBERS.has(name)) return /^-?\d{1,16}$/.test(text) ? Number(text) : text;
  return name === "verified" ? (TRUTHS[text.toLowerCase()] ?? text) : text;
}

/** No message repeats what a file says: where a header is missing, even the names of the columns are secrets. */
function csvRows(text: string, renamed: ReadonlyMap<string, string>): FileRow[] {
  const [header, ...rows] = csvCells(text);
  const names = (header?.cells ?? []).map((name) => name.trim()).map((name) => renamed.get(name) ?? name);
  return rows.map(({ line, cells }) => {
    if (cells.length !== names.length) throw usage(`Line ${line} of the CSV has ${cells.length} cells, and its header ${names.length}.`);
    return { place: `line ${line}`, fields: Object.fromEntries(names.map((name, column) => [name, typed(name, cells[column] ?? "")])) };
  });
}

/** JSON.parse quotes what it could not read, which may be a secret. */
function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usage(`${where} is no JSON.`);
  }
}

function objectOf(value: unknown, place: string, renamed: ReadonlyMap<string, string>): FileRow {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw usage(`The ${place} of the file is no object.`);
  return { place, fields: Object.fromEntries(Object.entries(value).map(([name, field]) => [renamed.get(name) ?? name, field])) };
}

/** The forms that rows come in. */
export type RowFormat = "json" | "ndjson" | "csv";

/** What a file holds, told by its name, or else by how it begins. */
export function formatOf(name: string, text: string): RowFormat {
  const [, ending = ""] = /\.(\w+)$/.exec(name.toLowerCase()) ?? [];
  if (ending === "csv") return "csv";
  if (ending === "ndjson" || ending === "jsonl") return "ndjson";
  const start = text.trimStart()[0];
  if (start === "[") return "json";
  return start === "{" ? "ndjson" : "csv";
}

/** The rows of a file: an array in JSON, an object on each line, or CSV with a header. */
export function rowsOf(text: string, format: RowFormat, renamed: ReadonlyMap<string, string>): FileRow[] {
  const plain = text.replace(/^\uFEFF/, "");
  if (format === "csv") return csvRows(plain, renamed);
  if (format === "ndjson") {
    const lines = plain.split("\n").map((line, index) => ({ line: line.trim(), place: `line ${index + 1}` }));
    return lines
      .filter(({ line }) => line !== "")
      .map(({ line, place }) => objectOf(parsed(line, `The ${place} of the file`), place, renamed));
  }
  const all = parsed(plain, "The file");
  if (!Array.isArray(all)) throw usage("The file is no list of rows: JSON has to begin with [.");
  return all.map((value: unknown, index) => objectOf(value, `row ${index + 1}`, renamed));
}
