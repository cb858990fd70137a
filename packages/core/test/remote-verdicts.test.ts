import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { decodeJwt } from "jose";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { grantKeys } from "../src/grants/grant-keys.ts";
import { tokenKind } from "../src/grants/token.ts";
import { createHandler, createStepUp, type RemoteMfaOptions, remoteMfa, type StepUpOptions, type Verdict } from "../src/http/index.ts";
import { ConfigError, createMfa, keyring, type MfaOptions, type Subject } from "../src/index.ts";
import { unwrapped } from "../src/secrets/data-keys.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { listen, write } from "./support/http-service.ts";
import { createKit, DAY, good, HOUR, MINUTE, STEP, TEST_KEYS } from "./support/kit.ts";

const ALICE = { id: "alice", tenant: "north", session: "s1" };

/** The MFA service behind a live port, and guards that know it by its address alone; one clock for both. */
async function twoServices(options: Partial<RemoteMfaOptions> = {}, grants: NonNullable<MfaOptions["grants"]> = { algorithm: "EdDSA" }) {
  const kit = createKit(createMfa, memoryStore());
  const mfa = await kit.mfa({ grants });
  const handle = createHandler(mfa);
  const people = new Map<string, Subject>([["alice", ALICE]]);
  const { url, close } = await listen(async (request, response) => {
    const path = (request.url ?? "").replace(/^\/auth\/mfa/, "");
    const subject = async () => people.get(request.headers.authorization ?? "");
    const answer = await handle({ method: request.method ?? "", path, headers: request.headers, stream: request }, { subject });
    write(response, answer ?? { status: 404, headers: {} });
  });
  onTestFinished(close);
  const remote = remoteMfa({ url: `${url}/auth/mfa/`, clock: () => kit.clock.now, ...options });
  const faults: Error[] = [];
  const stepUp = createStepUp(remote, { onError: (error) => faults.push(error) });
  const ask = (guard: StepUpOptions, headers: Record<string, string> = {}, bind?: string[], subject: Subject = ALICE): Promise<Verdict> =>
    stepUp(guard)({ method: "POST", headers: { authorization: "alice", ...headers } }, async () => subject, bind && (() => bind));
  const withCode = (code: string) => ({ "x-mfa-code": code });
  return { kit, mfa, people, remote, ask, withCode, faults };
}

const problemOf = (verdict: Verdict): Record<string, unknown> => {
  if (verdict.pass) throw new Error("It passed.");
  return { status: verdict.response.status, ...(verdict.response.body as object) };
};

const grantOf = (verdict: Verdict): string => {
  if (!verdict.pass) throw new Error(`Refused: ${JSON.stringify(verdict.response.body)}`);
  return verdict.headers["MFA-Grant"] ?? "";
};

describe("a code that another service judges", () => {
  it("R40 is refused as it is there: wrong, used, and under a lock with the time until its end", async () => {
    const { kit, mfa, ask, withCode, faults } = await twoServices();
    const user = await kit.enrolled(mfa, ALICE);
    expect(problemOf(await ask({}, withCode(user.wrong())))).toMatchObject({ status: 401, code: "code_invalid", attempts_left: 4 });
    const code = user.code();
    grantOf(await ask({}, withCode(code)));
    expect(problemOf(await ask({}, withCode(code)))).toMatchObject({ code: "code_used" });
    for (let n = 0; n < 4; n += 1) await ask({}, withCode(user.wrong()));
    expect(problemOf(await ask({}, withCode(user.code(1))))).toMatchObject({
      status: 429,
      code: "locked",
      retry_after: expect.any(Number),
    });
    expect((await mfa.status(ALICE)).lockedUntil).toBeInstanceOf(Date);
    expect(faults).toEqual([]);
  });

  it("A32 earns a grant for what the guard asks, and for nothing else", async () => {
    const { kit, mfa, ask, withCode } = await twoServices();
    const user = await kit.enrolled(mfa, ALICE);
    const guard = { purpose: "payment.approve", methods: ["totp"] } as const;
    const verdict = await ask(guard, withCode(user.code()), ["invoice-7"]);
    expect(verdict).toMatchObject({ pass: true, proof: { by: "code", method: "totp" } });
    const headers = { "mfa-grant": grantOf(verdict) };
    expect(await ask(guard, headers, ["invoice-7"])).toMatchObject({ pass: true, proof: { by: "grant", method: "totp" } });
    for (const [other, bind] of [
      [guard, ["invoice-8"]],
      [{ purpose: "payment.cancel" }, ["invoice-7"]],
      [{ methods: ["recovery_code"] }, undefined],
    ] as [StepUpOptions, string[] | undefined][]) {
      expect(problemOf(await ask(other, headers, bind))).toMatchObject({ code: "step_up_required", challenge: expect.any(String) });
    }
  });

  it("A7 under once is spent on its request, and a grant passes once", async () => {
    const spent = new Map<string, Date>();
    const { kit, mfa, ask, withCode } = await twoServices({
      spent(id, keepUntil) {
        const isFirst = !spent.has(id);
        spent.set(id, keepUntil);
        return isFirst;
      },
    });
    const user = await kit.enrolled(mfa, ALICE);
    expect(await ask({ once: true }, withCode(user.code()))).toEqual({ pass: true, headers: {}, proof: expect.anything() });
    kit.clock.advance(STEP);
    const { grant, expiresAt } = good(await mfa.verify({ subject: ALICE, code: user.code() }));
    const headers = { "mfa-grant": grant };
    expect((await ask({ once: true }, headers)).pass).toBe(true);
    expect(problemOf(await ask({ once: true }, headers)).code).toBe("step_up_required");
    // As long as a store of ours keeps it: a clock that is behind finds it still.
    expect([...spent.values()]).toContainEqual(new Date(expiresAt.getTime() + DAY));
  });
});

