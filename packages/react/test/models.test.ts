import { email, totp } from "@nightlatch/core";
import { enrol, inbox, virtualAuthenticator } from "@nightlatch/core/testing";
import { expect, test } from "vitest";
import { problemOf } from "../src/client/index.ts";
import { createEnrolment, createSettings, createSignIn, createStepUp } from "../src/flow/index.ts";
import { type Host, startHost } from "./support/host.ts";

const SUBJECT = { id: "ana", session: "s1", name: "ana@example.com" };

/** The challenge of a sign-in, as a page reads it off the host's login. */
async function challengeOf({ url, clock }: Host) {
  const login = await fetch(`${url}/login/ana`, { method: "POST" });
  const problem = problemOf(await login.json(), login.status, clock.now());
  if (problem?.code !== "mfa_required") throw new Error("no second step");
  return problem;
}

test("a sign-in: a wrong code, the right one, and what the host adds to the answer", async () => {
  const host = await startHost();
  const { authenticator } = await enrol(host.mfa, SUBJECT, { clock: host.clock });
  const done: object[] = [];
  const model = createSignIn(host.client(undefined), await challengeOf(host), {
    device: () => undefined,
    done: (answer) => done.push(answer),
  });
  model.actions.input(authenticator.wrongCode());
  await expect.poll(() => model.get().phase).toEqual({ name: "refused", why: "invalid", attemptsLeft: 4 });
  model.actions.input(authenticator.code());
  await expect.poll(() => done).toMatchObject([{ token: "ana:s9", amr: expect.any(Array) }]);
  expect(model.get().phase.name).toBe("accepted");
});

test("a locked sign-in still takes a recovery code", async () => {
  const host = await startHost();
  const { authenticator, recoveryCodes } = await enrol(host.mfa, SUBJECT, { clock: host.clock });
  const done: object[] = [];
  const model = createSignIn(host.client(undefined), await challengeOf(host), {
    device: () => undefined,
    done: (answer) => done.push(answer),
  });
  for (let tries = 0; model.get().phase.name !== "locked"; tries++) {
    expect(tries).toBeLessThan(5);
    const wrong = String((Number(authenticator.wrongCode()) + tries) % 1_000_000).padStart(6, "0");
    model.actions.input(wrong);
    await expect.poll(() => model.get().phase.name).not.toBe("checking");
  }
  expect(model.get().phase).toEqual({ name: "locked", until: host.clock.now() + 900_000 });
  model.actions.use("recovery");
  model.actions.input(recoveryCodes[0]?.toLowerCase().replaceAll("-", " ") ?? "");
  model.actions.submit();
  await expect.poll(() => done).toMatchObject([{ recovery_codes_left: 9 }]);
});

test("a code by mail ends a sign-in too", async () => {
  const mail = inbox();
  const host = await startHost({ mfa: { factors: [totp(), email(mail.deliver)] } });
  await enrol(host.mfa, SUBJECT, { clock: host.clock });
  const done: object[] = [];
  const model = createSignIn(host.client(undefined), await challengeOf(host), {
    device: () => undefined,
    done: (answer) => done.push(answer),
  });
  model.actions.use("email");
  await expect.poll(() => model.get().delivery?.state).toBe("sent");
  model.actions.input(mail.lastCode());
  await expect.poll(() => done).toHaveLength(1);
});

test("who must enrol does so within the sign-in, with a mailed code first where the host wants one", async () => {
  const mail = inbox();
  const enrolment = { require: "always" as const, via: "email" as const };
  const host = await startHost({ mfa: { factors: [totp(), email(mail.deliver)], enrolment } });
  const signIn = await challengeOf(host);
  expect(signIn.enrol).toBe(true);
  const client = host.client(undefined);
  const dialog = createStepUp(client.now);
  const model = createEnrolment(
    client,
    dialog.ask,
    () => ({ signIn: { ...signIn, methods: ["email"] } }),
    () => {},
  );
  model.actions.restart();
  await expect.poll(() => dialog.get().code?.method).toBe("email");
  await expect.poll(() => dialog.get().code?.delivery?.state).toBe("sent");
  dialog.actions.input(mail.lastCode());
  await expect.poll(() => model.get().step).toBe("scan");
  const scanned = model.get();
  if (scanned.step !== "scan") throw new Error("not there");
  const phone = virtualAuthenticator({ qr: scanned.setup.qr_code, clock: host.clock });
  model.actions.next();
  model.actions.input(phone.code());
  await expect.poll(() => model.get().step).toBe("codes");
  expect(model.get()).toMatchObject({ answer: { token: "ana:s9" }, codes: expect.any(Array) });
});

test("the settings: what needs a code has it asked for, and what was changed is loaded anew", async () => {
  const host = await startHost();
  const { authenticator, factorId } = await enrol(host.mfa, SUBJECT, { clock: host.clock });
  const client = host.client("ana:s1");
  const dialog = createStepUp(client.now);
  let changes = 0;
  const model = createSettings(client, dialog.ask, { devices: true, about: (act) => ({ action: act.do }), changed: () => (changes += 1) });
  model.actions.reload();
  await expect.poll(() => model.get().facts?.status.recovery_codes_left).toBe(10);

  model.actions.act({ do: "rename", id: factorId, name: "Ana’s phone" });
  await expect.poll(() => model.get().facts?.status.factors[0]?.name).toBe("Ana’s phone");

  model.actions.ask({ do: "codes" });
  model.actions.confirm();
  await expect.poll(() => dialog.get().question?.about.action).toBe("codes");
  dialog.cancel();
  await expect.poll(() => model.get().busy).toBeUndefined();
  expect(model.get().fault).toBeUndefined();

  model.actions.ask({ do: "codes" });
  model.actions.confirm();
  await expect.poll(() => dialog.get().code).toBeDefined();
  dialog.actions.input(authenticator.next());
  dialog.actions.submit();
  await expect.poll(() => model.get().fresh?.codes).toHaveLength(10);
  model.actions.finish();
  expect(model.get().fresh?.nudged).toBe(true);
  model.actions.setSaved(true);
  model.actions.finish();
  expect(model.get().fresh).toBeUndefined();

  // The new codes' grant goes along: nothing is asked.
  model.actions.ask({ do: "off" });
  model.actions.confirm();
  await expect.poll(() => model.get().facts?.status.mfa_enabled).toBe(false);
  expect(changes).toBe(3);
});
