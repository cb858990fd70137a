import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { symmetricEncrypt } from "better-auth/crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createMfa, keyring, type Mfa } from "../src/index.ts";
import { toBase32, totp } from "../src/otp/index.ts";
import { type CliDatabase, cliDatabases, type Host, newHost } from "./support/cli.ts";
import { good, TEST_KEYS } from "./support/kit.ts";

const imported = z.strictObject({
  ok: z.boolean(),
  command: z.literal("import"),
  dryRun: z.boolean(),
  rows: z.number(),
  imported: z.number(),
  already: z.number(),
  short: z.number(),
  counterBased: z.number(),
  refused: z.array(z.strictObject({ place: z.string(), subject: z.string().optional(), reason: z.string() })),
});

describe.each(cliDatabases)("import into $name", ({ open }) => {
  let host: Host;
  let database: CliDatabase;
  let mfa: Mfa;
  let env: Record<string, string>;
  /** Every secret of these tests, in all the forms that they are written in: none may be printed. */
  const canaries: string[] = [];
  const printed: string[] = [];

  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(host.folder, name), text);
    return name;
  };
  const newSecret = (bytes = 20): { secret: Uint8Array; text: string } => {
    const secret = randomBytes(bytes);
    const text = toBase32(secret);
    canaries.push(text, secret.toString("hex"), secret.toString("base64"));
    return { secret, text };
  };
  const run = async (...args: string[]) => {
    const ended = await host.run(["import", ...args], { env });
    printed.push(ended.out, ended.err);
    return ended;
  };
  const json = async (...args: string[]) => imported.parse((await run(...args, "--json")).json());
  const verifies = async (id: string, secret: Uint8Array, tenant?: string): Promise<void> => {
    const subject = { id, ...(tenant === undefined ? {} : { tenant }) };
    good(await mfa.verify({ subject, code: totp(secret, Date.now()) }));
  };

  beforeAll(async () => {
    host = await newHost();
    database = await open(host);
    env = { DATABASE_URL: database.url, NIGHTLATCH_KEYS: TEST_KEYS };
    expect((await host.run(["migrate"], { env })).exit).toBe(0);
    mfa = createMfa({ issuer: "Example", keys: keyring(TEST_KEYS), store: database.store });
  });
  afterAll(async () => {
    await database?.close();
    await host?.remove();
  });

  test("rows in CSV: a dry run finds what the import finds, and writes nothing; a second import passes over them", async () => {
    const [ada, ben, short, same] = [newSecret(), newSecret(), newSecret(10), newSecret()];
    const csv = [
      "id,totp_secret,name,digits",
      `ada,${ada.text},"Phone, old",`,
      `ben,${ben.text},,6`,
      "cleo,not base32!,,",
      `dan,${short.text},,`,
      `eve,${same.text},first,`,
      `eve,${same.text},the same,`,
      `,${newSecret().text},,`,
      `fay,${newSecret().text},,12`,
    ].join("\r\n");
    canaries.push("not base32!");
    const args = [await file("users.csv", csv), "--from", "otplib", "--subject-column", "id", "--column", "secret=totp_secret"];

    const dry = await json(...args, "--dry-run");
    expect(dry).toMatchObject({ ok: false, dryRun: true, rows: 8, imported: 3, already: 1 });
    expect(dry.refused.map(({ place, subject }) => [place, subject])).toEqual([
      ["line 4", "cleo"],
      ["line 5", "dan"],
      ["line 8", undefined],
      ["line 9", "fay"],
    ]);
    expect(await database.store.factorsNotUnder({ prefix: "-", after: "", limit: 10 })).toEqual([]);
    expect(await database.store.dataKeys()).toEqual([]);

    const told = await run(...args);
    expect(told).toMatchObject({ exit: 1, err: "importing: 8 of 8\n" });
    expect(told.out).toContain("8 rows: 3 imported, 1 there already, 4 refused.");
    expect(told.out).toMatch(/line 4 {2}user cleo {2}the otplib row: secret: it is not base32/);
    expect(await json(...args)).toMatchObject({ imported: 0, already: 4, refused: dry.refused });
    await verifies("ada", ada.secret);
    expect((await mfa.factors.list({ id: "ada" }))[0]?.name).toBe("Phone, old");

    expect(await json(...args, "--allow-short", "--dry-run")).toMatchObject({ imported: 1, already: 4, short: 1 });
  });

  test("rows in JSON, one to a line, or on the standard input; with tenants", async () => {
    const [gus, hal] = [newSecret(), newSecret()];
    const uri = (text: string) => `otpauth://totp/Old:x?secret=${text}&issuer=Old`;
    const lines = [
      { user_id: 7, org: "acme", uri: uri(gus.text) },
      { user_id: 8, org: null, uri: uri(hal.text) },
    ];
    const args = ["--from", "uri", "--tenant-column", "org"];
    const name = await file("uris.ndjson", lines.map((line) => JSON.stringify(line)).join("\n"));
    expect(await json(name, ...args)).toMatchObject({ ok: true, imported: 2 });
    await verifies("7", gus.secret, "acme");
    await verifies("8", hal.secret);
    const input = JSON.stringify(lines);
    const again = await host.run(["import", "-", ...args, "--json"], { env, input });
    expect(imported.parse(again.json())).toMatchObject({ ok: true, already: 2 });
  });

  test("better-auth's rows, opened by its secret from the environment", async () => {
    const key = "the secret of better-auth, which is long enough";
    const text = newSecret().text;
    const sealed = await symmetricEncrypt({ key, data: text });
    const name = await file("twofactor.json", JSON.stringify([{ id: "r1", userId: "ivy", secret: sealed, backupCodes: "x" }]));
    expect(await json(name, "--from", "better-auth")).toMatchObject({
      refused: [{ subject: "ivy", reason: expect.stringContaining("BETTER_AUTH_SECRET") }],
    });
    env = { ...env, BETTER_AUTH_SECRET: key };
    expect(await json(name, "--from", "better-auth")).toMatchObject({ ok: true, imported: 1 });
    // better-auth keys the HMAC with the text's own bytes.
    await verifies("ivy", Buffer.from(text));
  });

  test("a dump of django-otp, with what of it stays behind", async () => {
    const { secret } = newSecret();
    const fields = {
      name: "default",
      confirmed: true,
      key: Buffer.from(secret).toString("hex"),
      step: 30,
      t0: 0,
      digits: 6,
      tolerance: 1,
      drift: 0,
      last_t: -1,
    };
    const dump = [
      { model: "otp_totp.totpdevice", pk: 1, fields: { user: 11, ...fields } },
      { model: "otp_totp.totpdevice", pk: 2, fields: { user: 12, ...fields, t0: 5 } },
      { model: "otp_static.staticdevice", pk: 3, fields: { user: 11, name: "backup", confirmed: true } },
    ];
    const found = await json(await file("otp.json", JSON.stringify(dump)), "--from", "django-otp");
    expect(found).toMatchObject({ rows: 3, imported: 1 });
    expect(found.refused.map(({ place, subject }) => [place, subject])).toEqual([
      ["otp_totp.totpdevice 2", "12"],
      ["otp_static.staticdevice 3", "11"],
    ]);
    await verifies("11", secret);

    const hotp = { ...dump[0], model: "otp_hotp.hotpdevice", fields: { ...fields, user: 13, counter: 4 } };
    const counted = await run(await file("hotp.json", JSON.stringify([hotp])), "--from", "django-otp");
    expect(counted).toMatchObject({ exit: 0, out: expect.stringContaining("1 is counter-based") });
  });

  test("what is no file of rows is refused without being quoted", async () => {
    const { text } = newSecret();
    const cases: [string, string, string[], string][] = [
      ["cut.json", `[{"user":"x","secret":"${text}`, ["--from", "otplib"], "no JSON"],
      ["cut.ndjson", `{"user":"x"}\n{"secret":"${text}"`, ["--from", "otplib"], "line 2"],
      ["list.json", `["${text}"]`, ["--from", "otplib"], "no object"],
      ["headless.csv", `x,${text}\ny,${text}`, ["--from", "otplib"], "--subject-column"],
      ["ragged.csv", `user,secret\nx,${text},1`, ["--from", "otplib"], "Line 2"],
      ["quote.csv", `user,secret\nx,"${text}`, ["--from", "otplib"], "never closes"],
      ["dump.json", `{"key":"${text}"}`, ["--from", "django-otp"], "a dump is the list"],
      ["dump2.json", `{"key":"${text}`, ["--from", "django-otp"], "dumpdata"],
      ["any.csv", "user,secret", [], "Give --from"],
      ["any.csv", "user,secret", ["--from", "authy"], "--from is one of"],
      ["any.csv", "user,secret", ["--from", "otplib", "--column", "secret"], "NAME=YOURS"],
    ];
    for (const [name, content, args, why] of cases) {
      expect(await run(await file(name, content), ...args), name).toMatchObject({ exit: 2, out: "", err: expect.stringContaining(why) });
    }
    expect(await run("none.csv", "--from", "otplib")).toMatchObject({ exit: 2, err: expect.stringContaining("can't be read") });
  });

  test("A42 no secret was printed by any of this", () => {
    const all = printed.join("\n");
    for (const canary of canaries) expect(all).not.toContain(canary);
    expect(all).toContain("user cleo");
  });
});

