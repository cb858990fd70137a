import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { MfaClient, MfaProblem, MfaResult, StepUpQuestion } from "../src/client/index.ts";
import {
  type CodeActions,
  type CodeMethod,
  type CodeState,
  createEnrolment,
  createSettings,
  createSignIn,
  createStepUp,
  type EnrolActions,
  type EnrolState,
  offered,
  type SettingsAct,
  type SettingsActions,
  type SettingsState,
} from "../src/flow/index.ts";
import { type Pending, pending, settled } from "./support/pending.ts";

const NOW = Date.UTC(2027, 0, 1, 12);
const METHODS = ["totp", "recovery_code", "email", "sms"];

/** What clients go by here: it moves when a test says so. */
let now = NOW;
beforeEach(() => {
  now = NOW;
  vi.useFakeTimers({ toFake: ["setTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The clock is set, and looked at. */
async function clockAt(time: number): Promise<void> {
  now = time;
  await settled(1000);
}

type Result = MfaResult<object>;
type Sent = Awaited<ReturnType<StepUpQuestion["deliver"]>>;

const told = (code: string, more: object = {}): MfaProblem => ({ code, status: 401, title: "", ...more }) as MfaProblem;
const refusal = (problem: MfaProblem) => ({ ok: false, problem }) as const;
const RIGHT: Result = { ok: true, answer: {} };

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
const texts = fc.constantFrom("", "4", "492815", "000000", "49281", "7K3M-Q9TX-2RWB-H5NC", "7k3m", "x");

/** A field whose codes are judged and sent when a test says so. */
interface Field {
  get(): CodeState;
  actions: CodeActions;
  judging: Pending<Result> & { codes: string[] };
  sending: Pending<Sent>;
}

/** In the dialog; without an action the last digit submits. */
async function dialogField(action?: string): Promise<Field> {
  const judging = { ...pending<Result>(), codes: [] as string[] };
  const sending = pending<Sent>();
  const dialog = createStepUp(() => now);
  const question: StepUpQuestion = {
    methods: METHODS,
    about: action ? { action } : {},
    inline: false,
    waiting: 1,
    signal: new AbortController().signal,
    async submit(code, signal) {
      judging.codes.push(code);
      const result = await judging.make(signal);
      return result.ok ? undefined : result.problem;
    },
    deliver: (_by, signal) => sending.make(signal),
  };
  dialog.ask(question).catch(() => {});
  await settled();
  // A question that was answered is over; the field is what it was last.
  let last = dialog.get().code as CodeState;
  dialog.subscribe(() => {
    last = dialog.get().code ?? last;
  });
  return { get: () => last, actions: dialog.actions, judging, sending };
}

/** In a sign-in, whose challenge dies with a lock. */
function signInField(): Field {
  const judging = { ...pending<Result>(), codes: [] as string[] };
  const sending = pending<Sent>();
  const client = {
    now: () => now,
    async challenge(_body: object, options: { signal?: AbortSignal }) {
      const result = await sending.make(options.signal);
      return result.ok ? { ok: true, answer: { sent_to: result.to, expires_at: new Date(result.expiresAt).toISOString() } } : result;
    },
  } as unknown as MfaClient;
  const model = createSignIn(
    client,
    { challenge: "c", methods: METHODS },
    {
      device: () => undefined,
      verify({ code }, { signal }) {
        judging.codes.push(code);
        return judging.make(signal) as never;
      },
      done() {},
    },
  );
  return { ...model, judging, sending };
}

type Act = (field: Field) => Promise<void> | void;

const type =
  (text: string): Act =>
  ({ actions }) =>
    actions.input(text);
const press: Act = ({ actions }) => actions.submit();
const use =
  (method: CodeMethod): Act =>
  ({ actions }) =>
    actions.use(method);
const judge =
  (result: Result): Act =>
  ({ judging }) =>
    judging.calls.pop()?.answer(result);
const send =
  (result: Sent): Act =>
  ({ sending }) =>
    sending.calls.pop()?.answer(result);
const at =
  (time: number): Act =>
  () =>
    clockAt(time);

async function after(field: Field, ...acts: Act[]): Promise<CodeState> {
  for (const act of acts) {
    await act(field);
    await settled();
  }
  return field.get();
}

const resend: Act = ({ actions }) => actions.resend();

const verdicts = fc.oneof(fc.constant(RIGHT), problems.map(refusal));
const deeds: fc.Arbitrary<Act> = fc.oneof(
  texts.map(type),
  fc.constantFrom(press, resend),
  fc.constantFrom<CodeMethod>("app", "recovery", "email", "sms").map(use),
  fc.integer({ min: NOW, max: NOW + 1_000_000 }).map(at),
);
const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 2, arbitrary: deeds },
  verdicts.map(judge),
  fc.oneof(fc.constant({ ok: true as const, to: "a•••@example.com", expiresAt: NOW + 600_000 }), problems.map(refusal)).map(send),
);

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

const fields = fc.constantFrom<() => Field | Promise<Field>>(
  () => dialogField(),
  () => dialogField("cancel"),
  signInField,
);

test("whatever happens, a field is never in a state that can't be; under a lock nothing goes out", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { maxLength: 40 }), fields, async (walk, make) => {
      now = NOW;
      const field = await make();
      for (const act of walk) {
        const before = field.get();
        const sent = field.judging.codes.length;
        const state = await after(field, act);
        checkField(state);
        if (field.judging.codes.length > sent) {
          expect(["typing", "refused", "failed"]).toContain(before.phase.name);
          expect(state.phase.name).toBe("checking");
          expect(before.delivery?.state).not.toBe("sending");
        }
        if (before.phase.name === "over" || before.phase.name === "accepted") expect(state).toBe(before);
      }
    }),
    { numRuns: 1000 },
  );
});

