import { fromBase32 } from "@nightlatch/core/otp";
import { expect, test } from "vitest";
import { startHost } from "./support/app.ts";
import { authenticator, enrolled, grantOf, pending } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";

const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const TOKEN = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/);

test.each([false, true])("R36 the whole life of an enrolment, member by member, with express.json() in front: %s", async (json) => {
  const host = await startHost({ json });
  const as = "alice:s1";
  const call = (path: string, body?: object) => host.call("POST", `/auth/mfa${path}`, { as, ...(body ? { body } : {}) });

  const begun = await call("/setup", { name: "  Phone " });
  expect(begun.body).toEqual({
    factor_id: expect.any(String),
    secret: expect.stringMatching(/^[A-Z2-7]{32,}$/),
    uri: expect.stringMatching(/^otpauth:\/\/totp\/Example:alice%40example\.com\?/),
    qr_code: expect.stringMatching(/^data:image\/png;base64,iVBOR/),
    expires_at: new Date(host.clock.now() + 15 * 60_000).toISOString(),
  });
  const secret = String(begun.body.secret);
  expect(fromBase32(secret).length).toBeGreaterThanOrEqual(20);
  expect(new URL(String(begun.body.uri)).searchParams.get("secret")).toBe(secret);

  const app = authenticator(host, secret);
  const proof = { grant: TOKEN, expires_in: 900, amr: ["otp", "mfa"], acr: "urn:nightlatch:acr:mfa" };
  const enabled = await call("/enable", { code: app.code(), factor_id: begun.body.factor_id });
  expect(enabled.body).toEqual({ mfa_enabled: true, ...proof, recovery_codes: expect.any(Array) });
  expect(enabled.headers.get("mfa-grant")).toBe(enabled.body.grant);
  const codes = enabled.body.recovery_codes as string[];
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);

  const status = await host.call("GET", "/auth/mfa/status", { as });
  const factor = { id: begun.body.factor_id, type: "totp", name: "Phone", created_at: ISO, last_used_at: ISO };
  expect(status.body).toEqual({
    mfa_enabled: true,
    username: "alice@example.com",
    asker: expect.stringMatching(/^[\w-]{43}$/),
    factors: [factor],
    methods: ["totp", "recovery_code"],
    recovery_codes_left: 10,
  });

  const challenge = await call("/challenge");
  const in5minutes = new Date(host.clock.now() + 300_000).toISOString();
  expect(challenge.body).toEqual({ challenge: TOKEN, methods: ["totp", "recovery_code"], expires_at: in5minutes });

  const verified = await call("/verify", { code: app.fresh(), challenge: challenge.body.challenge });
  expect(verified.body).toEqual(proof);
  expect(verified.headers.get("mfa-grant")).toBe(verified.body.grant);

  const recovered = await call("/verify", { code: codes[0] });
  expect(recovered.body).toEqual({ ...proof, amr: ["recovery_code", "mfa"], recovery_codes_left: 9 });

  const renewed = await call("/recovery-codes", { code: app.fresh() });
  expect(renewed.body).toEqual({ recovery_codes: expect.any(Array) });
  expect((renewed.body.recovery_codes as string[]).filter((code) => codes.includes(code))).toEqual([]);
  const fresh = { "mfa-grant": renewed.headers.get("mfa-grant") ?? "" };
  expect((await host.call("POST", "/plain", { as, headers: fresh })).status).toBe(200);

  expect((await call("/disable", { code: app.fresh() })).body).toEqual({ mfa_enabled: false });
  const { asker } = status.body;
  const nothing = { mfa_enabled: false, username: "alice@example.com", asker, factors: [], methods: [], recovery_codes_left: 0 };
  expect((await host.call("GET", "/auth/mfa/status", { as })).body).toEqual(nothing);
});

test("R36 a sign-in completed with the engine gives a grant that the guards of its session take", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const step = await host.mfa.signIn({ id: "alice" }, { amr: ["pwd"] });
  if (!step.required) throw new Error("no second step");
  const verification = await host.mfa.verify({ challenge: step.challenge, code: alice.fresh(), session: "s9" });
  if (!verification.ok) throw new Error("refused");
  expect(verification.amr).toEqual(["pwd", "otp", "mfa"]);
  const headers = { "mfa-grant": verification.grant };
  expect((await host.call("POST", "/plain", { as: "alice:s9", headers })).status).toBe(200);
  expectProblem(await host.call("POST", "/plain", { as: "alice:s1", headers }), "step_up_required", 401);
});

test("R36 a wrong code leaves its challenge standing", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const { challenge } = (await host.call("DELETE", "/bookings/7", { as: alice.as })).body;
  const answer = (code: string) => host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code, challenge } });
  expectProblem(await answer(alice.wrong()), "code_invalid", 401);
  expect((await answer(alice.fresh())).status).toBe(200);
});

test("R36 a challenge lapses after five minutes, and a late answer neither counts nor spends the code", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const { challenge } = (await host.call("POST", "/auth/mfa/challenge", { as: alice.as })).body;
  host.clock.advance(300);
  const body = { code: alice.code(), challenge };
  expectProblem(await host.call("POST", "/auth/mfa/verify", { as: alice.as, body }), "challenge_expired", 401);
  expect((await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: body.code } })).status).toBe(200);
});

test("A7 of eleven right codes at once for one challenge one yields a grant, and the others stay unused", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const { challenge } = (await host.call("POST", "/auth/mfa/challenge", { as: alice.as })).body;
  const verify = (body: object) => host.call("POST", "/auth/mfa/verify", { as: alice.as, body });
  const codes = [alice.fresh(), ...alice.recoveryCodes];
  const answers = await Promise.all(codes.map((code) => verify({ code, challenge })));
  const won = codes.filter((_code, index) => answers[index]?.status === 200);
  expect(won).toHaveLength(1);
  for (const code of codes.filter((other) => !won.includes(other))) expect((await verify({ code })).status).toBe(200);
});

test("A7 a grant spent at one one-time guard is spent at every other", async () => {
  const host = await startHost({ routes: (app, stepUp, run) => app.post("/once-more", stepUp({ once: true }), run) });
  const alice = await enrolled(host, "alice");
  const call = { as: alice.as, headers: { "mfa-grant": alice.grant } };
  expect((await host.call("POST", "/once", call)).status).toBe(200);
  expectProblem(await host.call("POST", "/once-more", call), "step_up_required", 401);
});

test("A30 R34 a changed password ends every grant and challenge, once the host says so", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const headers = { "mfa-grant": await grantOf(host, alice) };
  const { challenge } = (await host.call("POST", "/auth/mfa/challenge", { as: alice.as })).body;
  await host.mfa.revoke({ id: "alice" });
  expectProblem(await host.call("POST", "/plain", { as: alice.as, headers }), "step_up_required", 401);
  const late = await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.fresh(), challenge } });
  expectProblem(late, "challenge_expired", 401);
});

test("A30 a second authenticator ends nothing, and works beside the first", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const second = await pending(host, alice.as, alice.fresh());
  const app = authenticator(host, second.secret);
  const added = await host.call("POST", "/auth/mfa/enable", { as: alice.as, body: { code: app.code() } });
  expect(added.status).toBe(200);
  expect(added.body).not.toHaveProperty("recovery_codes");
  expect((await host.call("POST", "/plain", { as: alice.as, headers: { "mfa-grant": alice.grant } })).status).toBe(200);
  for (const { fresh } of [alice, app]) {
    expect((await host.call("POST", "/plain", { as: alice.as, headers: { "x-mfa-code": fresh() } })).status).toBe(200);
  }
});
