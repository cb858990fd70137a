import type { ReactNode } from "react";
import { CodeEntry } from "../src/components/code-entry.tsx";
import { EnrolmentScreen } from "../src/components/enrolment-wizard.tsx";
import { MfaBadge, SettingsScreen, SignInScreen, StepUpScreen } from "../src/components/index.ts";
import { LooksContext, useLooks } from "../src/components/looks.ts";
import type { CodePhase, CodeState } from "../src/flow/code.ts";
import type { SettingsState } from "../src/flow/settings.ts";
import { CODES, NOW, STATUS } from "./facts.ts";
import { codeAt, enrolmentAt, LOCKED, plainStepUpAt, SENT, SETUP_FACTS, settingsAt, signInAt, stepUpAt } from "./still.ts";

/** A component in one of its states. */
export interface Still {
  component: string;
  name: string;
  /** Whether it lies over the host's page. */
  over?: boolean;
  show(): ReactNode;
}

const TYPING: CodePhase = { name: "typing" };
const network = { code: "network", error: "offline" } as const;
const TOKENS = [
  { id: "f2", type: "hotp", name: "Desk token" },
  { id: "f3", type: "hotp", name: "Spare token" },
];
const nothing = (): void => {};
const wrong = (attemptsLeft: number): CodePhase => ({ name: "refused", why: "invalid", attemptsLeft });

/** The phases of a field, as the notes of the design list them. */
const FIELD: readonly (readonly [name: string, state: CodeState])[] = [
  ["empty", codeAt(TYPING)],
  ["partly", codeAt(TYPING, "492")],
  ["filled", codeAt(TYPING, "492815")],
  ["checking", codeAt({ name: "checking" }, "492815")],
  ["accepted", codeAt({ name: "accepted" }, "492815")],
  ["refused", codeAt(wrong(3), "492815")],
  ["last-try", codeAt(wrong(1), "492815")],
  ["used", codeAt({ name: "refused", why: "used" }, "492815")],
  ["incomplete", codeAt({ name: "refused", why: "incomplete" }, "492")],
  ["expired", codeAt({ name: "refused", why: "expired" }, "", SENT)],
  ["locked", codeAt(LOCKED)],
  ["failed", codeAt({ name: "failed", problem: network }, "492815")],
];
const still = { input: nothing, submit: nothing, use: nothing, resend: nothing };
/** In a form of a component's own the field is never outermost: here something has to be. */
function Field({ state }: { state: CodeState }): ReactNode {
  return (
    <div className={useLooks().unstyled ? "gallery-field" : "nl gallery-field"}>
      <CodeEntry state={state} actions={still} hint="Enter the 6-digit code from your authenticator app." />
    </div>
  );
}

/** With the ring that runs down. */
const Running = (): ReactNode => (
  <LooksContext.Provider value={{ ...useLooks(), period: 30 }}>
    <Field state={codeAt(TYPING, "49")} />
  </LooksContext.Provider>
);

const signIn = (state: CodeState): ReactNode => (
  <SignInScreen signIn={signInAt(state)} name="ana@example.com" trustDays={30} onRestart={nothing} passwordHref="#" />
);
const wizard = (state: Parameters<typeof enrolmentAt>[0]): ReactNode => (
  <EnrolmentScreen enrolment={enrolmentAt(state)} canRename onLeave={nothing} appsHref="#" />
);
const settings = (state: Partial<SettingsState> = {}, requiredBy?: string): ReactNode => (
  <SettingsScreen settings={settingsAt(state)} thisDevice="d1" appsHref="#" {...(requiredBy && { requiredBy })} />
);
const facts = (status: Partial<typeof STATUS>, devices = true): Partial<SettingsState> => ({
  facts: { status: { ...STATUS, ...status }, devices: devices ? (settingsAt().state.facts?.devices ?? []) : [] },
});
const setup = SETUP_FACTS;
const answer = { mfa_enabled: true as const, grant: "", expires_in: 300, amr: ["otp"], acr: "" };

const of = (component: string, states: Record<string, () => ReactNode>, over = false): Still[] =>
  Object.entries(states).map(([name, show]) => ({ component, name, over, show }));

