import fc from "fast-check";
import { expect, test } from "vitest";
import type { MfaProblem } from "../src/client/index.ts";
import {
  type CodeEffect,
  type CodeEvent,
  type CodeMethod,
  type CodeState,
  codeState,
  codeStep,
  type EnrolEvent,
  type EnrolState,
  enrolStart,
  enrolStep,
  offered,
  type SettingsEffect,
  type SettingsEvent,
  type SettingsState,
  settingsStart,
  settingsStep,
} from "../src/flow/index.ts";

const NOW = Date.UTC(2027, 0, 1, 12);
const METHODS = ["totp", "recovery_code", "email", "sms"];

const told = (code: string, more: object = {}): MfaProblem => ({ code, status: 401, title: "", ...more }) as MfaProblem;
const refusal = (problem: MfaProblem) => ({ ok: false, problem }) as const;
const RIGHT = { ok: true, answer: {} } as const;

const problems = fc.oneof(
  fc
    .constantFrom(
      "code_used",
      "challenge_expired",
      "unauthenticated",
      "unavailable",
      "internal",
      "unexpected",
      "network",
      "aborted",
      "enrolment_mismatch",
    )
    .map((code) => told(code)),
  fc.integer({ min: 0, max: 4 }).map((attemptsLeft) => told("code_invalid", { attemptsLeft })),
  fc.integer({ min: 1, max: 900_000 }).map((wait) => told("code_invalid", { attemptsLeft: 0, retryAt: NOW + wait })),
  fc.integer({ min: -1000, max: 900_000 }).map((wait) => told("locked", { retryAt: NOW + wait })),
);
const results = fc.oneof(fc.constant(RIGHT), problems.map(refusal));
const times = fc.integer({ min: NOW, max: NOW + 1_000_000 });
const texts = fc.constantFrom("", "4", "492815", "000000", "49281", "7K3M-Q9TX-2RWB-H5NC", "7k3m", "x");
const runs = fc.integer({ min: 0, max: 8 });

const codeEvents: fc.Arbitrary<CodeEvent> = fc.oneof(
  texts.map((text): CodeEvent => ({ type: "input", text })),
  fc.constant<CodeEvent>({ type: "submit" }),
  fc.record({ type: fc.constant("method" as const), method: fc.constantFrom<CodeMethod>("app", "recovery", "email", "sms"), now: times }),
  fc.record({ type: fc.constant("send" as const), now: times }),
  fc.record({ type: fc.constant("time" as const), now: times }),
  fc.record({ type: fc.constant("judged" as const), run: runs, now: times, result: results }),
  fc.record({
    type: fc.constant("delivered" as const),
    run: runs,
    now: times,
    result: fc.oneof(fc.constant({ ok: true as const, to: "a•••@example.com", expiresAt: NOW + 600_000 }), problems.map(refusal)),
  }),
);

/** Answers that fit what is under way, so that long runs get somewhere. */
function fitting<Event>(state: { run: number }, event: Event): Event {
  return "run" in (event as object) ? { ...event, run: state.run } : event;
}

/** What can never be true of a field. */
function checkField(state: CodeState): void {
  const { phase, method, methods, value, digits, delivery, locks } = state;
  expect(methods).toContain(method);
  expect(value).toMatch(method === "recovery" ? /^(?:[0-9A-HJKMNP-TV-Z]{4}-)*[0-9A-HJKMNP-TV-Z]{0,4}$/ : new RegExp(`^\\d{0,${digits}}$`));
  if (phase.name === "checking" || phase.name === "accepted") expect(value).toHaveLength(method === "recovery" ? 19 : digits);
  if (delivery) expect(["email", "sms"]).toContain(method);
  if (phase.name === "locked") expect(locks[method === "recovery" ? "recovery" : "codes"]).toBe(phase.until);
  expect(offered(state)).not.toContain(method);
  if (locks.codes !== undefined) expect(offered(state)).not.toContain("email");
}

