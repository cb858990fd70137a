import { sms, totp } from "@nightlatch/core";
import { enrol, inbox, type VirtualAuthenticator } from "@nightlatch/core/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type AskStepUp, createStepUpFetch, type MfaClient, type StepUpQuestion, StepUpReplayError } from "../src/client/index.ts";
import { createStepUp } from "../src/flow/index.ts";
import { type Host, type HostOptions, startHost } from "./support/host.ts";

const SUBJECT = { id: "ana", session: "s1", name: "ana@example.com" };

interface Ground extends Host {
  ours: MfaClient;
  phone: VirtualAuthenticator;
  codes: readonly string[];
  /** What was asked, oldest first. */
  questions: StepUpQuestion[];
  /** Asks by typing what the phone shows. */
  byPhone: AskStepUp;
  /** As the signed-in user, who has a grant of the session only if one was earned here. */
  guarded(ask?: AskStepUp): typeof fetch;
}

async function ground(options?: HostOptions): Promise<Ground> {
  const host = await startHost(options);
  const { authenticator: phone, recoveryCodes } = await enrol(host.mfa, SUBJECT, { clock: host.clock });
  const ours = host.client("ana:s1");
  const questions: StepUpQuestion[] = [];
  const byPhone: AskStepUp = async (question) => {
    questions.push(question);
    const problem = await question.submit(phone.next());
    if (problem) throw new Error(problem.code);
  };
  const own: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("authorization", "Bearer ana:s1");
    return fetch(input, { ...init, headers });
  };
  return {
    ...host,
    ours,
    phone,
    codes: recoveryCodes,
    questions,
    byPhone,
    guarded: (ask = byPhone) => createStepUpFetch(ours, ask, { fetch: own }),
  };
}

const statusOf = async (response: Promise<Response>): Promise<number> => (await response).status;

test("a refused request is asked about, made again, and acts once", async () => {
  const { guarded, url, acted, asked, questions } = await ground();
  const response = await guarded()(`${url}/bookings/7`, { method: "DELETE" });
  expect(await response.json()).toEqual({ done: true });
  expect(acted).toEqual(["DELETE /bookings/7"]);
  expect(asked).toEqual(["DELETE /bookings/7", "POST /auth/mfa/verify", "DELETE /bookings/7"]);
  expect(questions).toMatchObject([
    { purpose: "booking.cancel", inline: false, methods: expect.arrayContaining(["totp", "recovery_code"]) },
  ]);
});

test("a request that needs nothing is made once, with its own answer", async () => {
  const { guarded, url, questions } = await ground();
  expect(await statusOf(guarded()(`${url}/nowhere`))).toBe(404);
  expect(questions).toHaveLength(0);
});

test("three requests at once that want the same share one question: one code, three acts", async () => {
  const { guarded, url, acted, questions, byPhone } = await ground();
  const held: StepUpQuestion[] = [];
  let answer: () => void = () => {};
  const asking = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const ask: AskStepUp = async (question) => {
    held.push(question);
    await asking;
    await byPhone(question);
  };
  // Two makers, as of two hooks: whoever is asked is the same.
  const [one, other] = [guarded(ask), guarded(ask)];
  const all = Promise.all([
    statusOf(one(`${url}/plain/1`, { method: "POST" })),
    statusOf(other(`${url}/plain/2`, { method: "POST" })),
    statusOf(one(`${url}/plain/3`, { method: "POST" })),
  ]);
  await expect.poll(() => held[0]?.waiting).toBe(3);
  answer();
  expect(await all).toEqual([200, 200, 200]);
  expect(questions).toHaveLength(1);
  expect([...acted].sort()).toEqual(["POST /plain/1", "POST /plain/2", "POST /plain/3"]);
});

test("what is for another purpose or another thing is asked about after that", async () => {
  const { guarded, url, acted, questions, byPhone } = await ground();
  let open = 0;
  const fetching = guarded(async (question) => {
    open += 1;
    expect(open).toBe(1);
    await byPhone(question);
    open -= 1;
  });
  const statuses = await Promise.all([
    statusOf(fetching(`${url}/bookings/1`, { method: "DELETE" })),
    statusOf(fetching(`${url}/bookings/2`, { method: "DELETE" })),
    statusOf(fetching(`${url}/payments/2`, { method: "POST" })),
  ]);
  expect(statuses).toEqual([200, 200, 200]);
  expect(questions).toHaveLength(3);
  expect(acted).toHaveLength(3);
});

