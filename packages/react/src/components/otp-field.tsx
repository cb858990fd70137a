import { type CSSProperties, type ReactNode, type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { useMfa } from "../hooks/context.ts";
import { digitsOf } from "../otp/index.ts";
import { useLooks } from "./looks.ts";

/** How the field looks and what it takes: it can be typed in unless it is `checking` or `locked`. */
export type OtpFieldState = "typing" | "checking" | "good" | "bad" | "locked";

/** The props of `OtpField`. */
export interface OtpFieldProps {
  /** Digits alone: what `onInput` led to. */
  value: string;
  /** What was typed, pasted or filled in, digits alone. */
  onInput(digits: string): void;
  /** @defaultValue 6 */
  digits?: number;
  /** @defaultValue "typing" */
  state?: OtpFieldState;
  /** Selects all and takes the focus each time it becomes true: after a refusal, so that typing replaces what is there. */
  selected?: boolean;
  id?: string;
  /** Ids of what says the label, and of what says the hint or the fault. */
  labelledBy?: string;
  describedBy?: string;
  /** The period of the codes in seconds: shows how much of the present one is left. */
  period?: number | undefined;
  autoFocus?: boolean;
  inputRef?: RefObject<HTMLInputElement | null>;
}

const BUSY: Partial<Record<OtpFieldState, true>> = { checking: true, locked: true };

/**
 * A field for a code: one real input, over slots that are drawn. The caret, selection, undo, paste, autofill and the
 * input method are the browser's own.
 *
 * @example
 * ```tsx
 * import { OtpField } from "@nightlatch/react";
 * import { useState } from "react";
 *
 * export function Code() {
 *   const [value, setValue] = useState("");
 *   return <OtpField value={value} onInput={setValue} labelledBy="code-label" />;
 * }
 * ```
 */
export function OtpField({
  value,
  onInput,
  digits = 6,
  state = "typing",
  selected = false,
  id,
  labelledBy,
  describedBy,
  period,
  autoFocus,
  inputRef,
}: OtpFieldProps): ReactNode {
  const { c, unstyled } = useLooks();
  const own = useRef<HTMLInputElement>(null);
  const input = inputRef ?? own;
  // Nothing without the focus.
  const [[from = -1, to = -1], select] = useState<readonly number[]>([]);
  // What an input method has not settled yet; it is left as it is until then.
  const [draft, setDraft] = useState<string>();

  const seen = useRef("");
  const follow = useCallback((): void => {
    const { current: field } = input;
    const now = field && document.activeElement === field ? [field.selectionStart ?? 0, field.selectionEnd ?? 0] : [];
    // A key brings its change and, later, its selection: the second finds nothing new, and nothing renders.
    if (seen.current === String(now)) return;
    seen.current = String(now);
    select(now);
  }, [input]);

  // React's own `onSelect` misses what scripts and touch select.
  useEffect(() => {
    document.addEventListener("selectionchange", follow);
    return () => document.removeEventListener("selectionchange", follow);
  }, [follow]);

  useEffect(() => {
    if (!selected) return;
    input.current?.focus();
    input.current?.select();
    follow();
  }, [selected, input, follow]);

  const shown = state === "locked" ? "" : draft === undefined ? value : digitsOf(draft, digits);
  const all = shown !== "" && from === 0 && to >= digits;
  const hasCaret = (index: number): boolean => !all && (from === to ? index === Math.min(from, digits - 1) : index >= from && index < to);

  const slots = Array.from({ length: digits }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: slots don't move
    <span key={index} className={c("slot")} aria-hidden="true" data-caret={hasCaret(index) ? "" : undefined}>
      {shown[index]}
    </span>
  ));
  slots.splice(digits / 2, 0, <span key="dash" className={c("dash")} />);

  return (
    <div
      className={c("otp", true)}
      style={{ "--nl-digits": digits } as CSSProperties}
      data-state={state}
      data-focus={from < 0 ? undefined : ""}
      data-all={all ? "" : undefined}
    >
      {!unstyled && slots}
      {!unstyled && period && <Period of={period} />}
      <input
        ref={input}
        id={id}
        className={c("otp-input")}
        // biome-ignore lint/a11y/noAutofocus: the field is what the screen is for
        autoFocus={autoFocus}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={digits}
        dir="ltr"
        readOnly={BUSY[state]}
        aria-invalid={state === "bad" || undefined}
        aria-labelledby={labelledBy}
        aria-describedby={describedBy}
        value={state === "locked" ? "" : (draft ?? value)}
        onChange={(event) => {
          follow();
          const { value: typed } = event.currentTarget;
          if ((event.nativeEvent as InputEvent).isComposing) setDraft(typed);
          else onInput(digitsOf(typed, digits));
        }}
        onCompositionEnd={(event) => {
          setDraft(undefined);
          onInput(digitsOf(event.currentTarget.value, digits));
        }}
        onBeforeInput={(event) => {
          // Letters are turned away before they are there, so that the caret and undo stay as they are.
          const { data, isComposing } = event.nativeEvent as InputEvent;
          if (data && !isComposing && digitsOf(data) === "") event.preventDefault();
        }}
        onPaste={(event) => {
          // Before maxlength cuts it: "Your code: 492 815".
          event.preventDefault();
          const pasted = digitsOf(event.clipboardData.getData("text"), digits);
          if (pasted === "" || BUSY[state]) return;
          const { currentTarget } = event;
          if (pasted.length === digits) currentTarget.select();
          // The way of putting text in that undo knows of.
          if (!document.execCommand("insertText", false, pasted)) onInput(pasted);
        }}
        onFocus={follow}
        onBlur={follow}
      />
    </div>
  );
}

/** A ring that runs down with the period: drawn by the stylesheet alone, so nothing renders while it does. */
function Period({ of }: { of: number }): ReactNode {
  const { client } = useMfa();
  const ring = useRef<SVGSVGElement>(null);
  useEffect(() => {
    const passed = (client.now() / 1000) % of;
    for (const running of ring.current?.getAnimations({ subtree: true }) ?? []) running.currentTime = passed * 1000;
  }, [client, of]);
  return (
    <svg
      ref={ring}
      className={useLooks().c("period")}
      viewBox="-10 -10 20 20"
      style={{ "--nl-period": `${of}s` } as CSSProperties}
      aria-hidden="true"
    >
      <circle r="8" />
      <circle r="8" pathLength="1" />
    </svg>
  );
}
