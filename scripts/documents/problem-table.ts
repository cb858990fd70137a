import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../gate.ts";

const TABLE = "packages/core/src/http/problem.ts";

/** A code, with all that the sources say of it. */
export interface CodeFacts {
  readonly code: string;
  /** What the person is told, and with which status; absent where the code never leaves the process. */
  readonly problem?: { readonly status: number; readonly title: string };
  /** The refusal's `reason`, where the engine's results call it otherwise or alike. */
  readonly reason?: string;
  /** The class that is thrown, and the problem that an HTTP answer makes of it. */
  readonly thrown?: { readonly name: string; readonly answeredAs: string };
}

/** `key: "value",` of the object that begins with this name. */
function mapping(text: string, name: string): Map<string, string> {
  const [, body = ""] = new RegExp(`const ${name}\\b[^{]*\\{([\\s\\S]*?)\\n\\}`).exec(text) ?? [];
  return new Map([...body.matchAll(/^ {2}(\w+): "(\w+)",$/gm)].map(([, key = "", value = ""]) => [key, value]));
}

/** The codes of all problems, read from the table that gives each its status. */
export async function problemCodes(): Promise<string[]> {
  const text = await readFile(join(root, TABLE), "utf8");
  return [...text.matchAll(/^ {2}(\w+): \[\s*\d{3},/gm)].map(([, code]) => code as string);
}

/** Every code there is, of problems and of what is thrown, in the order of the tables. */
export async function allCodes(): Promise<CodeFacts[]> {
  const text = await readFile(join(root, TABLE), "utf8");
  const { problem } = await import("../../packages/core/src/http/problem.ts");
  const errors = await import("../../packages/core/src/errors.ts");
  const answeredAs = mapping(text, "OF_ERROR");
  const thrown = new Map<string, string>();
  for (const value of Object.values(errors)) {
    if (!(typeof value === "function" && value.prototype instanceof Error) || value === errors.MfaError) continue;
    const { name, code } = new (value as typeof errors.ConfigError)("");
    thrown.set(code, name);
  }
  const reasons = new Map([...mapping(text, "OF_REFUSAL")].map(([reason, code]) => [code, reason]));

  const codes = new Set([...(await problemCodes()), ...thrown.keys()]);
  const problems = new Set(await problemCodes());
  return [...codes].map((code) => {
    const name = thrown.get(code);
    const reason = reasons.get(code);
    const { status, body } = problems.has(code) ? problem(code as Parameters<typeof problem>[0]) : {};
    return {
      code,
      ...(status ? { problem: { status, title: String((body as { title: string }).title) } } : {}),
      ...(reason ? { reason } : {}),
      ...(name ? { thrown: { name, answeredAs: answeredAs.get(code) ?? "internal" } } : {}),
    };
  });
}