test("whatever happens, a field is never in a state that can't be; under a lock nothing goes out", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(codeEvents, fc.boolean()), { maxLength: 40 }),
      fc.boolean(),
      fc.boolean(),
      (events, autoSubmit, isSignIn) => {
        let state = codeState({ methods: METHODS, rules: { autoSubmit, lockEnds: isSignIn ? "over" : "typing" } });
        for (const [made, fits] of events) {
          const before = state;
          const event = fits ? fitting(state, made) : made;
          const [next, effect] = codeStep(state, event);
          state = next;
          checkField(state);
          if (effect?.do === "check") {
            expect(["typing", "refused", "failed"]).toContain(before.phase.name);
            expect(state.phase.name).toBe("checking");
            expect(before.delivery?.state).not.toBe("sending");
          }
          if (before.phase.name === "over" || before.phase.name === "accepted") expect(state).toBe(before);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test("no value goes out twice, unless it came to no verdict and is pressed again", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(codeEvents, fc.boolean()), { maxLength: 60 }), (events) => {
      let state = codeState({ methods: METHODS, rules: { autoSubmit: true, lockEnds: "typing" } });
      let last: { method: CodeMethod; code: string } | undefined;
      for (const [made, fits] of events) {
        const event = fits ? fitting(state, made) : made;
        const before = state;
        let effect: CodeEffect | undefined;
        [state, effect] = codeStep(state, event);
        // A new start for the same digits: another method, a new code by mail, the end of a lock, an end by the caller.
        if (before.method !== state.method || state.tried === "") last = undefined;
        if (effect?.do !== "check") continue;
        const again = last?.code === effect.code && last.method === effect.method;
        if (again) expect(before.phase.name === "failed" && event.type === "submit").toBe(true);
        last = effect;
      }
    }),
    { numRuns: 1000 },
  );
});

test("an answer to what is no longer under way changes nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(codeEvents, fc.boolean()), { maxLength: 30 }), results, times, (events, result, now) => {
      let state = codeState({ methods: METHODS, rules: { autoSubmit: true, lockEnds: "typing" } });
      for (const [made, fits] of events) [state] = codeStep(state, fits ? fitting(state, made) : made);
      for (const run of [state.run - 1, state.run + 1]) expect(codeStep(state, { type: "judged", run, now, result })[0]).toBe(state);
    }),
  );
});

const field = (lockEnds: "over" | "typing" = "typing"): CodeState => codeState({ methods: METHODS, rules: { autoSubmit: true, lockEnds } });

/** Sends events one after another; answers fit. */
function after<State extends { run: number }, Event>(
  step: (state: State, event: Event) => readonly [State, ...unknown[]],
  start: State,
  events: Event[],
): State {
  return events.reduce((state, event) => step(state, fitting(state, event))[0], start);
}

const typed: CodeEvent = { type: "input", text: "492 815" };
const judged = (problem: MfaProblem, now = NOW): CodeEvent => ({ type: "judged", run: 0, now, result: refusal(problem) });

test.each<[string, CodeEvent[], CodeState["phase"]]>([
  ["the last digit", [typed], { name: "checking" }],
  ["a right code", [typed, { type: "judged", run: 0, now: NOW, result: RIGHT }], { name: "accepted" }],
  ["a wrong one", [typed, judged(told("code_invalid", { attemptsLeft: 3 }))], { name: "refused", why: "invalid", attemptsLeft: 3 }],
  ["a key after it", [typed, judged(told("code_invalid")), { type: "input", text: "1" }], { name: "typing" }],
  ["a used one", [typed, judged(told("code_used", { attemptsLeft: 3 }))], { name: "refused", why: "used", attemptsLeft: 3 }],
  [
    "one too many",
    [typed, judged(told("code_invalid", { attemptsLeft: 0, retryAt: NOW + 900_000 }))],
    { name: "locked", until: NOW + 900_000 },
  ],
  ["a lock", [typed, judged(told("locked", { retryAt: NOW + 900_000 }))], { name: "locked", until: NOW + 900_000 }],
  [
    "a lock that has ended",
    [typed, judged(told("locked", { retryAt: NOW + 900_000 })), { type: "time", now: NOW + 900_000 }],
    { name: "typing" },
  ],
  [
    "a lock that has not",
    [typed, judged(told("locked", { retryAt: NOW + 900_000 })), { type: "time", now: NOW + 899_999 }],
    { name: "locked", until: NOW + 900_000 },
  ],
  ["a press too early", [{ type: "input", text: "492" }, { type: "submit" }], { name: "refused", why: "incomplete" }],
  ["no answer", [typed, judged({ code: "network", error: 0 })], { name: "failed", problem: { code: "network", error: 0 } }],
  ["the challenge's end", [typed, judged(told("challenge_expired"))], { name: "over", problem: told("challenge_expired") }],
])("after %s", (_what, events, phase) => {
  expect(after(codeStep, field(), events).phase).toEqual(phase);
});

