import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createMfa, keyring, type Mfa } from "../src/index.ts";
import { fromBase32, toBase32, totp } from "../src/otp/index.ts";
import { type CliDatabase, cliDatabases, type Ended, type Host, newHost } from "./support/cli.ts";
import { good, TEST_KEYS } from "./support/kit.ts";

const check = z.strictObject({
  name: z.string(),
  state: z.enum(["ok", "warning", "fault", "skipped"]),
  found: z.string(),
  mend: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});
const doctored = z.strictObject({ ok: z.boolean(), command: z.literal("doctor"), checks: z.array(check) });

const lane = z.strictObject({ failures: z.number(), tally: z.number(), lockedUntil: z.iso.datetime().optional() });
const shown = z.strictObject({
  ok: z.literal(true),
  command: z.literal("subject show"),
  subject: z.string(),
  tenant: z.string().optional(),
  enabled: z.boolean(),
  switchedOff: z.boolean(),
  factors: z.array(
    z.strictObject({
      id: z.string(),
      type: z.string(),
      name: z.string(),
      createdAt: z.iso.datetime(),
      lastUsedAt: z.iso.datetime().optional(),
      short: z.boolean(),
    }),
  ),
  recoveryCodesLeft: z.number(),
  lanes: z.strictObject({ authenticator: lane, recovery: lane }),
  devices: z.array(z.unknown()),
  recent: z.array(z.looseObject({ id: z.string(), type: z.string(), at: z.iso.datetime(), intact: z.boolean() })),
});

const listed = z.strictObject({
  ok: z.boolean(),
  command: z.literal("audit list"),
  events: z.array(z.looseObject({ type: z.string(), intact: z.boolean() })),
  cursor: z.string(),
  more: z.boolean(),
});

const verified = z.strictObject({
  ok: z.boolean(),
  command: z.literal("audit verify"),
  fault: z.looseObject({ kind: z.string(), message: z.string() }).optional(),
  seals: z.number(),
  rows: z.number(),
  removed: z.number(),
  unsealed: z.number(),
  heads: z.number(),
  head: z.looseObject({ seal: z.number() }).optional(),
});

const STEP = 30_000;
const OTHER_KEYS = `k2:${Buffer.alloc(32, 8).toString("base64")}`;

