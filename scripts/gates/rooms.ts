import { readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";
import { faultless, type Outcome, repositoryFiles, root } from "../gate.ts";

const SRC = "packages/core/src";

/** What is imported by a path that is worked out when the code runs. */
const COMPUTED = "(a computed path)";

/**
 * What each room of packages/core/src may import when it runs: rooms below it, and packages from npm. Types
 * may come from anywhere, since they are gone when the code runs. A file that lies in no room is a room of
 * its own. docs/architecture.md explains the order.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  internal: [],
  "errors.ts": [],
  otp: ["internal", "otplib", "qrcode"],
  import: ["otp", "zod"],
  lockout: ["internal", "errors.ts"],
  secrets: ["internal", "errors.ts"],
  // The stores' interface is types alone; those but PostgreSQL's also do their own arithmetic with the pure schedule.
  stores: ["lockout"],
  limits: ["internal", "errors.ts", "rate-limiter-flexible"],
  audit: ["internal", "errors.ts", "secrets"],
  notices: ["internal", "errors.ts", "audit"],
  metrics: ["internal", "errors.ts", "prom-client"],
  factors: ["internal", "errors.ts", "otp"],
  grants: ["internal", "secrets", "jose"],
  engine: ["internal", "errors.ts", "otp", "lockout", "secrets", "audit", "factors", "grants", "zod"],
  http: ["internal", "errors.ts", "otp", "limits", "grants", "engine", "zod", "jose"],
  testing: ["internal", "errors.ts", "otp", "lockout", "secrets", "stores", "audit", "factors", "engine", "http", "jsqr"],
  // The program loads what the host has: its database clients and its config file, by paths that it works out.
  cli: ["errors.ts", "import", "secrets", "stores", "audit", "factors", "engine", "commander", COMPUTED],
  "index.ts": ["errors.ts", "lockout", "secrets", "stores", "audit", "factors", "engine"],
};

/** Every room there is. */
export const roomNames: readonly string[] = Object.keys(MAY_IMPORT);

/** The same for packages/react/src: what is below `hooks` runs without React. */
const REACT_MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  otp: [],
  client: [],
  strings: [],
  flow: ["client", "otp"],
  hooks: ["client", "otp", "strings", "flow", "react"],
  components: ["client", "otp", "strings", "flow", "hooks", "react", "react-dom"],
  "index.ts": ["client", "otp", "strings", "flow", "hooks", "components"],
};

/** Each package that is in rooms. */
const PACKAGES = [
  [SRC, MAY_IMPORT],
  ["packages/react/src", REACT_MAY_IMPORT],
] as const;

/** What a file imports or re-exports when it runs. */
export function runtimeImports(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword)
      found.push(textOf(node.moduleSpecifier));
    else if (ts.isExportDeclaration(node) && !node.isTypeOnly && node.moduleSpecifier) found.push(textOf(node.moduleSpecifier));
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && node.arguments[0]) {
      found.push(textOf(node.arguments[0]));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const textOf = (node: ts.Node): string => (ts.isStringLiteral(node) ? node.text : COMPUTED);

async function faultsIn(src: string, mayImport: typeof MAY_IMPORT): Promise<string[]> {
  const faults: string[] = [];
  /** The room that a file of the sources lies in. */
  const roomOf = (path: string): string => path.slice(src.length + 1).split("/")[0] as string;
  for (const path of await repositoryFiles(`${src}/*.ts`, `${src}/*.tsx`)) {
    const room = roomOf(path);
    const allowed = mayImport[room];
    if (!allowed) {
      faults.push(`${path}: "${room}" is no known room; give it its place in scripts/gates/rooms.ts and docs/architecture.md`);
      continue;
    }
    for (const specifier of runtimeImports(path, await readFile(join(root, path), "utf8"))) {
      if (specifier.startsWith("node:")) continue;
      const target = specifier.startsWith(".") ? roomOf(normalize(join(dirname(path), specifier))) : specifier;
      if (target !== room && !allowed.includes(target)) faults.push(`${path}: "${room}" may not import "${target}"`);
    }
  }
  return faults;
}

/** Whether every import of the core, and of the package for React, points downwards. */
export async function rooms(): Promise<Outcome> {
  const faults = await Promise.all(PACKAGES.map(([src, mayImport]) => faultsIn(src, mayImport)));
  return faultless(faults.flat());
}