test("a lock of the app's codes leaves the recovery code open, and closes codes by mail", () => {
  const locked = after(codeStep, field("over"), [typed, judged(told("locked", { retryAt: NOW + 900_000 }))]);
  expect(offered(locked)).toEqual(["recovery"]);
  const recovery = after(codeStep, locked, [{ type: "method", method: "recovery", now: NOW + 1 }]);
  expect(recovery.phase).toEqual({ name: "typing" });
  const back = after(codeStep, recovery, [{ type: "method", method: "app", now: NOW + 2 }]);
  expect(back.phase).toEqual({ name: "locked", until: NOW + 900_000 });
  // A sign-in's challenge does not outlive the lock.
  expect(after(codeStep, back, [{ type: "time", now: NOW + 900_000 }]).phase.name).toBe("over");
});

test("a mailed code is sent on asking, again after a while, and said to be too old by the clock", () => {
  const sent: CodeEvent = { type: "delivered", run: 0, now: NOW, result: { ok: true, to: "a•••@example.com", expiresAt: NOW + 600_000 } };
  const asked = after(codeStep, field(), [{ type: "method", method: "email", now: NOW }]);
  expect(asked.delivery).toEqual({ state: "sending" });
  const there = after(codeStep, asked, [sent]);
  expect(there.delivery).toMatchObject({ state: "sent", againAt: NOW + 60_000 });
  expect(codeStep(there, { type: "send", now: NOW + 59_999 })[1]).toBeUndefined();
  expect(codeStep(there, { type: "send", now: NOW + 60_000 })[1]).toMatchObject({ do: "send", by: "email" });
  const late = after(codeStep, there, [typed, judged(told("code_invalid", { attemptsLeft: 3 }), NOW + 600_000)]);
  expect(late.phase).toMatchObject({ name: "refused", why: "expired" });
});

const SETUP = {
  factor_id: "f1",
  secret: "JBSWY3DP",
  uri: "otpauth://totp/Fernhill:ana?secret=JBSWY3DP&issuer=Fernhill",
  qr_code: "data:,",
  expires_at: "",
};
const CODES = ["7K3M-Q9TX-2RWB-H5NC"];
const ENABLED = { mfa_enabled: true, grant: "g", expires_in: 900, amr: ["otp"], acr: "x", recovery_codes: CODES };

const enrolEvents: fc.Arbitrary<EnrolEvent> = fc.oneof(
  fc.constantFrom<EnrolEvent>(
    { type: "start" },
    { type: "next" },
    { type: "back" },
    { type: "leave" },
    { type: "finish" },
    { type: "proceed" },
  ),
  fc.boolean().map((saved): EnrolEvent => ({ type: "saved", saved })),
  fc.record({
    type: fc.constant("set-up" as const),
    run: runs,
    result: fc.oneof(fc.constant({ ok: true as const, answer: SETUP }), problems.map(refusal)),
  }),
  fc.record({
    type: fc.constant("judged" as const),
    run: runs,
    now: times,
    result: fc.oneof(fc.constant({ ok: true as const, answer: ENABLED }), problems.map(refusal)),
  }),
  codeEvents,
);

/** An answer fits the field while there is one, and else the set-up. */
const fittingEnrol = (state: EnrolState, event: EnrolEvent): EnrolEvent => fitting(state.step === "confirm" ? state.code : state, event);

const begun: EnrolEvent[] = [{ type: "start" }, { type: "set-up", run: 0, result: { ok: true, answer: SETUP } }];
const enrolAfter = (events: EnrolEvent[]): EnrolState =>
  events.reduce((state, event) => enrolStep(state, fittingEnrol(state, event))[0], enrolStart);

/** What can never follow. */
function checkEnrolment(before: EnrolState, state: EnrolState): void {
  if (state.step === "confirm") checkField(state.code);
  if (state.step === "codes") expect(state.codes).toEqual(CODES);
  if (before.step === "done") expect(state).toBe(before);
  if (before.step === "codes") {
    expect(["codes", "done"]).toContain(state.step);
    expect(before.saved || state.step === "codes").toBe(true);
  }
  const field = before.step === "confirm" ? before.code.phase.name : undefined;
  if (field === "checking") expect(["confirm", "failed"]).toContain(state.step);
  if (field === "accepted") expect(["confirm", "codes", "done"]).toContain(state.step);
}

/** Where a random walk may begin, so that it gets everywhere. */
const walks = fc.constantFrom<EnrolEvent[]>(
  [],
  [...begun],
  [...begun, { type: "next" }, typed],
  [...begun, { type: "next" }, typed, { type: "judged", run: 0, now: NOW, result: { ok: true, answer: ENABLED } }],
);