describe("stopped by Ctrl-C between two batches", () => {
  const MANY = 200;
  const env = { NIGHTLATCH_KEYS: TEST_KEYS };
  let host: Host;

  beforeAll(async () => {
    host = await newHost({ drivers: false });
    // A store by which the process is told to stop while it makes its twentieth change.
    const config = `import { DatabaseSync } from "node:sqlite";
import { sqliteStore } from ${JSON.stringify(new URL("../src/stores/sqlite/index.ts", import.meta.url).href)};
const store = sqliteStore(new DatabaseSync("app.db"));
let changes = 0;
export default { store: { ...store, async apply(change) {
  changes += 1;
  if (changes === 20) process.kill(process.pid, "SIGINT");
  return await store.apply(change);
} } };`;
    await writeFile(join(host.folder, "stopping.mjs"), config);
    expect((await host.run(["migrate", "--database", "sqlite:app.db"])).exit).toBe(0);
    const rows = Array.from({ length: MANY }, (_, index) => ({ user: `many-${index}`, secret: toBase32(randomBytes(20)) }));
    await writeFile(join(host.folder, "many.json"), JSON.stringify(rows));
  });
  afterAll(async () => {
    await host.remove();
  });

  test("an import says how to go on, and goes on", async () => {
    const args = ["import", "many.json", "--from", "otplib"];
    const stopped = await host.run([...args, "--config", "stopping.mjs"], { env });
    expect(stopped).toMatchObject({ exit: 130, out: "" });
    expect(stopped.err).toMatch(/stopped: at \d+ of 200 rows; \d+ were imported and stay\. Run the same command again/);
    const rest = imported.parse((await host.run([...args, "--database", "sqlite:app.db", "--json"], { env })).json());
    expect(rest.already).toBeGreaterThanOrEqual(20);
    expect(rest.imported).toBeGreaterThan(0);
    expect(rest.imported + rest.already).toBe(MANY);
  });

  test("resealing goes on with --resume, under the same new key", async () => {
    const stopped = await host.run(["rotate", "seal", "--batch", "5", "--config", "stopping.mjs", "--json"], { env });
    expect(stopped.exit).toBe(130);
    const { error } = z
      .object({ error: z.object({ message: z.string(), data: z.object({ resealed: z.number() }) }) })
      .parse(stopped.json());
    expect(error.message).toContain("Go on with: nightlatch rotate seal --resume");
    const rest = await host.run(["rotate", "seal", "--resume", "--json", "--database", "sqlite:app.db"], { env });
    expect(rest.json()).toMatchObject({ ok: true, resealed: MANY - error.data.resealed, unreadable: 0 });
    const { DatabaseSync } = await import("node:sqlite");
    const keys = new DatabaseSync(join(host.folder, "app.db"))
      .prepare("SELECT count(*) AS n FROM nightlatch_data_keys WHERE use = 'seal'")
      .get();
    expect(keys).toMatchObject({ n: 2 });
  });
});
