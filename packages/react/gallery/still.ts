import type { CodeMethod, CodePhase, CodeState } from "../src/flow/code.ts";
import type { EnrolSetup, EnrolState } from "../src/flow/enrol.ts";
import type { SettingsState } from "../src/flow/settings.ts";
import type { CodeActions, UseEnrolment, UseSettings, UseSignIn, UseStepUpDialog } from "../src/hooks/index.ts";
import { DEVICES, NOW, SETUP, STATUS } from "./facts.ts";

/** Models that stand still: a state as data, and actions that do nothing. */

const nothing = (): void => {};
const actions: CodeActions = { input: nothing, submit: nothing, use: nothing, resend: nothing };

export function codeAt(phase: CodePhase, value = "", more: Partial<CodeState> = {}): CodeState {
  return {
    phase,
    method: "app",
    methods: ["app", "email", "recovery"],
    tokens: [],
    digits: 6,
    value,
    rules: { autoSubmit: true, lockEnds: "typing" },
    locks: {},
    tried: "",
    ...more,
  };
}

export const LOCKED: CodePhase = { name: "locked", until: NOW + 647_000 };

export const SENT: Partial<CodeState> = {
  method: "email",
  delivery: { state: "sent", to: "a•••@example.com", expiresAt: NOW + 582_000, againAt: NOW + 42_000 },
};

const othersOf = ({ method, methods, phase }: CodeState): CodeMethod[] =>
  methods.filter((other) => other !== method && (phase.name !== "locked" || other === "recovery"));

export const signInAt = (state: CodeState): UseSignIn => ({
  ...actions,
  state,
  offered: othersOf(state),
  trust: false,
  setTrust: nothing,
});

export const stepUpAt = (state: CodeState): UseStepUpDialog => ({
  ...actions,
  state: { ...state, rules: { autoSubmit: false, lockEnds: "typing" } },
  offered: othersOf(state),
  cancel: nothing,
  question: {
    methods: ["totp"],
    purpose: "cancel",
    inline: false,
    waiting: 1,
    signal: new AbortController().signal,
    submit: async () => undefined,
    deliver: async () => ({ ok: true, to: "", expiresAt: 0 }),
    about: {
      action: "cancel this booking",
      noun: "cancellation",
      verb: "cancel",
      keep: "Keep booking",
      subject: "Cancel booking FH-20418",
      detail: "Harbour room, 14–16 May. €312.00 will be refunded.",
    },
  },
});

/** Without a purpose, as any route may ask it: in the words of the dictionary alone. */
export function plainStepUpAt(state: CodeState): UseStepUpDialog {
  const still = stepUpAt(state);
  return { ...still, state, question: still.question && { ...still.question, about: {} } };
}

type Distributed<State> = State extends unknown ? Omit<State, "run"> : never;

export const enrolmentAt = (state: Distributed<EnrolState>): UseEnrolment => ({
  ...actions,
  state: state as EnrolState,
  restart: nothing,
  next: nothing,
  back: nothing,
  leave: nothing,
  setSaved: nothing,
  finish: nothing,
  done: nothing,
});

export const SETUP_FACTS: EnrolSetup = { ...SETUP, issuer: "Fernhill", account: "ana@example.com", digits: 6 };

export const settingsAt = (state: Partial<SettingsState> = {}): UseSettings => ({
  state: { phase: "ready", facts: { status: STATUS, devices: DEVICES }, run: 0, ...state },
  reload: nothing,
  ask: nothing,
  keep: nothing,
  confirm: nothing,
  act: nothing,
  setSaved: nothing,
  finish: nothing,
});
