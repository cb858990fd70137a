import type { MfaProblem } from "../client/problem.ts";
import type { StepUpDelivery } from "../client/step-up.ts";
import type { WireFactor } from "../client/wire.ts";
import { digitsOf } from "../otp/digits.ts";
import { groupRecoveryCode, isWholeRecoveryCode } from "../otp/groups.ts";
import type { Step, Steps } from "./model.ts";

/** What a code is of: an app, a token with a counter by its id, a recovery code, or one that is sent. */
export type CodeMethod = "app" | `token:${string}` | "recovery" | "email" | "sms";

/** What is known of an authenticator: a token's code counts for the token that is named alone. */
export type CodeFactor = Readonly<Pick<WireFactor, "id" | "type" | "name">>;

/** How an entry stands; what stands in the message line follows from it. */
export type CodePhase =
  | { name: "typing" }
  | { name: "checking" }
  /** Right: shown for a moment before it goes on. */
  | { name: "accepted" }
  /** Wrong, and what was typed stays until a key is pressed. `expired` is a delivered code that was too old. */
  | { name: "refused"; why: "invalid" | "used" | "expired" | "incomplete"; attemptsLeft?: number | undefined }
  /** No code of this method is taken until then: milliseconds since 1970. */
  | { name: "locked"; until: number }
  /** No verdict came; the same may be submitted again. */
  | { name: "failed"; problem: MfaProblem }
  /** Nothing can be entered here any more: the challenge has expired, or the account refuses. */
  | { name: "over"; problem: MfaProblem };

/** A code that was asked for by e-mail or SMS. Times are in milliseconds since 1970. */
export type CodeDelivery =
  | { state: "sending" }
  | { state: "sent"; to: string; expiresAt: number; againAt: number }
  | { state: "failed"; problem: MfaProblem; againAt: number };

/** A field for a code, and all that can be true of it. */
export interface CodeState {
  phase: CodePhase;
  method: CodeMethod;
  /** What the challenge may be answered with; `offered` leaves out what is locked. */
  methods: readonly CodeMethod[];
  /** How many digits a code has that is none of recovery. */
  digits: number;
  /** The names of tokens, by their ids. */
  tokens: readonly CodeFactor[];
  /** Digits alone, or a recovery code in groups. */
  value: string;
  /** For the method that is chosen, when it is one that is sent. */
  delivery?: CodeDelivery | undefined;
  rules: CodeRules;
  /** @internal until when each lane is locked */
  locks: Readonly<Partial<Record<"codes" | "recovery", number | undefined>>>;
  /** @internal what was submitted last, so that a value goes out once */
  tried: string;
}

/** What differs from one flow to the next. */
export interface CodeRules {
  /** Submits the last digit as it is typed. Not where the press is the consent. */
  autoSubmit: boolean;
  /** The challenge dies with a lock: a sign-in's does. */
  lockEnds: "over" | "typing";
}

/** What a code field is driven by. Functions stay the same from render to render. */
export interface CodeActions {
  /** What was typed or pasted, as it is; the state has it cleaned. */
  input(text: string): void;
  /** Sends what stands in the field, if it is complete. */
  submit(): void;
  /** Switches to another method; one that is sent is sent at once. */
  use(method: CodeMethod): void;
  /** Sends the code again. */
  resend(): void;
}

/** What a factor of the protocol is to the person; a host's own is a code from some app. */
const KINDS: Readonly<Record<string, CodeMethod>> = { recovery_code: "recovery", email: "email", sms: "sms" };

/** What tokens call their kind. */
export const TOKEN = "hotp";

/** The token that a method is of, as a body names it. */
export const factorOf = (method: CodeMethod): { factor_id?: string } => (method.startsWith("token:") ? { factor_id: method.slice(6) } : {});

/** Problems after which the same code may be tried again: nothing was said of it. */
const NO_VERDICT = /^(network|aborted|unexpected|unavailable|internal|rate_limited|limiter_unavailable|body_|media)/;

/** Locks go by lane: a recovery code has its own, so that a lock never closes the owner's way back. */
const laneOf = (method: CodeMethod): "codes" | "recovery" => (method === "recovery" ? method : "codes");

/** Milliseconds until a code may be sent again, where the server has not said. */
const AGAIN = 60_000;

const TYPING: CodePhase = { name: "typing" };
/** Nothing is typed, and nothing was tried. */
const FRESH = { phase: TYPING, value: "", tried: "" };

/** A field that waits for its first key. */
export function codeState({
  methods: names,
  factors = [],
  digits = 6,
  rules,
}: {
  methods: readonly string[];
  /** The subject's authenticators, where they are known: without them no token can be named, and none is offered. */
  factors?: readonly CodeFactor[] | undefined;
  digits?: number;
  rules: CodeRules;
}): CodeState {
  const tokens = factors.filter(({ type }) => type === TOKEN);
  const own = (name: string): CodeMethod[] => (name === TOKEN ? tokens.map(({ id }) => `token:${id}` as const) : [KINDS[name] ?? "app"]);
  const methods = [...new Set(names.flatMap(own))];
  const [first = methods[0] ?? "app"] = ["app", "token", "recovery"].flatMap((kind) => methods.filter((name) => name.startsWith(kind)));
  return { ...FRESH, method: first, methods, tokens, digits, rules, locks: {} };
}

