import type { MfaProblem, MfaResult } from "../client/problem.ts";
import type { StepUpDelivery } from "../client/step-up.ts";
import type { WireFactor } from "../client/wire.ts";
import { digitsOf } from "../otp/digits.ts";
import { groupRecoveryCode, isWholeRecoveryCode } from "../otp/groups.ts";
import type { Step } from "./model.ts";

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
  | { name: "refused"; why: "invalid" | "used" | "expired" | "incomplete"; attemptsLeft?: number }
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
  delivery?: CodeDelivery;
  rules: CodeRules;
  /** @internal until when each lane is locked */
  locks: Readonly<Partial<Record<"codes" | "recovery", number>>>;
  /** @internal what was submitted last, so that a value goes out once */
  tried: string;
  /** @internal counts what was begun: an answer to something else is none */
  run: number;
}

/** What differs from one flow to the next. */
export interface CodeRules {
  /** Submits the last digit as it is typed. Not where the press is the consent. */
  autoSubmit: boolean;
  /** The challenge dies with a lock: a sign-in's does. */
  lockEnds: "over" | "typing";
}

/** What happens to a code field. `now` is in milliseconds since 1970. */
export type CodeEvent =
  | { type: "input"; text: string }
  | { type: "submit" }
  | { type: "method"; method: CodeMethod; now: number }
  | { type: "send"; now: number }
  | { type: "time"; now: number }
  | { type: "judged"; run: number; now: number; result: MfaResult<unknown> }
  | { type: "delivered"; run: number; now: number; result: StepUpDelivery };

/** What is to be done about it. */
export type CodeEffect =
  | { do: "check"; run: number; code: string; method: CodeMethod }
  | { do: "send"; run: number; by: "email" | "sms" }
  | { do: "wait"; until: number }
  | { do: "rest" }
  | { do: "stop" };

/** What a factor of the protocol is to the person; a host's own is a code from some app. */
const KINDS: Readonly<Record<string, CodeMethod>> = { recovery_code: "recovery", email: "email", sms: "sms" };

/** What tokens call their kind. */
export const TOKEN = "hotp";

/** The token that a method is of, as a body names it. */
export const factorOf = (method: CodeMethod): { factor_id?: string } => (method.startsWith("token:") ? { factor_id: method.slice(6) } : {});

/** Problems after which the same code may be tried again: nothing was said of it. */
const NO_VERDICT = /^(network|unexpected|unavailable|internal|rate_limited|limiter_unavailable|body_|media)/;

/** Locks go by lane: a recovery code has its own, so that a lock never closes the owner's way back. */
const laneOf = (method: CodeMethod): "codes" | "recovery" => (method === "recovery" ? method : "codes");

const TYPING: CodePhase = { name: "typing" };

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
  return { phase: TYPING, method: first, methods, tokens, digits, value: "", rules, locks: {}, tried: "", run: 0 };
}

/** The methods that may be switched to now: codes that are sent share the lock of those from the app. */
export const offered = ({ methods, method, locks }: CodeState): CodeMethod[] =>
  methods.filter((other) => other !== method && (/^(app|token)/.test(other) || locks[laneOf(other)] === undefined));

const isWhole = ({ method, value, digits }: CodeState): boolean =>
  method === "recovery" ? isWholeRecoveryCode(value) : value.length === digits;

/** Whether anything can be typed. */
const isOpen = ({ phase: { name } }: CodeState): boolean => name === "typing" || name === "refused" || name === "failed";

function submitted(state: CodeState, isPressed: boolean): Step<CodeState, CodeEffect> {
  const { phase, value, tried, method, delivery } = state;
  if (!isOpen(state) || delivery?.state === "sending") return [state];
  if (!isWhole(state)) return [isPressed ? { ...state, phase: { name: "refused", why: "incomplete" } } : state];
  // A value goes out once: refused once, it is refused again, and costs another try. One without a verdict may be pressed again.
  if (value === tried && !(isPressed && phase.name === "failed")) return [state];
  const run = state.run + 1;
  return [
    { ...state, phase: { name: "checking" }, tried: value, run },
    { do: "check", run, code: value, method },
  ];
}

function input(state: CodeState, text: string): Step<CodeState, CodeEffect> {
  if (!isOpen(state)) return [state];
  const value = state.method === "recovery" ? groupRecoveryCode(text) : digitsOf(text, state.digits);
  const next: CodeState = { ...state, value, phase: TYPING };
  const isNew = value !== state.value && state.method !== "recovery";
  return state.rules.autoSubmit && isNew ? submitted(next, false) : [next];
}