test("a grant of the session that was just earned is tried before asking again", async () => {
  const { guarded, url, questions, byPhone } = await ground();
  const fetching = guarded(byPhone);
  expect(await statusOf(fetching(`${url}/plain/1`))).toBe(200);
  expect(await statusOf(fetching(`${url}/plain/2`))).toBe(200);
  expect(questions).toHaveLength(1);
});

test("closing the question rejects all that wait for it, and nothing is made", async () => {
  const { guarded, url, acted, clock } = await ground();
  const dialog = createStepUp(clock.now);
  const fetching = guarded(dialog.ask);
  const all = [1, 2].map((id) => fetching(`${url}/plain/${id}`, { method: "POST" }));
  await expect.poll(() => dialog.get().question?.waiting).toBe(2);
  dialog.cancel();
  for (const request of all) await expect(request).rejects.toMatchObject({ name: "StepUpCancelledError", code: "step_up_cancelled" });
  expect(dialog.get().question).toBeUndefined();
  expect(acted).toEqual([]);
});

test("a request that is given up leaves the others; the last one closes the question", async () => {
  const { guarded, url, clock } = await ground();
  const dialog = createStepUp(clock.now);
  const fetching = guarded(dialog.ask);
  const [one, other] = [new AbortController(), new AbortController()];
  const first = fetching(`${url}/plain/1`, { signal: one.signal });
  const second = fetching(`${url}/plain/2`, { signal: other.signal });
  await expect.poll(() => dialog.get().question?.waiting).toBe(2);
  one.abort(new Error("gone"));
  await expect(first).rejects.toThrow("gone");
  expect(dialog.get().question?.waiting).toBe(1);
  other.abort(new Error("gone too"));
  await expect(second).rejects.toThrow("gone too");
  await expect.poll(() => dialog.get().question).toBeUndefined();
});

test("the dialog's model: a wrong code, a right one, and the request goes on by itself", async () => {
  const { guarded, url, clock, phone, acted } = await ground();
  const dialog = createStepUp(clock.now);
  const request = guarded(dialog.ask)(`${url}/bookings/7`, { method: "DELETE" });
  await expect.poll(() => dialog.get().code?.phase.name).toBe("typing");
  dialog.actions.input(phone.wrongCode());
  // The press is the consent, so the last digit alone submits nothing.
  expect(dialog.get().code?.phase.name).toBe("typing");
  dialog.actions.submit();
  await expect.poll(() => dialog.get().code?.phase).toEqual({ name: "refused", why: "invalid", attemptsLeft: 4 });
  dialog.actions.input(phone.next());
  dialog.actions.submit();
  expect((await request).status).toBe(200);
  expect(acted).toEqual(["DELETE /bookings/7"]);
});

test("under maxAge 0 the code goes with the request, each has its own, and a wrong one is asked for again", async () => {
  const { guarded, url, acted, asked, phone, questions } = await ground();
  const fetching = guarded(async (question) => {
    questions.push(question);
    expect(question.inline).toBe(true);
    expect(await question.submit(phone.wrongCode())).toMatchObject({ code: "code_invalid", attemptsLeft: 4 });
    expect(await question.submit(phone.next())).toBeUndefined();
  });
  const bodies = ["first", "second"];
  const statuses = await Promise.all(bodies.map((body) => statusOf(fetching(`${url}/now/1`, { method: "POST", body }))));
  expect(statuses).toEqual([200, 200]);
  expect(questions).toHaveLength(2);
  expect(acted).toEqual(["POST /now/1 first", "POST /now/1 second"]);
  expect(asked).not.toContain("POST /auth/mfa/verify");
});

test("an inline request whose answer never comes is not made again", async () => {
  const { ours, url, clock, phone } = await ground();
  let sent = 0;
  const dialog = createStepUp(clock.now);
  const fetching = createStepUpFetch(ours, dialog.ask, {
    fetch(input, init) {
      const headers = new Headers(init?.headers);
      headers.set("authorization", "Bearer ana:s1");
      if (!headers.has("x-mfa-code")) return fetch(input, { ...init, headers });
      sent += 1;
      return Promise.reject(new TypeError("the connection broke"));
    },
  });
  const request = fetching(`${url}/now/1`, { method: "POST" });
  await expect.poll(() => dialog.get().code).toBeDefined();
  dialog.actions.input(phone.next());
  dialog.actions.submit();
  await expect(request).rejects.toThrow("the connection broke");
  await expect.poll(() => dialog.get().question).toBeUndefined();
  expect(sent).toBe(1);
});