test("no value goes out twice, unless it came to no verdict and is pressed again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { maxLength: 60 }), async (walk) => {
      now = NOW;
      const field = await dialogField();
      let last: { method: CodeMethod; code: string | undefined } | undefined;
      for (const act of walk) {
        const before = field.get();
        const sent = field.judging.codes.length;
        const state = await after(field, act);
        // A new start for the same digits: another method, a new code by mail, the end of a lock.
        if (before.method !== state.method || state.tried === "") last = undefined;
        if (field.judging.codes.length === sent) continue;
        const code = field.judging.codes.at(-1);
        if (last?.code === code && last?.method === state.method) expect([before.phase.name, act]).toEqual(["failed", press]);
        last = { method: state.method, code };
      }
    }),
    { numRuns: 1000 },
  );
});

test("an answer to what is no longer under way changes nothing", async () => {
  const anyAnswer = fc.record({ nth: fc.nat({ max: 8 }), result: verdicts });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(deeds, anyAnswer), { maxLength: 40 }), async (walk) => {
      now = NOW;
      const field = await dialogField();
      for (const act of walk) {
        const before = field.get();
        if (typeof act === "function") await after(field, act);
        else {
          const call = field.judging.calls[act.nth % field.judging.calls.length];
          const isLate = call?.signal?.aborted;
          call?.answer(act.result);
          await settled();
          if (isLate) expect(field.get()).toBe(before);
        }
      }
    }),
    { numRuns: 1000 },
  );
});

const typed = type("492 815");
const wrong = (code: string, more?: object): Act => judge(refusal(told(code, more)));

test.each<[string, Act[], CodeState["phase"]]>([
  ["the last digit", [typed], { name: "checking" }],
  ["a right code", [typed, judge(RIGHT)], { name: "accepted" }],
  ["a wrong one", [typed, wrong("code_invalid", { attemptsLeft: 3 })], { name: "refused", why: "invalid", attemptsLeft: 3 }],
  ["a key after it", [typed, wrong("code_invalid"), type("1")], { name: "typing" }],
  ["a used one", [typed, wrong("code_used", { attemptsLeft: 3 })], { name: "refused", why: "used", attemptsLeft: 3 }],
  ["one too many", [typed, wrong("code_invalid", { attemptsLeft: 0, retryAt: NOW + 900_000 })], { name: "locked", until: NOW + 900_000 }],
  ["a lock", [typed, wrong("locked", { retryAt: NOW + 900_000 })], { name: "locked", until: NOW + 900_000 }],
  ["a lock that has ended", [typed, wrong("locked", { retryAt: NOW + 900_000 }), at(NOW + 900_000)], { name: "typing" }],
  [
    "a lock that has not",
    [typed, wrong("locked", { retryAt: NOW + 900_000 }), at(NOW + 899_999)],
    { name: "locked", until: NOW + 900_000 },
  ],
  ["a press too early", [type("492"), press], { name: "refused", why: "incomplete" }],
  ["no answer", [typed, judge(refusal({ code: "network", error: 0 }))], { name: "failed", problem: { code: "network", error: 0 } }],
  ["a call that somebody ended", [typed, judge(refusal({ code: "aborted" }))], { name: "failed", problem: { code: "aborted" } }],
  ["the challenge's end", [typed, wrong("challenge_expired")], { name: "over", problem: told("challenge_expired") }],
])("after %s", async (_what, made, phase) => {
  expect((await after(await dialogField(), ...made)).phase).toEqual(phase);
});

