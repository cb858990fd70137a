import type { MfaResult } from "../client/problem.ts";
import type { StepUpDelivery } from "../client/step-up.ts";
import type { CodeEffect, CodeEvent, CodeMethod } from "./code.ts";
import { at } from "./model.ts";

/** Milliseconds that a right code is shown as such before it goes on. */
const REST = 400;

/** Where codes are judged and sent from. */
export interface CodeWork {
  now(): number;
  judge(code: string, method: CodeMethod, signal: AbortSignal): Promise<MfaResult<unknown>>;
  deliver(by: "email" | "sms", signal: AbortSignal): Promise<StepUpDelivery>;
  /** What comes after a right code. */
  proceed(): void;
}

/** Does what a code field's effect says. */
export function runCode({ now, judge, deliver, proceed }: CodeWork) {
  return (effect: CodeEffect, send: (event: CodeEvent) => void, signal: AbortSignal): void => {
    if (effect.do === "check") {
      judge(effect.code, effect.method, signal).then((result) => send({ type: "judged", run: effect.run, now: now(), result }));
    } else if (effect.do === "send") {
      deliver(effect.by, signal).then((result) => send({ type: "delivered", run: effect.run, now: now(), result }));
    } else if (effect.do === "wait") {
      at(effect.until, now, signal, () => send({ type: "time", now: now() }));
    } else if (effect.do === "rest") {
      const timer = setTimeout(proceed, REST);
      signal.addEventListener("abort", () => clearTimeout(timer));
    }
  };
}
