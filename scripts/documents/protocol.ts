import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../gate.ts";

/** What is written anew stands between these. */
const MADE = /<!-- made by `pnpm protocol`(?: from (\S+))? -->\n[\s\S]*?<!-- end -->/g;

/** A JSON Schema, as far as the protocol's go. */
interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  format?: string;
  maxLength?: number;
}

interface Operation {
  operationId: string;
  summary: string;
  security: Record<string, unknown>[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { description: string; content: Record<string, { schema: Schema }> }>;
}

/** What a value may be, in a few words. */
function kindOf({ type, const: only, enum: values, anyOf, items, prefixItems, properties, format, maxLength }: Schema): string {
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  if (values) return values.map((value) => `\`${JSON.stringify(value)}\``).join(" or ");
  if (anyOf) return anyOf.map(kindOf).join(" or ");
  if (prefixItems) return `${prefixItems.length} of ${kindOf(prefixItems[0] ?? {})}`;
  if (items) return `list of ${items.properties ? kindOf(items) : kindOf(items)}`;
  if (properties)
    return `{ ${Object.keys(properties)
      .map((name) => `\`${name}\``)
      .join(", ")} }`;
  if (format === "date-time") return "time (ISO 8601)";
  const named = type === "string" ? "text" : type === "integer" ? "whole number" : (type ?? "anything");
  return maxLength === undefined ? named : `${named} up to ${maxLength.toLocaleString("en")}`;
}

/** A table, its columns in line. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill = " "): string =>
    `| ${cells.map((cell, n) => cell.padEnd(widths[n] ?? 0, fill)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [
    line(head),
    line(
      head.map(() => ""),
      "-",
    ),
    ...body.map((cells) => line(cells)),
  ].join("\n");
}

function members(title: string, { properties = {}, required = [] }: Schema): string {
  const names = Object.keys(properties);
  if (names.length === 0) return "";
  const rows = names.map((name) => [`\`${name}\``, kindOf(properties[name] ?? {}), required.includes(name) ? "yes" : ""]);
  return `${table([[title, "what it is", "always"], ...rows])}\n\n`;
}

/** Who may ask, in words. */
function access(security: Operation["security"]): string {
  if (security.length === 0) return "Everybody may ask.";
  return security.length > 1 ? "For a session, or with a sign-in's challenge in `MFA-Challenge`." : "For a session.";
}

function refusals({ responses }: Operation): string {
  const codes = Object.entries(responses)
    .filter(([status]) => status !== "200")
    .flatMap(([status, { description }]) =>
      [...description.matchAll(/`(\w+)`/g)].map(([, code = ""]) => `${status} [${code}](errors/${code}.md)`),
    );
  return `Refusals: ${codes.join(", ")}.`;
}

function routeOf(method: string, path: string, operation: Operation): string {
  const body = operation.requestBody?.content["application/json"]?.schema;
  const answer = operation.responses["200"]?.content["application/json"]?.schema ?? {};
  const title = `### ${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`;
  const lead = `${operation.summary} ${access(operation.security)}`;
  return `${title}\n\n${lead}\n\n${body ? members("body", body) : ""}${members("answer", answer)}${refusals(operation)}`;
}

async function reference(): Promise<string> {
  const { openApi } = await import("../../packages/core/src/http/routes.ts");
  const { paths } = openApi() as { paths: Record<string, Record<string, Operation>> };
  return Object.entries(paths)
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => routeOf(method, path, operation)))
    .join("\n\n");
}

/** Pages that hold something made from the sources: the table of routes, or a file that is run. */
const PAGES = ["docs/http.md", "docs/express.md", "docs/fastify.md"];

/** Each page as it should be, by its path. */
export async function protocolPages(): Promise<Map<string, string>> {
  const routes = await reference();
  const pages = new Map<string, string>();
  for (const path of PAGES) {
    const text = await readFile(join(root, path), "utf8");
    const made = await Promise.all(
      [...text.matchAll(MADE)].map(async ([, source]) => {
        if (source === undefined) return `<!-- made by \`pnpm protocol\` -->\n\n${routes}\n\n<!-- end -->`;
        const code = (await readFile(join(root, source), "utf8")).trimEnd();
        return `<!-- made by \`pnpm protocol\` from ${source} -->\n\n\`\`\`ts [app.ts]\n${code}\n\`\`\`\n\n<!-- end -->`;
      }),
    );
    pages.set(
      path,
      text.replace(MADE, () => made.shift() ?? ""),
    );
  }
  return pages;
}