/** Sends a code, unless one was sent a moment ago. */
function sent(state: CodeState, now: number): Step<CodeState, CodeEffect> {
  const { method, delivery, phase } = state;
  const waits = delivery && (delivery.state === "sending" || delivery.againAt > now);
  if ((method !== "email" && method !== "sms") || waits || !isOpen(state)) return [state];
  const run = state.run + 1;
  const fresh = phase.name === "refused" ? { phase: TYPING, value: "" } : {};
  return [
    { ...state, ...fresh, delivery: { state: "sending" }, run },
    { do: "send", run, by: method },
  ];
}

function switched(state: CodeState, method: CodeMethod, now: number): Step<CodeState, CodeEffect> {
  const { phase, methods } = state;
  if (phase.name === "accepted" || phase.name === "over" || !methods.includes(method) || method === state.method) return [state];
  const { delivery: _, ...rest } = state;
  const next: CodeState = { ...rest, method, value: "", tried: "", phase: TYPING, run: state.run + 1 };
  const until = next.locks[laneOf(method)];
  if (until !== undefined) return locked(next, until, now);
  return method === "email" || method === "sms" ? sent(next, now) : [next, { do: "stop" }];
}

/** Until the lock ends, by the clock. */
function locked(state: CodeState, until: number, now: number): Step<CodeState, CodeEffect> {
  const { [laneOf(state.method)]: _, ...others } = state.locks;
  if (until > now) {
    const locks = { ...others, [laneOf(state.method)]: until };
    return [
      { ...state, locks, phase: { name: "locked", until } },
      { do: "wait", until },
    ];
  }
  const opened: CodeState = { ...state, locks: others, value: "", tried: "", phase: TYPING };
  const dead: MfaProblem = { code: "challenge_expired", status: 401, title: "" };
  return [state.rules.lockEnds === "over" ? { ...opened, phase: { name: "over", problem: dead } } : opened];
}

function refused(state: CodeState, problem: MfaProblem, now: number): Step<CodeState, CodeEffect> {
  const { delivery } = state;
  const phase = (phase: CodePhase): Step<CodeState, CodeEffect> => [{ ...state, phase }];
  if (problem.code === "locked") return locked(state, problem.retryAt, now);
  if (problem.code === "code_invalid" || problem.code === "code_used") {
    const { retryAt, attemptsLeft } = problem;
    if (retryAt !== undefined) return locked(state, retryAt, now);
    const isLate = delivery?.state === "sent" && delivery.expiresAt <= now;
    const why = isLate ? "expired" : problem.code === "code_used" ? "used" : "invalid";
    return phase({ name: "refused", why, ...(attemptsLeft !== undefined && { attemptsLeft }) });
  }
  if (problem.code === "aborted") return [{ ...state, tried: "", phase: TYPING }];
  return phase({ name: NO_VERDICT.test(problem.code) ? "failed" : "over", problem });
}

function delivered(state: CodeState, result: StepUpDelivery, now: number): Step<CodeState, CodeEffect> {
  if (result.ok) {
    const { to, expiresAt } = result;
    return [{ ...state, tried: "", delivery: { state: "sent", to, expiresAt, againAt: now + AGAIN } }];
  }
  const { problem } = result;
  const { delivery: _, ...rest } = state;
  if (problem.code === "locked") return locked(rest, problem.retryAt, now);
  if (problem.code === "challenge_expired") return [{ ...rest, phase: { name: "over", problem } }];
  const againAt = "retryAt" in problem && problem.retryAt !== undefined ? problem.retryAt : now;
  return [{ ...state, delivery: { state: "failed", problem, againAt } }];
}

/** Milliseconds until a code may be sent again, where the server has not said. */
const AGAIN = 60_000;

/** What follows from an event. An answer to what is no longer under way changes nothing. */
export function codeStep(state: CodeState, event: CodeEvent): Step<CodeState, CodeEffect> {
  switch (event.type) {
    case "input":
      return input(state, event.text);
    case "submit":
      return submitted(state, true);
    case "method":
      return switched(state, event.method, event.now);
    case "send":
      return sent(state, event.now);
    case "time":
      return state.phase.name === "locked" ? locked(state, state.phase.until, event.now) : [state];
    case "judged":
      if (event.run !== state.run || state.phase.name !== "checking") return [state];
      return event.result.ok
        ? [{ ...state, phase: { name: "accepted" } }, { do: "rest" }]
        : refused(state, event.result.problem, event.now);
    case "delivered":
      return event.run === state.run && state.delivery?.state === "sending" ? delivered(state, event.result, event.now) : [state];
  }
}