describe("a grant of another service", () => {
  it("A32 R43 passes for its bearer, tenant and session until it is too old, and no other text does", async () => {
    const { kit, mfa, ask, faults } = await twoServices();
    const { grant } = await kit.enrolled(mfa, ALICE);
    const headers = { "mfa-grant": grant };
    expect((await ask({ maxAge: "5m" }, headers)).pass).toBe(true);
    const { tenant: _, ...nowhere } = ALICE;
    for (const other of [{ ...ALICE, id: "bob" }, { ...ALICE, tenant: "south" }, { ...ALICE, session: "s2" }, nowhere]) {
      expect((await ask({}, headers, undefined, other)).pass, JSON.stringify(other)).toBe(false);
    }
    // They came with Alice's credentials, and her state is not theirs.
    expect(faults.splice(0).map(({ name }) => name)).toEqual(Array(4).fill("ConfigError"));
    for (const text of [
      "",
      "x",
      `${grant}x`,
      grant.slice(0, -4),
      `${grant}${"x".repeat(5000)}`,
      `${grant.split(".").slice(0, 2).join(".")}.`,
    ])
      expect((await ask({}, { "mfa-grant": text })).pass, text.slice(0, 20)).toBe(false);
    kit.clock.advance(6 * MINUTE);
    expect((await ask({ maxAge: "5m" }, headers)).pass).toBe(false);
    kit.clock.advance(HOUR * 25);
    expect((await ask({ maxAge: "1d" }, headers)).pass).toBe(false);
    expect(faults).toEqual([]);
  });

  it("R37 forged under a key that another replaced 25 hours ago passes nowhere, though the service goes on running", async () => {
    const { kit, mfa, ask } = await twoServices();
    const { grant } = await kit.enrolled(mfa, ALICE);
    const row = (await kit.store.dataKeys()).find(({ use }) => use === "grant");
    if (!row) throw new Error("There is no grant key.");
    const [stolen] = grantKeys([await unwrapped(keyring(TEST_KEYS), row)]);
    const forged = async () => {
      const seconds = Math.floor(kit.clock.now / 1000);
      const claims = { ...decodeJwt(grant), sub: "alice", auth_time: seconds };
      const token = await tokenKind("mfa-grant", [stolen], { remember: false, algorithm: "EdDSA" }).sign(claims, seconds, seconds + 600);
      return { "mfa-grant": token };
    };
    await mfa.keys.rotate("grant");
    expect((await ask({}, await forged())).pass).toBe(true);
    kit.clock.advance(25 * HOUR);
    // The key set that was fetched is kept by the machine's clock.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 25 * HOUR });
    onTestFinished(() => void vi.useRealTimers());
    expect((await ask({}, await forged())).pass).toBe(false);
  });

  it("of other ids than the guard's is a mistake in the set-up, which is reported and denies", async () => {
    const { kit, mfa, ask, withCode, faults } = await twoServices();
    const user = await kit.enrolled(mfa, ALICE);
    expect((await ask({}, withCode(user.code()), undefined, { ...ALICE, session: "s2" })).pass).toBe(false);
    expect(faults).toMatchObject([{ code: "config_invalid", message: expect.stringContaining("the same user, tenant and session ids") }]);
  });

  it("that is signed with HS256 is reported with its mend, and denies", async () => {
    const { kit, mfa, ask, withCode, faults } = await twoServices({}, { algorithm: "HS256" });
    const user = await kit.enrolled(mfa, ALICE);
    expect((await ask({}, withCode(user.code()))).pass).toBe(false);
    expect(faults).toMatchObject([{ code: "config_invalid", message: expect.stringContaining('algorithm: "EdDSA"') }]);
  });
});