test("whatever happens, recovery codes are left only once they are saved, and nothing leads away from a code that is checked", () => {
  fc.assert(
    fc.property(walks, fc.array(fc.tuple(enrolEvents, fc.boolean()), { maxLength: 40 }), (walked, events) => {
      let state = enrolAfter(walked);
      for (const [made, fits] of events) {
        const before = state;
        [state] = enrolStep(state, fits ? fittingEnrol(state, made) : made);
        checkEnrolment(before, state);
      }
    }),
    { numRuns: 1000 },
  );
});

test("an enrolment, from the scan to its end", () => {
  expect(enrolAfter(begun)).toMatchObject({ step: "scan", setup: { issuer: "Fernhill", account: "ana", digits: 6 } });
  const right: EnrolEvent[] = [
    ...begun,
    { type: "next" },
    typed,
    { type: "judged", run: 0, now: NOW, result: { ok: true, answer: ENABLED } },
  ];
  expect(enrolAfter(right)).toMatchObject({ step: "confirm", code: { phase: { name: "accepted" } } });
  const codes: EnrolEvent[] = [...right, { type: "proceed" }];
  expect(enrolAfter(codes)).toMatchObject({ step: "codes", saved: false, nudged: false });
  expect(enrolAfter([...codes, { type: "finish" }])).toMatchObject({ step: "codes", nudged: true });
  expect(enrolAfter([...codes, { type: "leave" }])).toMatchObject({ step: "codes" });
  expect(enrolAfter([...codes, { type: "saved", saved: true }, { type: "finish" }])).toMatchObject({ step: "done", codes: 1 });
});

test("leaving drops what was pending, and a late answer does not bring it back", () => {
  const left = enrolAfter([...begun, { type: "leave" }]);
  expect(left).toEqual({ step: "left", run: 2 });
  expect(enrolStep(left, { type: "set-up", run: 1, result: { ok: true, answer: SETUP } })[0]).toBe(left);
});

const FACTS = {
  status: { mfa_enabled: true, username: "ana", asker: "ana", factors: [], methods: [], recovery_codes_left: 2 },
  devices: [],
};
const acts = fc.constantFrom(
  { do: "codes" as const },
  { do: "off" as const },
  { do: "remove" as const, id: "f1" },
  { do: "rename" as const, id: "f1", name: "x" },
);
const settingsEvents: fc.Arbitrary<SettingsEvent> = fc.oneof(
  fc.constantFrom<SettingsEvent>({ type: "load" }, { type: "keep" }, { type: "confirm" }, { type: "finish" }),
  fc.boolean().map((saved): SettingsEvent => ({ type: "saved", saved })),
  acts.map((act): SettingsEvent => ({ type: "ask", act })),
  acts.map((act): SettingsEvent => ({ type: "act", act })),
  fc.record({
    type: fc.constant("loaded" as const),
    run: runs,
    result: fc.oneof(fc.constant({ ok: true as const, answer: FACTS }), problems.map(refusal)),
  }),
  fc.record({
    type: fc.constant("acted" as const),
    run: runs,
    result: fc.oneof(fc.constant({ ok: true as const, answer: { recovery_codes: CODES } }), problems.map(refusal)),
  }),
);

/** What can never follow. */
function checkSettings(before: SettingsState, state: SettingsState, event: SettingsEvent, effect: SettingsEffect | undefined): void {
  if (effect?.do === "act") {
    expect(before.busy).toBeUndefined();
    expect(event.type === "act" ? event.act : before.asking).toEqual(effect.act);
  }
  if (effect?.do === "load" && before.busy) expect(event.type).toBe("acted");
  expect(state.phase === "ready").toBe(state.facts !== undefined);
  expect(state.phase === "failed").toBe(state.problem !== undefined);
  if (before.fresh && !state.fresh) expect(before.fresh.saved).toBe(true);
}

test("whatever happens, one thing is done at a time, nothing destructive unasked, and new codes stay until they are saved", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(settingsEvents, fc.boolean()), { maxLength: 60 }), fc.boolean(), (events, isLoaded) => {
      let state: SettingsState = settingsStart;
      if (isLoaded) state = after(settingsStep, state, [{ type: "load" }, { type: "loaded", run: 0, result: { ok: true, answer: FACTS } }]);
      for (const [made, fits] of events) {
        const before = state;
        const event = fits ? fitting(state, made) : made;
        const [next, effect] = settingsStep(state, event);
        state = next;
        checkSettings(before, state, event, effect);
      }
    }),
    { numRuns: 1000 },
  );
});
