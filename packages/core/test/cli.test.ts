import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { fullNameOf } from "../src/cli/command.ts";
import { EXIT } from "../src/cli/exit.ts";
import { csvCells } from "../src/cli/rows.ts";
import { createProgram, everyCommand } from "../src/cli/run.ts";
import { createStop } from "../src/cli/stop.ts";
import { keyring } from "../src/index.ts";
import { type Host, newHost } from "./support/cli.ts";
import { TEST_KEYS } from "./support/kit.ts";

const { stdin, stdout, stderr } = process;
const shell = { cwd: ".", env: {}, stdin, stdout, stderr, stop: createStop() };
/** The commands that do something, by their full names. */
const commands = everyCommand(createProgram({ shell, exit: 0 })).filter((command) => command.parent && command.commands.length === 0);

const failure = z.strictObject({
  ok: z.literal(false),
  error: z.strictObject({ name: z.string(), exit: z.number(), message: z.string(), data: z.record(z.string(), z.unknown()).optional() }),
});

let host: Host;
/** A project in which no database client is installed. */
let bare: Host;

beforeAll(async () => {
  [host, bare] = await Promise.all([newHost(), newHost({ drivers: false })]);
});
afterAll(async () => {
  await Promise.all([host.remove(), bare.remove()]);
});

describe("help", () => {
  test("without a command it lists all of them, and the exit codes", async () => {
    const { exit, out, err } = await host.run([]);
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    for (const command of commands) expect(out).toContain(fullNameOf(command).split(" ")[0]);
    expect(out).toMatch(/Exit codes:\n {2}0 {2}done, all well/);
  });

  test.for(commands.map((command) => [fullNameOf(command), command] as const))("%s says what, and gives an example", ([name, command]) => {
    let help = "";
    command.configureOutput({
      writeOut(text) {
        help += text;
      },
    });
    command.outputHelp();
    expect(command.description().length).toBeGreaterThan(command.summary().length);
    expect(help).toMatch(new RegExp(`Examples:\\n {2}# .+\\n {2}\\$ nightlatch ${name}`));
    expect(help).toContain("--json");
  });

  test("an unknown command, of the program or of a group, suggests the nearest", async () => {
    expect(await host.run(["docter"])).toMatchObject({ exit: 2, out: "", err: expect.stringContaining("(Did you mean doctor?)") });
    expect(await host.run(["keys", "genrate"])).toMatchObject({ exit: 2, err: expect.stringContaining("(Did you mean generate?)") });
    expect(await host.run(["migrate", "--pint"])).toMatchObject({ exit: 2, err: expect.stringContaining("(Did you mean --print?)") });
  });

  test("whoever asks for JSON is told of a mistake in JSON, and of nothing else", async () => {
    for (const args of [["docter"], ["audit", "list", "--limit", "0", "--database", "sqlite:none.db"], ["migrate"]]) {
      const ended = await host.run([...args, "--json"]);
      expect(ended.err).toBe("");
      expect(ended.exit).toBe(failure.parse(ended.json()).error.exit);
    }
  });

  test("docs/cli.md has every command, each of its options, and every exit code", async () => {
    const page = await readFile(new URL("../../../docs/cli.md", import.meta.url), "utf8");
    for (const command of commands) {
      expect(page).toContain(`nightlatch ${fullNameOf(command)}`);
      for (const { long } of command.options) expect(page).toContain(`${long}`);
    }
    for (const code of Object.values(EXIT)) expect(page).toMatch(new RegExp(`\\| ${code} `));
  });
});