/** The methods that may be switched to now: codes that are sent share the lock of those from the app. */
export const offered = ({ methods, method, locks }: CodeState): CodeMethod[] =>
  methods.filter((other) => other !== method && (/^(app|token)/.test(other) || locks[laneOf(other)] === undefined));

const isWhole = ({ method, value, digits }: CodeState): boolean =>
  method === "recovery" ? isWholeRecoveryCode(value) : value.length === digits;

const isOpen = ({ phase: { name } }: CodeState): boolean => /typing|refused|failed/.test(name);

/** Until the lock ends, by the clock. */
function locked(state: CodeState, until: number, now: number): CodeState {
  const locks = { ...state.locks, [laneOf(state.method)]: until > now ? until : undefined };
  if (until > now) return { ...state, locks, phase: { name: "locked", until } };
  const dead: MfaProblem = { code: "challenge_expired", status: 401, title: "" };
  return { ...state, ...FRESH, locks, phase: state.rules.lockEnds === "over" ? { name: "over", problem: dead } : TYPING };
}

/** What follows from what is done to a field. */
export const codeSteps: Steps<CodeState, CodeActions> = {
  input(state, now, text) {
    if (!isOpen(state)) return state;
    const value = state.method === "recovery" ? groupRecoveryCode(text) : digitsOf(text, state.digits);
    const next: CodeState = { ...state, value, phase: TYPING };
    const isDone = value !== state.value && state.method !== "recovery" && isWhole(next);
    return state.rules.autoSubmit && isDone ? codeSteps.submit(next, now) : next;
  },

  submit(state) {
    const { phase, value, tried, delivery } = state;
    if (!isOpen(state) || delivery?.state === "sending") return state;
    if (!isWhole(state)) return { ...state, phase: { name: "refused", why: "incomplete" } };
    // A value goes out once: refused once, it is refused again, and costs another try. One without a verdict may be pressed again.
    return value === tried && phase.name !== "failed" ? state : { ...state, tried: value, phase: { name: "checking" } };
  },

  use(state, now, method) {
    if (/accepted|over/.test(state.phase.name) || method === state.method || !state.methods.includes(method)) return state;
    const next = { ...state, ...FRESH, method, delivery: undefined };
    const until = next.locks[laneOf(method)];
    return until === undefined ? codeSteps.resend(next, now) : locked(next, until, now);
  },

  resend(state, now) {
    const { method, delivery, phase } = state;
    // One that was sent a moment ago is on its way.
    const waits = delivery && (delivery.state === "sending" || delivery.againAt > now);
    if (!/^(email|sms)$/.test(method) || waits || !isOpen(state)) return state;
    return { ...state, ...(phase.name === "refused" && { phase: TYPING, value: "" }), delivery: { state: "sending" } };
  },
};

/** The step after a code was judged: nothing was wrong with it, or this. */
export const judged =
  (problem: MfaProblem | undefined): Step<CodeState> =>
  (state, now) => {
    if (!problem) return { ...state, phase: { name: "accepted" } };
    const { code } = problem;
    const { delivery } = state;
    if (code === "locked") return locked(state, problem.retryAt, now);
    if (code !== "code_invalid" && code !== "code_used")
      return { ...state, phase: { name: NO_VERDICT.test(code) ? "failed" : "over", problem } };
    const { retryAt, attemptsLeft } = problem;
    if (retryAt !== undefined) return locked(state, retryAt, now);
    const isLate = delivery?.state === "sent" && delivery.expiresAt <= now;
    return { ...state, phase: { name: "refused", why: isLate ? "expired" : code === "code_used" ? "used" : "invalid", attemptsLeft } };
  };

/** The step after a code was sent, or was not. */
export const delivered =
  (result: StepUpDelivery): Step<CodeState> =>
  (state, now) => {
    if (result.ok) return { ...state, tried: "", delivery: { ...result, state: "sent", againAt: now + AGAIN } };
    const { problem } = result;
    if (problem.code === "locked") return locked({ ...state, delivery: undefined }, problem.retryAt, now);
    if (problem.code === "challenge_expired") return { ...state, delivery: undefined, phase: { name: "over", problem } };
    return { ...state, delivery: { state: "failed", problem, againAt: ("retryAt" in problem && problem.retryAt) || now } };
  };

/** The step once a lock may have ended. */
export const unlocked: Step<CodeState> = (state, now) => (state.phase.name === "locked" ? locked(state, state.phase.until, now) : state);