describe.each(cliDatabases)("on $name", ({ open }) => {
  let host: Host;
  let database: CliDatabase;
  let mfa: Mfa;
  let env: Record<string, string>;
  const secrets = new Map<string, Uint8Array>();
  const recoveryCodes: string[] = [];

  const printed: string[] = [];
  const run = async (...args: string[]): Promise<Ended> => {
    const ended = await host.run(args, { env });
    printed.push(ended.out, ended.err);
    return ended;
  };
  const json = async <T>(shape: z.ZodType<T>, ...args: string[]): Promise<T> => {
    const ended = await run(...args, "--json");
    expect(ended.err).toBe("");
    return shape.parse(ended.json());
  };
  const stateOf = async (name: string) => (await json(doctored, "doctor")).checks.find((found) => found.name === name);
  /** A code that has not been used: enrolling took that of the present step, and the next is taken too. */
  const codeOf = (id: string): string => totp(secrets.get(id) as Uint8Array, Date.now() + STEP);

  async function enrolled(id: string): Promise<void> {
    const { factorId, secret } = good(await mfa.factors.setup({ id }, { name: `${id}'s phone` }));
    secrets.set(id, fromBase32(secret));
    const enabled = good(await mfa.factors.enable({ id }, { factorId, code: totp(fromBase32(secret), Date.now()) }));
    recoveryCodes.push(...(enabled.recoveryCodes ?? []));
  }

  beforeAll(async () => {
    host = await newHost();
    database = await open(host);
    env = { DATABASE_URL: database.url, NIGHTLATCH_KEYS: TEST_KEYS };
    expect(await run("migrate")).toMatchObject({
      exit: 0,
      err: "",
      out: expect.stringMatching(/ran 1 migration; the tables are at version 1\./),
    });
    expect(await stateOf("keys")).toMatchObject({ state: "warning", found: "there are no data keys yet" });
    expect(await database.store.dataKeys()).toEqual([]);
    mfa = createMfa({ issuer: "Example", keys: keyring(TEST_KEYS), store: database.store });
    await mfa.ready();
    for (const id of ["alice", "bob", "carol", "dora"]) await enrolled(id);
  });
  afterAll(async () => {
    await database?.close();
    await host?.remove();
  });

  test("migrate may run again", async () => {
    expect(await run("migrate")).toMatchObject({ exit: 0, out: expect.stringContaining("is up to date") });
  });

  test("doctor finds all well, in words without colours and in JSON", async () => {
    expect((await run("audit", "seal")).exit).toBe(0);
    const told = await run("doctor");
    expect(told).toMatchObject({ exit: 0, err: "" });
    expect(told.out).not.toContain("\u001b");
    expect(told.out).toContain("No faults.");
    const { ok, checks } = await json(doctored, "doctor");
    expect(ok).toBe(true);
    expect(checks.filter(({ state }) => state === "fault" || state === "warning")).toEqual([]);
    expect((await json(doctored, "doctor", "--fast")).checks.map(({ name }) => name)).not.toContain("log");
  });

  test("the wrong key is told, by doctor and by whoever needs it", async () => {
    const wrong = { ...env, NIGHTLATCH_KEYS: `k1:${Buffer.alloc(32, 1).toString("base64")}` };
    expect(await host.run(["doctor"], { env: wrong })).toMatchObject({ exit: 4, out: expect.stringContaining("does not open") });
    expect(await host.run(["subject", "show", "bob"], { env: wrong })).toMatchObject({
      exit: 4,
      out: "",
      err: expect.stringContaining('Key "k1"'),
    });
    expect((await host.run(["rotate", "seal"], { env: wrong })).exit).toBe(4);
    expect(await host.run(["doctor"], { env: { ...env, NIGHTLATCH_KEYS: OTHER_KEYS } })).toMatchObject({ exit: 4 });
  });

  test("a database that the server does not have is told, without its password", async () => {
    if (!URL.canParse(database.url) || database.url.startsWith("sqlite:")) return;
    const url = new URL(database.url);
    url.pathname += "_missing";
    const ended = await host.run(["migrate"], { env: { ...env, DATABASE_URL: url.href } });
    expect(ended).toMatchObject({ exit: 3, out: "", err: expect.stringContaining("it has no database of that name") });
    expect(ended.err).not.toContain(`:${url.password || "none"}@`);
  });

  test("what somebody wrote into a row does not steer the terminal", async () => {
    // The engine takes no such name; a row can be edited.
    await database.tamper("UPDATE nightlatch_factors SET name = '\u001b[2Jgone\u202e' WHERE subject = 'carol'");
    const { exit, out } = await run("subject", "show", "carol");
    expect(exit).toBe(0);
    expect(out).toContain('"\ufffd[2Jgone\ufffd"');
  });

  test("subject show has what is known, and nothing of a stranger", async () => {
    for (let guess = 0; guess < 5; guess += 1) await mfa.verify({ subject: { id: "bob" }, code: "000000" });
    const bob = await json(shown, "subject", "show", "bob");
    expect(bob).toMatchObject({ subject: "bob", enabled: true, recoveryCodesLeft: 10, factors: [{ type: "totp", name: "bob's phone" }] });
    expect(bob.lanes.authenticator).toMatchObject({ failures: 5, lockedUntil: expect.any(String) });
    expect(bob.recent.at(-1)?.type).toBe("locked");
    expect((await run("subject", "show", "bob")).out).toMatch(/5 failures since the last success; locked until/);
    expect((await run("subject", "show", "nobody")).out).toContain("Nothing is known of nobody");
  });

  test("subject unlock needs somebody else's code, a reason, and is in the log", async () => {
    const unlock = (...more: string[]) => run("subject", "unlock", "bob", ...more);
    expect(await unlock()).toMatchObject({ exit: 2, err: expect.stringContaining("--actor") });
    expect(await unlock("--actor", "carol")).toMatchObject({ exit: 2, err: expect.stringContaining("--reason") });
    expect(await unlock("--actor", "carol", "--reason", "r")).toMatchObject({ exit: 2, err: expect.stringContaining("--code") });
    expect(await unlock("--actor", "carol", "--reason", "r", "--code", "000000")).toMatchObject({
      exit: 1,
      out: expect.stringContaining("4 attempts left"),
    });
    expect(await unlock("--actor", "bob", "--reason", "r")).toMatchObject({ exit: 1, out: expect.stringContaining("own account") });
    expect(await unlock("--actor", "ghost", "--reason", "r", "--code", "123456")).toMatchObject({ exit: 1 });
    expect((await json(shown, "subject", "show", "bob")).lanes.authenticator.lockedUntil).toBeDefined();

    const code = codeOf("carol");
    const args = ["subject", "unlock", "bob", "--actor", "carol", "--reason", "ticket 12", "--code", "-"];
    expect(await host.run(args, { env, input: `${code}\n` })).toMatchObject({
      exit: 0,
      out: expect.stringContaining("The log names carol"),
    });
    const after = await json(shown, "subject", "show", "bob");
    expect(after.lanes.authenticator).toEqual({ failures: 0, tally: 0 });
    expect(after.recent.at(-1)).toMatchObject({ type: "unlocked", actor: "carol", reason: "[shell] ticket 12" });
    expect(after.recent.map(({ type }) => type)).toContain("admin_act_refused");
    expect(await host.run(args, { env, input: code })).toMatchObject({ exit: 1, out: expect.stringContaining("used before") });
  });

  test("subject reset removes what is enrolled", async () => {
    const ended = await run("subject", "reset", "dora", "--actor", "alice", "--reason", "lost", "--code", codeOf("alice"));
    expect(ended).toMatchObject({ exit: 0, out: expect.stringMatching(/flag enrolled refuses that sign-in .* mfa\.audit\.follow\(\)/) });
    expect(await json(shown, "subject", "show", "dora")).toMatchObject({ enabled: false, factors: [], recoveryCodesLeft: 0 });
    expect((await stateOf("log and rows"))?.state).toBe("ok");
  });

  test("rotate wraps, makes keys and reseals; what was enrolled before still verifies", async () => {
    const ring = `${OTHER_KEYS},${TEST_KEYS}`;
    const both = { ...env, NIGHTLATCH_KEYS: ring };
    const looked = await host.run(["doctor"], { env: both });
    expect(looked).toMatchObject({ exit: 0, out: expect.stringContaining("under an older key of the ring") });
    // Only looking has wrapped nothing: the old keyring alone still opens all.
    expect((await run("subject", "show", "bob")).exit).toBe(0);
    expect(await host.run(["rotate", "keyring"], { env: both })).toMatchObject({
      exit: 0,
      out: expect.stringContaining("Wrapped 4 data keys anew"),
    });
    expect((await host.run(["rotate", "keyring"], { env: both })).out).toContain("already");
    expect((await run("subject", "show", "bob")).exit).toBe(4);
    env = { ...env, NIGHTLATCH_KEYS: OTHER_KEYS };

    const seal = z.strictObject({
      ok: z.literal(true),
      command: z.literal("rotate seal"),
      keyId: z.string().optional(),
      resealed: z.number(),
      unreadable: z.number(),
      skipped: z.number(),
    });
    const sealed = await host.run(["rotate", "seal", "--json", "--batch", "2"], { env });
    expect(seal.parse(sealed.json())).toMatchObject({ keyId: expect.any(String), resealed: 3, unreadable: 0 });
    expect(sealed.err).toBe("resealing: 2 of 3\nresealing: 3 of 3\n");
    expect(seal.parse((await host.run(["rotate", "seal", "--resume", "--json"], { env })).json())).toMatchObject({ resealed: 0 });
    for (const use of ["grant", "audit"]) {
      const { ok } = z
        .looseObject({ ok: z.literal(true), keyId: z.string() })
        .parse((await host.run(["rotate", use, "--json"], { env })).json());
      expect(ok).toBe(true);
    }
    expect(await stateOf("secrets")).toMatchObject({ state: "ok", data: { secrets: 3, underOlderKey: 0 } });
    const later = createMfa({ issuer: "Example", keys: keyring(OTHER_KEYS), store: database.store, clock: () => Date.now() + 2 * STEP });
    good(await later.verify({ subject: { id: "bob" }, code: totp(secrets.get("bob") as Uint8Array, Date.now() + 2 * STEP) }));
  });

  test("a secret that does not open is counted, and the exit code tells", async () => {
    await database.tamper("UPDATE nightlatch_factors SET period = 60 WHERE subject = 'carol'");
    const ended = await run("rotate", "seal");
    expect(ended).toMatchObject({ exit: 1, out: expect.stringContaining("1 secret does not open") });
    await database.tamper("UPDATE nightlatch_factors SET period = 30 WHERE subject = 'carol'");
    expect(await run("rotate", "seal", "--resume")).toMatchObject({ exit: 0, out: expect.stringContaining("Resealed 1 secret.") });
  });

  test("audit list pages and narrows", async () => {
    const first = await json(listed, "audit", "list", "--limit", "2");
    expect(first).toMatchObject({ ok: true, more: true });
    const next = await json(listed, "audit", "list", "--limit", "2", "--after", first.cursor);
    expect(next.events[0]?.id).not.toBe(first.events[0]?.id);
    const unlocked = await json(listed, "audit", "list", "--subject", "bob", "--type", "unlocked", "--newest", "--from", "2020-01-01");
    expect(unlocked.events.map(({ type }) => type)).toEqual(["unlocked"]);
    expect((await json(listed, "audit", "list", "--actor", "carol", "--to", "2020-01-01")).events).toEqual([]);
    for (const bad of [
      ["--limit", "0"],
      ["--from", "yesterday"],
      ["--after", "nonsense"],
    ])
      expect((await run("audit", "list", ...bad)).exit).toBe(2);
  });

  test("audit seal keeps its head in a file, against which verify holds the log", async () => {
    expect((await run("audit", "seal", "--keep-head", "heads.ndjson")).exit).toBe(0);
    await mfa.revoke({ id: "bob" });
    expect((await run("audit", "seal", "--keep-head", "heads.ndjson")).exit).toBe(0);
    expect((await run("audit", "seal", "--keep-head", "heads.ndjson")).out).toMatch(/^Nothing to seal\./);
    await mfa.revoke({ id: "bob" });
    // The place is away: what it missed it is given once it is back, though by then there is nothing to seal.
    const away = await run("audit", "seal", "--keep-head", "away/heads.ndjson");
    expect(away).toMatchObject({ exit: 1, err: expect.stringContaining("this head was not kept") });
    expect((await run("audit", "seal", "--keep-head", "heads.ndjson")).out).toMatch(/^Nothing to seal\./);
    const heads = (await readFile(join(host.folder, "heads.ndjson"), "utf8")).trim().split("\n");
    expect(heads).toHaveLength(3);
    expect(await json(verified, "audit", "verify", "--heads", "heads.ndjson")).toMatchObject({ ok: true, heads: 3, unsealed: 0 });
    const ahead = { ...(JSON.parse(heads[1] as string) as object), seal: 99 };
    await writeFile(join(host.folder, "forged.ndjson"), JSON.stringify(ahead));
    expect(await json(verified, "audit", "verify", "--heads", "forged.ndjson")).toMatchObject({
      ok: false,
      fault: { kind: "head_forged" },
    });
    await writeFile(join(host.folder, "odd.ndjson"), "{}");
    expect(await run("audit", "verify", "--heads", "odd.ndjson")).toMatchObject({ exit: 2, err: expect.stringContaining("Line 1") });
    expect(await run("audit", "prune", "--older-than", "30d")).toMatchObject({ exit: 0, out: expect.stringContaining("Removed 0 rows") });
    expect((await run("audit", "prune", "--older-than", "soon")).exit).toBe(2);
  });

  test("R41 an edited row shows in audit verify, audit list and doctor", async () => {
    await database.tamper("UPDATE nightlatch_audit SET detail = '{\"lane\":\"recovery\"}' WHERE type = 'locked' AND subject = 'bob'");
    const said = await json(verified, "audit", "verify");
    expect(said).toMatchObject({ ok: false, fault: { kind: "row_edited" } });
    expect(await run("audit", "verify")).toMatchObject({
      exit: 1,
      out: expect.stringMatching(/^The log is NOT as it was written: row_edited at/),
    });
    expect(await run("audit", "list", "--type", "locked")).toMatchObject({ exit: 1, out: expect.stringContaining("NOT INTACT") });
    expect(await stateOf("log")).toMatchObject({ state: "fault" });
  });

  test("A42 nothing that was printed holds a secret, a key or a recovery code", async () => {
    const all = printed.join("\n");
    const kept = (await database.store.read({ tenant: "", subject: "bob" })).factors.map(({ secret }) => secret);
    const canaries = [
      ...kept,
      ...[...secrets.values()].map(toBase32),
      ...recoveryCodes,
      ...[TEST_KEYS, OTHER_KEYS].map((ring) => ring.slice(3)),
    ];
    expect(canaries.length).toBeGreaterThan(40);
    for (const canary of canaries) expect(all).not.toContain(canary);
    expect(all).toContain("bob's phone");
  });

  test("A52 doctor finds authenticators whose rows were deleted", async () => {
    expect((await stateOf("log and rows"))?.state).toBe("ok");
    await database.tamper("DELETE FROM nightlatch_factors WHERE subject = 'bob'");
    expect(await stateOf("log and rows")).toMatchObject({
      state: "fault",
      found: expect.stringContaining("of 1 user (bob) gone without an event"),
    });
    expect((await run("doctor")).exit).toBe(1);
  });
});