export const STATES: readonly Still[] = [
  ...FIELD.map(([name, state]) => ({ component: "OtpField", name, show: () => <Field state={state} /> })),
  ...of("OtpField", {
    period: () => <Running />,
  }),
  ...of("EnrolmentWizard", {
    starting: () => wizard({ step: "starting" }),
    failed: () => wizard({ step: "failed", problem: network }),
    scan: () => wizard({ step: "scan", setup }),
    confirm: () => wizard({ step: "confirm", setup, code: codeAt(TYPING, "492") }),
    refused: () => wizard({ step: "confirm", setup, code: codeAt(wrong(3), "492815") }),
    checking: () => wizard({ step: "confirm", setup, code: codeAt({ name: "checking" }, "492815") }),
    codes: () => wizard({ step: "codes", setup, answer, codes: CODES, saved: false, nudged: false }),
    nudged: () => wizard({ step: "codes", setup, answer, codes: CODES, saved: false, nudged: true }),
    saved: () => wizard({ step: "codes", setup, answer, codes: CODES, saved: true, nudged: false }),
    done: () => wizard({ step: "done", setup, answer, codes: 10 }),
  }),
  ...of("SignInChallenge", {
    empty: () => signIn(codeAt(TYPING)),
    refused: () => signIn(codeAt(wrong(3), "492815")),
    checking: () => signIn(codeAt({ name: "checking" }, "492815")),
    accepted: () => signIn(codeAt({ name: "accepted" }, "492815")),
    token: () => signIn(codeAt(TYPING, "", { method: "token:f2", methods: ["app", "token:f2", "token:f3", "recovery"], tokens: TOKENS })),
    recovery: () => signIn(codeAt(TYPING, "7K3M-Q9TX-2R", { method: "recovery" })),
    "recovery-refused": () => signIn(codeAt({ name: "refused", why: "invalid" }, "7K3M-Q9TX-2RWB-H5NC", { method: "recovery" })),
    email: () => signIn(codeAt(TYPING, "70", SENT)),
    sending: () => signIn(codeAt(TYPING, "", { method: "email", delivery: { state: "sending" } })),
    "not-sent": () => signIn(codeAt(TYPING, "", { method: "email", delivery: { state: "failed", problem: network, againAt: NOW } })),
    locked: () => signIn(codeAt(LOCKED)),
    over: () => signIn(codeAt({ name: "over", problem: { code: "challenge_expired", status: 401, title: "" } })),
  }),
  ...of(
    "StepUpDialog",
    {
      typing: () => <StepUpScreen stepUp={stepUpAt(codeAt(TYPING, "4928"))} passwordHref="#" />,
      plain: () => <StepUpScreen stepUp={plainStepUpAt(codeAt(TYPING))} />,
      refused: () => <StepUpScreen stepUp={stepUpAt(codeAt(wrong(3), "492815"))} />,
      failed: () => <StepUpScreen stepUp={stepUpAt(codeAt({ name: "failed", problem: network }, "492815"))} />,
      recovery: () => <StepUpScreen stepUp={stepUpAt(codeAt(TYPING, "", { method: "recovery" }))} />,
      locked: () => <StepUpScreen stepUp={stepUpAt(codeAt(LOCKED))} passwordHref="#" />,
    },
    true,
  ),
  ...of("MfaSettings", {
    loading: () => <SettingsScreen settings={{ ...settingsAt(), state: { phase: "loading", run: 0 } }} />,
    failed: () => <SettingsScreen settings={{ ...settingsAt(), state: { phase: "failed", problem: network, run: 0 } }} />,
    on: () => settings(facts({ recovery_codes_left: 9 })),
    low: () => settings(),
    none: () => settings(facts({ recovery_codes_left: 0, factors: STATUS.factors.slice(0, 1) }, false)),
    off: () => settings(facts({ mfa_enabled: false, factors: [] })),
    required: () => settings(facts({ mfa_enabled: false, factors: [] }), "2026-04-14T00:00:00.000Z"),
    rename: () => settings({ asking: { do: "rename", id: "f1", name: "Ana’s phone" } }),
    busy: () => settings({ busy: { do: "untrust", id: "d2" } }),
    fault: () => settings({ fault: { act: { do: "untrust", id: "d2" }, problem: network } }),
    remove: () => settings({ asking: { do: "remove", id: "f1" } }),
    "turn-off": () => settings({ asking: { do: "off" } }),
    "new-codes": () => settings({ asking: { do: "codes" } }),
    "codes-shown": () => settings({ fresh: { codes: CODES, saved: false, nudged: false } }),
  }),
  ...of("MfaBadge", {
    all: () => (
      <p>
        <MfaBadge state="on" /> <MfaBadge state="off" /> <MfaBadge state="required" />
      </p>
    ),
  }),
];
