import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../gate.ts";
import { errorPages } from "./error-pages.ts";
import { protocolPages } from "./protocol.ts";
import { REQUIREMENTS, requirementsPage } from "./requirements.ts";

/** Writes what of the documents is made from the sources: `requirements`, `errors`, `protocol`, or all of it. */
const asked = process.argv.slice(2).filter((arg) => arg !== "--");
const writers: Readonly<Record<string, () => Promise<string[]>>> = {
  async requirements() {
    const { text, faults } = await requirementsPage();
    await writeFile(join(root, REQUIREMENTS), text);
    return faults;
  },
  async errors() {
    const { pages, faults } = await errorPages();
    for (const [path, text] of pages) await writeFile(join(root, path), text);
    return faults;
  },
  async protocol() {
    for (const [path, text] of await protocolPages()) await writeFile(join(root, path), text);
    return [];
  },
};

const faults: string[] = [];
for (const name of asked.length > 0 ? asked : Object.keys(writers)) {
  const write = writers[name];
  if (write) faults.push(...(await write()));
  else faults.push(`Nothing is written by the name of ${name}. There are: ${Object.keys(writers).join(", ")}.`);
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
