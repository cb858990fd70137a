import { hotp, totp } from "@nightlatch/core";
import { enrol, virtualAuthenticator } from "@nightlatch/core/testing";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { createStepUpFetch, problemOf } from "../src/client/index.ts";
import { SignInScreen } from "../src/components/index.ts";
import { createSettings, createSignIn, createStepUp, offered, type SignInChallenge } from "../src/flow/index.ts";
import { createMfaClient, MfaProvider } from "../src/index.ts";
import { type Host, startHost } from "./support/host.ts";

const SUBJECT = { id: "ana", session: "s1", name: "ana@example.com" };

const start = (): Promise<Host> => startHost({ mfa: { factors: [totp(), hotp()] } });

/** The challenge of a sign-in, with the authenticators that the host's login adds to it. */
async function challengeOf({ url, clock, mfa }: Host): Promise<SignInChallenge> {
  const login = await fetch(`${url}/login/ana`, { method: "POST" });
  const problem = problemOf(await login.json(), login.status, clock.now());
  if (problem?.code !== "mfa_required") throw new Error("no second step");
  return { ...problem, factors: await mfa.factors.list(SUBJECT) };
}

test("somebody who has a token alone signs in with it, by its name", async () => {
  const host = await start();
  const { authenticator, factorId } = await enrol(host.mfa, SUBJECT, { clock: host.clock, type: "hotp" });
  const done: object[] = [];
  const model = createSignIn(host.client(undefined), await challengeOf(host), {
    device: () => undefined,
    done: (answer) => done.push(answer),
  });
  expect([model.get().method, offered(model.get())]).toEqual([`token:${factorId}`, ["recovery"]]);
  model.actions.input(authenticator.next());
  await expect.poll(() => done).toMatchObject([{ token: "ana:s9" }]);
});

test("each kind that is confirmed is offered, and each token by its own name", async () => {
  const host = await start();
  const app = await enrol(host.mfa, SUBJECT, { clock: host.clock });
  const tokens = [];
  for (const name of ["Blue token", "Red token"]) {
    const setup = await host.mfa.factors.setup(SUBJECT, { type: "hotp", name, proof: { code: app.authenticator.next() } });
    if (!setup.ok) throw new Error(setup.reason);
    const authenticator = virtualAuthenticator({ uri: setup.uri });
    expect((await host.mfa.factors.enable(SUBJECT, { code: authenticator.code(), factorId: setup.factorId })).ok).toBe(true);
    tokens.push({ authenticator, factorId: setup.factorId });
  }
  const [blue, red] = tokens.map(({ factorId }) => `token:${factorId}` as const);
  const done: object[] = [];
  const client = host.client(undefined);
  const model = createSignIn(client, await challengeOf(host), { device: () => undefined, done: (answer) => done.push(answer) });
  const state = model.get();
  expect([state.method, offered(state)]).toEqual(["app", [blue, red, "recovery"]]);

  const signIn = { state, offered: offered(state), trust: false, setTrust() {}, input() {}, submit() {}, use() {}, resend() {} };
  const html = renderToString(
    createElement(MfaProvider, { client: createMfaClient({ endpoint: host.url }) }, createElement(SignInScreen, { signIn })),
  );
  expect(html.match(/Use your token|Blue token|Red token|Use a recovery code/g)).toEqual([
    "Use your token",
    "Blue token",
    "Use your token",
    "Red token",
    "Use a recovery code",
  ]);

  // Another token's code is no code of this one.
  if (!red) throw new Error("no token");
  model.actions.use(red);
  model.actions.input(tokens[0]?.authenticator.next() ?? "");
  await expect.poll(() => model.get().phase).toMatchObject({ name: "refused", why: "invalid" });
  model.actions.input(tokens[1]?.authenticator.next() ?? "");
  await expect.poll(() => done).toMatchObject([{ token: "ana:s9" }]);
});

test("where the host's login names no authenticator a token is no way: the recovery code is", async () => {
  const host = await start();
  await enrol(host.mfa, SUBJECT, { clock: host.clock, type: "hotp" });
  const { factors: _, ...challenge } = await challengeOf(host);
  const model = createSignIn(host.client(undefined), challenge, { device: () => undefined, done() {} });
  expect([model.get().method, model.get().methods]).toEqual(["recovery", ["recovery"]]);
});

test("a token confirms what the settings ask about, with nothing told by the host", async () => {
  const host = await start();
  const { authenticator, factorId } = await enrol(host.mfa, SUBJECT, { clock: host.clock, type: "hotp" });
  host.clock.advance("1h");
  const client = host.client("ana:s2");
  const dialog = createStepUp(client.now);
  const model = createSettings(client, dialog.ask, { devices: false, changed() {} });
  model.actions.reload();
  await expect.poll(() => model.get().phase).toBe("ready");
  model.actions.ask({ do: "codes" });
  model.actions.confirm();
  await expect.poll(() => dialog.get().code?.method).toBe(`token:${factorId}`);
  dialog.actions.input(authenticator.next());
  await expect.poll(() => model.get().fresh?.codes.length).toBe(10);
});

test("a token answers a guard", async () => {
  const host = await start();
  const { authenticator, factorId } = await enrol(host.mfa, SUBJECT, { clock: host.clock, type: "hotp" });
  const client = host.client("ana:s2");
  const dialog = createStepUp(client.now);
  const guarded = createStepUpFetch(client, dialog.ask, {
    fetch: (input, init) =>
      fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), authorization: "Bearer ana:s2" } }),
  });
  const answer = guarded(`${host.url}/plain/1`, { method: "POST" });
  await expect.poll(() => dialog.get().code?.method).toBe(`token:${factorId}`);
  dialog.actions.input(authenticator.next());
  expect((await answer).status).toBe(200);
});