describe("keys generate", () => {
  test("prints a keyring, and nothing else, on the standard output", async () => {
    const { exit, out, err } = await host.run(["keys", "generate"]);
    expect(exit).toBe(0);
    expect(out).toMatch(/^k1:[A-Za-z0-9+/]{43}=\n$/);
    expect(() => keyring(out.trim())).not.toThrow();
    expect(err).toContain("never beside the database");
    expect(err).not.toContain(out.trim().slice(3));
  });

  test("--json has the keyring and the ids", async () => {
    const shape = z.strictObject({
      ok: z.literal(true),
      command: z.literal("keys generate"),
      keyring: z.string(),
      ids: z.array(z.string()),
    });
    const ended = await host.run(["keys", "generate", "--json", "--id", "blue"]);
    expect(shape.parse(ended.json())).toMatchObject({ keyring: expect.stringMatching(/^blue:/), ids: ["blue"] });
    expect(ended.err).toBe("");
  });

  test("--append puts the new key first, --behind last, and both keep the old one", async () => {
    const env = { NIGHTLATCH_KEYS: TEST_KEYS };
    const keysOf = async (...more: string[]) => (await host.run(["keys", "generate", "--append", ...more], { env })).out.trim().split(",");
    expect(await keysOf()).toEqual([expect.stringMatching(/^k2:/), TEST_KEYS]);
    expect(await keysOf("--behind")).toEqual([TEST_KEYS, expect.stringMatching(/^k2:/)]);
    expect(await host.run(["keys", "generate", "--append", "--id", "k1"], { env })).toMatchObject({ exit: 2, out: "" });
    expect(await host.run(["keys", "generate", "--append"])).toMatchObject({ exit: 2, out: "" });
  });

  test("--out writes a file of mode 0600 with what is printed otherwise, and overwrites none", async () => {
    const first = await host.run(["keys", "generate", "--out", "a.keys"]);
    expect(first).toMatchObject({ exit: 0, out: expect.stringContaining("a.keys") });
    const path = join(host.folder, "a.keys");
    const text = await readFile(path, "utf8");
    expect(first.out + first.err).not.toContain(text.trim().slice(3));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await host.run(["keys", "generate", "--out", "a.keys"])).toMatchObject({
      exit: 2,
      err: expect.stringContaining("not overwritten"),
    });
    expect(await readFile(path, "utf8")).toBe(text);
    const ring = (await host.run(["keys", "generate", "--append", "--keys-file", "a.keys"])).out.trim();
    expect(ring.endsWith(`,${text.trim()}`)).toBe(true);
  });

  test("--append reads a file as a start does: comments with commas in them are no keys", async () => {
    const file = `# the newest first, oldest last\n${TEST_KEYS} # made in May, by hand\n\n`;
    await writeFile(join(host.folder, "noted.keys"), file);
    const printed = await host.run(["keys", "generate", "--append", "--keys-file", "noted.keys"]);
    expect(printed.out.trim().split(",")).toEqual([expect.stringMatching(/^k2:/), TEST_KEYS]);
    expect(await host.run(["keys", "generate", "--append", "--behind", "--keys-file", "noted.keys", "--out", "next.keys"])).toMatchObject({
      exit: 0,
    });
    const next = (await readFile(join(host.folder, "next.keys"), "utf8")).trim();
    expect(next.split(",")).toEqual([TEST_KEYS, expect.stringMatching(/^k2:/)]);
    expect(() => keyring(next)).not.toThrow();
  });

  test("A42 a keyring that is malformed is refused without being shown", async () => {
    const canary = Buffer.alloc(20, 9).toString("base64");
    const ended = await host.run(["keys", "generate", "--append"], { env: { NIGHTLATCH_KEYS: `k1:${canary}` } });
    expect(ended.exit).toBe(2);
    expect(ended.out + ended.err).not.toContain(canary);
  });
});