test("a lock of the app's codes leaves the recovery code open, and closes codes by mail", async () => {
  const field = signInField();
  const locked = await after(field, typed, wrong("locked", { retryAt: NOW + 900_000 }));
  expect(offered(locked)).toEqual(["recovery"]);
  expect((await after(field, at(NOW + 1), use("recovery"))).phase).toEqual({ name: "typing" });
  expect((await after(field, at(NOW + 2), use("app"))).phase).toEqual({ name: "locked", until: NOW + 900_000 });
  // A sign-in's challenge does not outlive the lock.
  expect((await after(field, at(NOW + 900_000))).phase.name).toBe("over");
});

test("a mailed code is sent on asking, again after a while, and said to be too old by the clock", async () => {
  const field = await dialogField();
  expect((await after(field, use("email"))).delivery).toEqual({ state: "sending" });
  const there = await after(field, send({ ok: true, to: "a•••@example.com", expiresAt: NOW + 600_000 }));
  expect(there.delivery).toMatchObject({ state: "sent", againAt: NOW + 60_000 });
  expect(await after(field, at(NOW + 59_999), resend)).toBe(there);
  expect((await after(field, at(NOW + 60_000), resend)).delivery).toEqual({ state: "sending" });
  const late = await after(
    field,
    send({ ok: true, to: "a•••@example.com", expiresAt: NOW + 600_000 }),
    typed,
    at(NOW + 600_000),
    wrong("code_invalid", { attemptsLeft: 3 }),
  );
  expect(late.phase).toMatchObject({ name: "refused", why: "expired" });
});