describe("what another service says of somebody", () => {
  it("is their factors, when each was used last, which has a short secret, and a lock", async () => {
    const { kit, mfa, remote } = await twoServices();
    const user = await kit.enrolled(mfa, ALICE);
    const there = remote.forRequest({ method: "GET", headers: { authorization: "alice" } });
    expect(await there.status(ALICE)).toEqual(await mfa.status(ALICE));
    const added = good(await mfa.factors.import(ALICE, "otpauth://totp/Old:ada?secret=PB4HQ6DYPB4HQ6DY&issuer=Old", { allowShort: true }));
    for (let n = 0; n < 5; n += 1) await mfa.verify({ subject: ALICE, code: user.wrong() });
    const told = await there.status(ALICE);
    expect(told).toMatchObject({ enabled: true, lockedUntil: expect.any(Date), switchedOff: false });
    expect(told.factors.find(({ id }) => id === added.factorId)).not.toHaveProperty("lastUsedAt");
    expect(told.factors.map(({ short }) => short)).toEqual([false, true]);
  });

  it("A52 lets nobody pass who is enrolled in either host's eyes and has no factor there", async () => {
    const { people, ask, faults } = await twoServices();
    const remembered = { ...ALICE, enrolled: true };
    const choice = { ifNotEnrolled: "allow" } as const;
    expect((await ask(choice)).pass).toBe(true);
    expect(problemOf(await ask(choice, {}, undefined, remembered))).toMatchObject({ status: 403, code: "enrolment_mismatch" });
    people.set("alice", remembered);
    expect(problemOf(await ask(choice))).toMatchObject({ status: 403, code: "enrolment_mismatch" });
    expect(faults.map(({ name }) => name)).toEqual(["EnrolmentMismatchError", "EnrolmentMismatchError"]);
  });

  it("is not asked by a guard that answers no challenge, nor of whom it does not know", async () => {
    const { kit, mfa, remote, ask, people, faults } = await twoServices();
    const user = await kit.enrolled(mfa, ALICE);
    const there = remote.forRequest({ method: "GET", headers: { authorization: "alice" } });
    const { challenge } = await there.challenge(ALICE);
    await expect(there.verify({ challenge, code: user.code() })).rejects.toThrow(ConfigError);
    await expect(there.verify({ subject: ALICE, challenge, code: user.code() })).rejects.toThrow(ConfigError);
    expect((await there.verify({ subject: ALICE, code: user.code() })).ok).toBe(true);
    people.clear();
    expect((await ask({})).pass).toBe(false);
    await expect(there.verify({ subject: ALICE, code: user.code(1) })).rejects.toMatchObject({ code: "store_failed" });
    expect(faults).toMatchObject([{ code: "store_failed", message: expect.stringContaining("unauthenticated") }]);
  });
});

it("a guard that asks another service loads neither the engine nor what it keeps", () => {
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, path = ""] of text.matchAll(/^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)"/gm)) load(join(dirname(file), path));
  };
  const src = join(import.meta.dirname, "..", "src");
  for (const file of ["http/remote-mfa.ts", "http/step-up.ts"]) load(join(src, file));
  const names = [...loaded].map((file) => file.slice(src.length + 1));
  expect(names).toContain("grants/token.ts");
  expect(names.filter((name) => name === "engine/engine.ts" || /^(secrets|stores|audit)\//.test(name))).toEqual([]);
});
