import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Words that a field would bear that has room for a secret, or for where somebody can be reached. */
const SECRETS = /code$|secret|grant|token|password|pin$|uri|qr|address|email|phone|session|challenge|salt|hash|name$/i;

const read = (...path: string[]): Promise<string> => readFile(join(PACKAGE, ...path), "utf8");

/** The events and their fields, as the catalogue's type has them. */
async function catalogue(): Promise<Map<string, string[]>> {
  const source = ts.createSourceFile("events.ts", await read("src", "audit", "events.ts"), ts.ScriptTarget.Latest, true);
  const found = new Map<string, string[]>();
  source.forEachChild((node) => {
    if (!ts.isInterfaceDeclaration(node) || node.name.text !== "MfaEventDetails") return;
    for (const member of node.members) {
      if (!ts.isPropertySignature(member) || !member.type) throw new Error(`${member.getText()} is no event.`);
      const fields = ts.isTypeLiteralNode(member.type) ? member.type.members.map((field) => field.name?.getText() ?? "") : [];
      found.set(member.name.getText(), fields);
    }
  });
  return found;
}

describe("the catalogue of events", () => {
  it("is what the page on the audit log lists, with every field", async () => {
    const page = await read("..", "..", "docs", "audit.md");
    const rows = [...page.matchAll(/^\| `([a-z_]+)`\s+\| ((?:`\w+`(?:, )?)*)\s*\| \S.* \|$/gm)]
      .map(([, type = "", fields = ""]) => [type, [...fields.matchAll(/`(\w+)`/g)].map(([, field]) => field)] as const)
      .filter(([type]) => !/^(row|seal|log|head)_/.test(type));
    const events = await catalogue();
    expect(events.size).toBeGreaterThan(30);
    expect(rows).toEqual([...events]);
  });

  it("A43 has no field with the name of a secret, of a way to reach somebody, or of what somebody calls a thing", async () => {
    for (const [type, fields] of await catalogue()) {
      for (const field of fields) expect(field, type).not.toMatch(SECRETS);
    }
  });
});