test("a token is never taken for a way to send codes, whatever its id reads like", async () => {
  const model = createSignIn(
    { now: () => now } as unknown as MfaClient,
    { challenge: "c", methods: ["hotp"], factors: [{ id: "email-sms", type: "hotp", name: "Blue token" }] },
    { device: () => undefined, done() {} },
  );
  const before = model.get();
  expect(before.method).toBe("token:email-sms");
  model.actions.resend();
  expect(model.get()).toBe(before);
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

interface Enrolment {
  get(): EnrolState;
  actions: EnrolActions;
  setting: Pending<Result>;
  enabling: Pending<Result>;
}

function enrolment(): Enrolment {
  const setting = pending<Result>();
  const enabling = pending<Result>();
  const client = {
    now: () => now,
    setup: (_body: object, { signal }: { signal?: AbortSignal }) => setting.make(signal),
    enable: (_body: object, { signal }: { signal?: AbortSignal }) => enabling.make(signal),
  } as unknown as MfaClient;
  const model = createEnrolment(
    client,
    async () => {},
    () => ({}),
    () => {},
  );
  return { ...model, setting, enabling };
}

type EnrolAct = (enrolment: Enrolment) => Promise<void> | void;

const does =
  (name: "restart" | "next" | "back" | "leave" | "finish" | "submit"): EnrolAct =>
  ({ actions }) =>
    actions[name]();
const tick =
  (saved: boolean): EnrolAct =>
  ({ actions }) =>
    actions.setSaved(saved);
const types: EnrolAct = ({ actions }) => actions.input("492 815");
const isSetUp =
  (result: Result): EnrolAct =>
  ({ setting }) =>
    setting.calls.pop()?.answer(result);
const isEnabled =
  (result: Result): EnrolAct =>
  ({ enabling }) =>
    enabling.calls.pop()?.answer(result);
/** A right code has been shown as such. */
const rested: EnrolAct = () => settled(400);

async function enrolled(made: Enrolment, ...steps: EnrolAct[]): Promise<EnrolState> {
  for (const act of steps) {
    await act(made);
    await settled();
  }
  return made.get();
}

const begun: EnrolAct[] = [does("restart"), isSetUp({ ok: true, answer: SETUP })];
const right: EnrolAct[] = [...begun, does("next"), types, isEnabled({ ok: true, answer: ENABLED })];

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

test("whatever happens, recovery codes are left only once they are saved, and nothing leads away from a code that is checked", async () => {
  const answers = (answer: object) => fc.oneof(fc.constant<Result>({ ok: true, answer }), problems.map(refusal));
  const enrolActs: fc.Arbitrary<EnrolAct> = fc.oneof(
    fc.constantFrom("restart", "next", "back", "leave", "finish", "submit").map(does),
    fc.boolean().map(tick),
    fc.constantFrom(types, rested),
    answers(SETUP).map(isSetUp),
    answers(ENABLED).map(isEnabled),
    texts.map(
      (text): EnrolAct =>
        ({ actions }) =>
          actions.input(text),
    ),
  );
  // Where a random walk may begin, so that it gets everywhere.
  const walks = fc.constantFrom<EnrolAct[]>([], begun, [...begun, does("next"), types], right, [...right, rested]);
  await fc.assert(
    fc.asyncProperty(walks, fc.array(enrolActs, { maxLength: 40 }), async (walked, walk) => {
      now = NOW;
      const made = enrolment();
      await enrolled(made, ...walked);
      for (const act of walk) {
        const before = made.get();
        checkEnrolment(before, await enrolled(made, act));
      }
    }),
    { numRuns: 1000 },
  );
});

test("an enrolment, from the scan to its end", async () => {
  const made = enrolment();
  expect(await enrolled(made, ...begun)).toMatchObject({ step: "scan", setup: { issuer: "Fernhill", account: "ana", digits: 6 } });
  expect(await enrolled(made, ...right.slice(begun.length))).toMatchObject({ step: "confirm", code: { phase: { name: "accepted" } } });
  expect(await enrolled(made, rested)).toMatchObject({ step: "codes", saved: false, nudged: false });
  expect(await enrolled(made, does("finish"))).toMatchObject({ step: "codes", nudged: true });
  expect(await enrolled(made, does("leave"))).toMatchObject({ step: "codes" });
  expect(await enrolled(made, tick(true), does("finish"))).toMatchObject({ step: "done", codes: 1 });
});

test("leaving drops what was pending, and a late answer does not bring it back", async () => {
  const made = enrolment();
  const left = await enrolled(made, does("restart"), does("leave"));
  expect(left).toEqual({ step: "left" });
  expect(made.setting.calls).toMatchObject([{ signal: { aborted: true } }]);
  expect(await enrolled(made, isSetUp({ ok: true, answer: SETUP }))).toBe(left);
});

const STATUS = { mfa_enabled: true, username: "ana", asker: "ana", factors: [], methods: [], recovery_codes_left: 2 };

interface Settings {
  get(): SettingsState;
  actions: SettingsActions;
  loading: Pending<Result>;
  doing: Pending<Result> & { done: string[] };
}

function settings(): Settings {
  const loading = pending<Result>();
  const doing = { ...pending<Result>(), done: [] as string[] };
  const act =
    (name: string) =>
    (...given: unknown[]): Promise<Result> => {
      doing.done.push(name);
      return doing.make((given.at(-1) as { signal?: AbortSignal }).signal);
    };
  const client = {
    now: () => now,
    status: ({ signal }: { signal?: AbortSignal }) => loading.make(signal),
    disable: act("off"),
    recoveryCodes: act("codes"),
    remove: act("remove"),
    rename: act("rename"),
  } as unknown as MfaClient;
  const model = createSettings(client, async () => {}, { devices: false, changed() {} });
  return { ...model, loading, doing };
}

test("whatever happens, one thing is done at a time, nothing destructive unasked, and new codes stay until they are saved", async () => {
  type Made = { act?: SettingsAct; run(made: Settings): void };
  const things = fc.constantFrom<SettingsAct>(
    { do: "codes" },
    { do: "off" },
    { do: "remove", id: "f1" },
    { do: "rename", id: "f1", name: "x" },
  );
  const answers = (answer: object) => fc.oneof(fc.constant<Result>({ ok: true, answer }), problems.map(refusal));
  const settingsActs: fc.Arbitrary<Made> = fc.oneof(
    fc.constantFrom("reload", "keep", "confirm", "finish").map((name): Made => ({ run: ({ actions }) => actions[name]() })),
    fc.boolean().map((saved): Made => ({ run: ({ actions }) => actions.setSaved(saved) })),
    things.map((act): Made => ({ run: ({ actions }) => actions.ask(act) })),
    things.map((act): Made => ({ act, run: ({ actions }) => actions.act(act) })),
    answers(STATUS).map((result): Made => ({ run: ({ loading }) => loading.calls.pop()?.answer(result) })),
    answers({ recovery_codes: CODES }).map((result): Made => ({ run: ({ doing }) => doing.calls.pop()?.answer(result) })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(settingsActs, { maxLength: 60 }), fc.boolean(), async (walk, isLoaded) => {
      const made = settings();
      if (isLoaded) {
        made.actions.reload();
        made.loading.calls.pop()?.answer({ ok: true, answer: STATUS });
        await settled();
      }
      for (const { act, run } of walk) {
        const before = made.get();
        const [loads, done] = [made.loading.calls.length, made.doing.done.length];
        run(made);
        await settled();
        const state = made.get();
        if (made.doing.done.length > done) {
          expect(before.busy).toBeUndefined();
          expect(made.doing.done.at(-1)).toBe((act ?? before.asking)?.do);
        }
        if (made.loading.calls.length > loads) expect(state.busy).toBeUndefined();
        expect(state.phase === "ready").toBe(state.facts !== undefined);
        expect(state.phase === "failed").toBe(state.problem !== undefined);
        if (before.fresh && !state.fresh) expect(before.fresh.saved).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});