describe("what is missing is told with its mend", () => {
  const env = { NIGHTLATCH_KEYS: TEST_KEYS };

  test("no database, no keys", async () => {
    expect(await bare.run(["migrate"])).toMatchObject({ exit: 2, err: expect.stringContaining("Set DATABASE_URL") });
    await bare.run(["migrate", "--database", "sqlite:no-keys.db"]);
    const ended = await bare.run(["audit", "list", "--database", "sqlite:no-keys.db"]);
    expect(ended).toMatchObject({ exit: 2, err: expect.stringContaining("nightlatch keys generate") });
  });

  test("a database of an unknown kind", async () => {
    const ended = await bare.run(["migrate"], { env: { DATABASE_URL: "redis://:hunter2@localhost" } });
    expect(ended).toMatchObject({ exit: 2, err: expect.stringContaining("postgres://") });
    expect(ended.err).not.toContain("hunter2");
  });

  test.for([
    ["postgres://u:hunter2@127.0.0.1:1/d", "npm install pg"],
    ["mysql://u:hunter2@127.0.0.1:1/d", "npm install mysql2"],
  ])("%s without its client says what to install", async ([DATABASE_URL = "", mend]) => {
    const ended = await bare.run(["migrate"], { env: { DATABASE_URL } });
    expect(ended).toMatchObject({ exit: 3, out: "", err: expect.stringContaining(mend as string) });
    expect(ended.err).not.toContain("hunter2");
  });

  test.for(["postgres", "mysql"])("%s where nothing listens", async (scheme) => {
    const ended = await host.run(["doctor"], { env: { ...env, DATABASE_URL: `${scheme}://u:hunter2@127.0.0.1:1/d` } });
    expect(ended).toMatchObject({ exit: 3, out: expect.stringContaining("nothing listens there") });
    expect(ended.out).toContain("u@127.0.0.1:1/d");
    expect(ended.out + ended.err).not.toContain("hunter2");
  });

  test("A42 a password on the command line is warned of, and not repeated", async () => {
    const { err } = await host.run(["migrate", "--database", "postgres://u:hunter2@127.0.0.1:1/d"]);
    expect(err).toContain("DATABASE_URL instead of --database");
    expect(err).not.toContain("hunter2");
  });

  test("SQLite needs no client, makes a file for migrate alone, and says nothing of experiments", async () => {
    const missing = await bare.run(["doctor", "--database", "sqlite:typo.db"], { env });
    expect(missing).toMatchObject({ exit: 3, out: expect.stringContaining("Correct the path") });
    expect(await bare.run(["migrate", "--database", "sqlite:bare.db"])).toMatchObject({ exit: 0, err: "" });
    expect(await bare.run(["doctor", "--database", "sqlite:bare.db"], { env })).toMatchObject({ exit: 0, err: "" });
    await writeFile(join(bare.folder, "not.db"), "this is a text and no database, as a wrong path may lead to one");
    expect(await bare.run(["migrate", "--database", "sqlite:not.db"])).toMatchObject({
      exit: 3,
      err: expect.stringContaining("no SQLite database"),
    });
  });

  test("tables that are not there yet", async () => {
    await bare.run(["migrate", "--database", "sqlite:half.db"]);
    const { DatabaseSync } = await import("node:sqlite");
    const db = new DatabaseSync(join(bare.folder, "half.db"));
    // As tables of an older release would be.
    db.exec("UPDATE nightlatch_migrations SET version = 0");
    const ended = await bare.run(["subject", "show", "1", "--database", "sqlite:half.db"], { env });
    expect(ended).toMatchObject({
      exit: 3,
      err: expect.stringMatching(/is at version 0 of the tables, and this is 1\. .*nightlatch migrate/),
    });
    expect((await bare.run(["doctor", "--database", "sqlite:half.db"], { env })).exit).toBe(1);
    db.exec("INSERT INTO nightlatch_migrations VALUES (1, 0), (99, 0)");
    db.close();
    expect((await bare.run(["doctor", "--database", "sqlite:half.db"], { env })).out).toContain("a newer release made them");
  });
});

