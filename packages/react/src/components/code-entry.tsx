import { type FormEvent, type ReactNode, useEffect, useId, useRef } from "react";
import type { CodeState } from "../flow/code.ts";
import { useText } from "../hooks/index.ts";
import type { CodeActions } from "../hooks/types.ts";
import { CodeMessage } from "./code-message.tsx";
import { OtpField, type OtpFieldState } from "./otp-field.tsx";
import { Label, useClass, useLooks } from "./parts.tsx";

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
  label?: ReactNode;
  hint?: ReactNode;
  children?: ReactNode;
}): ReactNode {
  const t = useText();
  const c = useClass();
  const { period } = useLooks();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const { method, phase, digits, value, delivery } = state;
  const isRecovery = method === "recovery";
  const isBusy = phase.name === "checking" || phase.name === "accepted" || phase.name === "locked";
  const isStale = phase.name === "refused" && phase.why !== "incomplete";
  const isKept = isStale || phase.name === "failed";

  // A new method's field takes the focus, and a lock gives it back when it ends.
  const isLocked = phase.name === "locked";
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the method changes
  useEffect(() => {
    if (!isLocked) input.current?.focus();
  }, [method, isLocked]);
  useEffect(() => {
    if (isRecovery && isKept) input.current?.select();
  }, [isRecovery, isKept]);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (phase.name === "typing" && value === "") input.current?.focus();
    actions.submit();
  };

  const calm = isRecovery ? t("recoveryHint") : delivery ? t("nothingYet") : hint;
  return (
    <form onSubmit={submit} noValidate className={c("stack")} key={method}>
      <div className={c("field")}>
        <Label htmlFor={id} id={`${id}l`}>
          {isRecovery ? t("recoveryCode") : method === "email" ? t("emailCode") : method === "sms" ? t("smsCode") : (label ?? t("code"))}
        </Label>
        {isRecovery ? (
          <input
            ref={input}
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
            readOnly={isBusy}
            aria-invalid={phase.name === "refused" || undefined}
            aria-describedby={`${id}m`}
            value={value}
            onChange={(event) => actions.input(event.target.value)}
          />
        ) : (
          <OtpField
            id={id}
            inputRef={input}
            value={value}
            onInput={actions.input}
            digits={digits}
            state={phase.name === "refused" && !value ? "typing" : (LOOK[phase.name] ?? "typing")}
            selected={isKept}
            labelledBy={`${id}l`}
            describedBy={`${id}m`}
            {...(method === "app" && period !== undefined && { period })}
          />
        )}
        <CodeMessage id={`${id}m`} state={state} actions={actions} hint={calm} />
      </div>
      {children}
    </form>
  );
}
