import { type ReactNode, useEffect, useId, useRef } from "react";
import type { CodeState } from "../flow/code.ts";
import type { CodeActions } from "../hooks/types.ts";
import { CodeMessage } from "./code-message.tsx";
import { useUi } from "./looks.ts";
import { OtpField, type OtpFieldState } from "./otp-field.tsx";
import { Strong } from "./parts.tsx";
import { wayOf } from "./ways.ts";

const LOOK: Partial<Record<CodeState["phase"]["name"], OtpFieldState>> = {
  checking: "checking",
  accepted: "good",
  refused: "bad",
  locked: "locked",
};

/** The field of a method with its label and its line, and whatever follows in the same form: Enter submits it. */
export function CodeEntry({
  state,
  actions,
  label,
  hint,
  children,
}: {
  state: CodeState;
  actions: CodeActions;
  /** Of the app's code. */
  label?: string;
  hint?: ReactNode;
  children?: ReactNode;
}): ReactNode {
  const { t, c, period } = useUi();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const { method, phase, digits, value, delivery } = state;
  const isRecovery = method === "recovery";
  const isLocked = phase.name === "locked";
  const isKept = phase.name === "failed" || (phase.name === "refused" && phase.why !== "incomplete");
  const look = (value || phase.name !== "refused" ? LOOK[phase.name] : undefined) ?? "typing";

  // A new method's field takes the focus, and a lock gives it back when it ends.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the method changes
  useEffect(() => {
    if (!isLocked) field.current?.focus();
  }, [method, isLocked]);
  useEffect(() => {
    if (isRecovery && isKept) field.current?.select();
  }, [isRecovery, isKept]);

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (phase.name === "typing" && value === "") field.current?.focus();
        actions.submit();
      }}
      noValidate
      className={c("stack")}
      key={method}
    >
      <div className={c("field")}>
        <label htmlFor={id} id={`${id}l`}>
          <Strong>{(method === "app" && label) || t(wayOf(method)[3])}</Strong>
        </label>
        {isRecovery ? (
          <input
            ref={field}
            id={id}
            className={c("text-field")}
            data-mono=""
            type="text"
            dir="ltr"
            autoComplete="off"
            autoCapitalize="characters"
            autoCorrect="off"
            spellCheck={false}
            placeholder="••••-••••-••••-••••"
            readOnly={look === "checking" || look === "good" || look === "locked"}
            aria-invalid={phase.name === "refused"}
            aria-describedby={`${id}m`}
            value={value}
            onChange={(event) => actions.input(event.target.value)}
          />
        ) : (
          <OtpField
            id={id}
            inputRef={field}
            value={value}
            onInput={actions.input}
            digits={digits}
            state={look}
            selected={isKept}
            labelledBy={`${id}l`}
            describedBy={`${id}m`}
            period={method === "app" ? period : undefined}
          />
        )}
        <CodeMessage
          id={`${id}m`}
          state={state}
          actions={actions}
          hint={isRecovery ? t("recoveryHint") : delivery ? t("nothingYet") : hint}
        />
      </div>
      {children}
    </form>
  );
}