describe("a config file", () => {
  const text = (body: string) => `import { DatabaseSync } from "node:sqlite";
import { keyring } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
import { createRateLimits, memoryLimits, rateLimitPresets } from ${JSON.stringify(new URL("../src/limits/index.ts", import.meta.url).href)};
import { sqliteStore } from ${JSON.stringify(new URL("../src/stores/sqlite/index.ts", import.meta.url).href)};
${body}`;

  test("gives store, keys and limits, and is closed behind", async () => {
    const body = `const client = new DatabaseSync("configured.db");
export default { store: sqliteStore(client), keys: keyring(${JSON.stringify(TEST_KEYS)}),
  limits: createRateLimits(rateLimitPresets, memoryLimits()), close() { client.close(); console.error("closed"); } };`;
    await writeFile(join(host.folder, "nightlatch.config.mjs"), text(body));
    expect(await host.run(["migrate"])).toMatchObject({ exit: 0, out: "the store of the config file is up to date.\n" });
    const { exit, out, err } = await host.run(["doctor"]);
    expect(exit).toBe(0);
    expect(out).toContain("limits        the backend counts");
    expect(err).toContain("closed");
    expect((await host.run(["subject", "show", "1"])).exit).toBe(0);
  });

  test("sees the variables of --env, and may leave open what it opened", async () => {
    const body = `setInterval(() => {}, 1_000_000);
export default { store: sqliteStore(new DatabaseSync(process.env.FROM_FILE)), keys: keyring(process.env.NIGHTLATCH_KEYS) };`;
    await writeFile(join(host.folder, "open.mjs"), text(body));
    await writeFile(join(host.folder, "variables.env"), `FROM_FILE=from-file.db\nNIGHTLATCH_KEYS="${TEST_KEYS}"\n`);
    const args = ["--config", "open.mjs", "--env", "variables.env"];
    expect((await host.run(["migrate", ...args])).exit).toBe(0);
    expect((await stat(join(host.folder, "from-file.db"))).size).toBeGreaterThan(0);
    expect((await host.run(["rotate", "seal", ...args])).out).toContain("Resealed 0 secrets.");
    expect((await host.run(["migrate", "--env", "none.env"])).exit).toBe(2);
  });

  test("whose limits do not count is a fault", async () => {
    const body = `const down = () => Promise.reject(new Error("gone"));
export default { limits: createRateLimits(rateLimitPresets, { limiter: () => ({ consume: down, get: down, delete: down }) }) };`;
    await writeFile(join(host.folder, "down.mjs"), text(body));
    await host.run(["migrate", "--database", "sqlite:down.db"]);
    const env = { NIGHTLATCH_KEYS: TEST_KEYS };
    const ended = await host.run(["doctor", "--config", "down.mjs", "--database", "sqlite:down.db"], { env });
    expect(ended).toMatchObject({ exit: 3, out: expect.stringContaining("The rate limits' backend did not answer") });
  });

  test.for([
    ["export default { store: {} };", "lacks some of a store's verbs"],
    ["export default { keys: {} };", "lacks wrap()"],
    ["export const store = 1;", "has no default export"],
    ["throw new Error('at my own');", "can't be loaded: at my own"],
  ])("%s is refused", async ([body = "", why]) => {
    await writeFile(join(host.folder, "bad.mjs"), body);
    expect(await host.run(["migrate", "--config", "bad.mjs"])).toMatchObject({ exit: 2, err: expect.stringContaining(why as string) });
    expect((await host.run(["migrate", "--config", "none.mjs"])).exit).toBe(2);
  });
});

test("migrate --print needs no database, and what it prints makes the tables", async () => {
  const { exit, out } = await bare.run(["migrate", "--print", "--dialect", "sqlite"]);
  expect(exit).toBe(0);
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(join(bare.folder, "printed.db"));
  db.exec(out);
  db.close();
  expect((await bare.run(["migrate", "--database", "sqlite:printed.db"])).out).toContain("is up to date");
  expect((await bare.run(["migrate", "--print", "--dialect", "oracle"])).exit).toBe(2);
  expect((await bare.run(["migrate", "--print"], { env: { DATABASE_URL: "postgres://h/d" } })).out).toContain("for postgres");
});

test("CSV is read as RFC 4180 writes it", () => {
  const cell = fc.string();
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { minLength: 1 }), fc.constantFrom("\n", "\r\n"), (rows, end) => {
      const text = rows.map((cells) => cells.map(quoted).join(",")).join(end);
      expect(csvCells(text).map(({ cells }) => cells)).toEqual(rows);
      expect(csvCells(text + end).map(({ cells }) => cells)).toEqual(rows);
    }),
  );
  expect(csvCells('a,"b\nc"\nd,e').map(({ line }) => line)).toEqual([1, 3]);
  expect(() => csvCells('a,"b')).toThrow("never closes");
});