test.each([
  ["text", () => ({ body: "hello" })],
  ["a Blob", () => ({ body: new Blob(["hello"]) })],
  ["bytes", () => ({ body: new TextEncoder().encode("hello") })],
])("a body of %s goes out again as it was", async (_what, init) => {
  const { guarded, url, acted } = await ground();
  await guarded()(`${url}/plain/1`, { method: "POST", ...init() });
  expect(acted).toEqual(["POST /plain/1 hello"]);
});

test("a Request is copied before it goes out, so its body can go out again", async () => {
  const { guarded, url, acted } = await ground();
  const request = new Request(`${url}/plain/1`, { method: "PUT", body: "hello", headers: { authorization: "Bearer ana:s1" } });
  expect(await statusOf(guarded()(request, { headers: request.headers }))).toBe(200);
  expect(acted).toEqual(["PUT /plain/1 hello"]);
});

test("a body that is a stream can't go out again: it is an error that says so, before anybody is asked", async () => {
  const { guarded, url, acted, questions } = await ground();
  const init = { method: "POST", body: new Blob(["hello"]).stream(), duplex: "half" } as RequestInit;
  await expect(guarded()(`${url}/plain/1`, init)).rejects.toBeInstanceOf(StepUpReplayError);
  expect(questions).toHaveLength(0);
  expect(acted).toEqual([]);
});

test("a question left open past its challenge's end is answered all the same", async () => {
  const { guarded, url, acted, clock, phone } = await ground();
  const fetching = guarded(async ({ submit }) => {
    clock.advance("6m");
    expect(await submit(phone.next())).toBeUndefined();
  });
  expect(await statusOf(fetching(`${url}/bookings/7`, { method: "DELETE" }))).toBe(200);
  expect(acted).toEqual(["DELETE /bookings/7"]);
});

test("another origin is sent no grant, and its demand is handed back as it is", async () => {
  const other = await ground();
  const { ours, guarded, url, questions, byPhone } = await ground();
  await guarded()(`${url}/plain/1`);
  const seen: (string | null)[] = [];
  const fetching = createStepUpFetch(ours, byPhone, {
    fetch(input, init) {
      seen.push(new Headers(init?.headers).get("mfa-grant"));
      return fetch(input, { ...init, headers: { authorization: "Bearer ana:s1" } });
    },
  });
  expect(await statusOf(fetching(`${other.url}/plain/1`))).toBe(401);
  expect(seen).toEqual([null]);
  expect(questions).toHaveLength(1);
});

test("whatever is answered to whichever requests, each acts at most once, and only when it says so", { timeout: 300_000 }, async () => {
  const paths = fc.constantFrom("plain/1", "payments/1", "payments/2", "now/1");
  const answers = fc.constantFrom("right", "wrong", "closed");
  await fc.assert(
    fc.asyncProperty(fc.array(paths, { minLength: 1, maxLength: 5 }), fc.array(answers, { maxLength: 5 }), async (asked, script) => {
      const { guarded, url, acted, phone } = await ground();
      const left = [...script];
      const fetching = guarded(async ({ submit }) => {
        for (;;) {
          const next = left.shift() ?? "right";
          if (next === "closed") throw new Error("closed");
          const problem = await submit(next === "right" ? phone.next() : phone.wrongCode());
          if (!problem) return;
          if (problem.code === "locked") throw new Error("locked");
        }
      });
      const made = await Promise.allSettled(
        asked.map(async (path, index) => (await fetching(`${url}/${path}`, { method: "POST", body: `n${index}` })).status),
      );
      for (const [index, path] of asked.entries()) {
        const times = acted.filter((line) => line === `POST /${path} n${index}`).length;
        const outcome = made[index];
        expect(times).toBe(outcome?.status === "fulfilled" && outcome.value === 200 ? 1 : 0);
      }
    }),
    { numRuns: 40 },
  );
});

test("a code is asked for by a delivering factor of the host's own, and answers", async () => {
  const calls = inbox();
  const voice = { ...sms(calls.deliver), type: "voice" };
  const { guarded, url, acted } = await ground({ mfa: { factors: [totp(), voice] } });
  const fetching = guarded(async ({ methods, deliver, submit }) => {
    expect(methods).toContain("voice");
    expect(await deliver("voice")).toMatchObject({ ok: true });
    expect(await submit(calls.lastCode())).toBeUndefined();
  });
  expect(await statusOf(fetching(`${url}/plain/1`, { method: "POST" }))).toBe(200);
  expect(acted).toEqual(["POST /plain/1"]);
});
