import { type ReactNode, useRef } from "react";
import type { CodeState } from "../flow/code.ts";
import { useCountdown, useText } from "../hooks/index.ts";
import type { CodeActions } from "../hooks/types.ts";
import { clockTime } from "../otp/index.ts";
import { Icon } from "./icons.tsx";
import { Hidden, Link, useClass } from "./parts.tsx";
import { rich } from "./rich.tsx";

/** Minutes and seconds that run down, seen and not said. */
export function Countdown({ until }: { until: number | undefined }): ReactNode {
  return <span className={useClass()("time")}>{clockTime(useCountdown(until))}</span>;
}

/** What of a countdown is said aloud: its start, each minute, thirty and ten seconds, and its end. */
export function useSaidCountdown(until: number | undefined): string {
  const t = useText();
  const left = useCountdown(until);
  const said = useRef("");
  const before = useRef<number>(undefined);
  if (until === undefined) said.current = "";
  else if (before.current !== until || left % 60 === 0 || left === 30 || left === 10)
    said.current = t("lockedRemaining", { time: clockTime(left) });
  before.current = until;
  return said.current;
}

/** The line below a code field: hint, fault, checking and lock take turns in it, and its room is always there. */
export function CodeMessage({
  id,
  state: { phase, method, digits, delivery },
  actions,
  hint,
}: {
  id: string;
  state: CodeState;
  actions: Pick<CodeActions, "submit" | "resend">;
  hint: ReactNode;
}): ReactNode {
  const t = useText();
  const c = useClass();
  const said = useSaidCountdown(phase.name === "locked" ? phase.until : undefined);
  const isSent = method === "email" || method === "sms";
  const again = useCountdown(isSent && delivery && delivery.state !== "sending" ? delivery.againAt : undefined);

  let calm: ReactNode = hint;
  let fault: ReactNode;
  let tone: string | undefined;
  if (phase.name === "checking") {
    calm = (
      <>
        <span className={c("spinner")} /> {t("checking")}
      </>
    );
  } else if (phase.name === "accepted") {
    tone = "good";
    calm = (
      <>
        <Icon name="check" />
        {t("accepted")}
      </>
    );
  } else if (phase.name === "refused") {
    const { why, attemptsLeft } = phase;
    fault = (
      <>
        <Icon name="alert" />
        <span>
          {why === "used"
            ? t("used")
            : why === "expired"
              ? t("codeExpired")
              : why === "incomplete"
                ? t(method === "recovery" ? "incompleteRecovery" : "incomplete", { digits })
                : attemptsLeft === undefined
                  ? t("invalidUncounted")
                  : t("invalid", { n: attemptsLeft })}
          {why === "expired" && <> {<Link onClick={actions.resend}>{t("sendNew")}</Link>}</>}
        </span>
      </>
    );
  } else if (phase.name === "failed") {
    const { problem } = phase;
    calm = undefined;
    fault = (
      <>
        <Icon name="warn" />
        <span data-tone="quiet">
          {problem.code === "rate_limited" ? (
            rich(t("tooMany"), { time: <Countdown until={problem.retryAt} /> })
          ) : (
            <>
              {t("unavailable")} <Link onClick={actions.submit}>{t("tryAgain")}</Link>
            </>
          )}
        </span>
      </>
    );
  } else if (delivery?.state === "failed") {
    fault = (
      <>
        <Icon name="alert" />
        {t("notSent")}
      </>
    );
  } else if (delivery?.state === "sending") calm = t("sending");

  return (
    <div className={c("message")}>
      <span id={id} data-tone={fault && phase.name !== "failed" ? "bad" : tone}>
        <span role="status" hidden={!!fault}>
          {fault ? null : calm}
          <Hidden>{said}</Hidden>
        </span>
        <span role="alert">{fault}</span>
        {phase.name === "locked" && (
          <span data-tone="brass">
            <Icon name="lock" />
            <span>{rich(t("lockedField"), { time: <Countdown until={phase.until} /> })}</span>
          </span>
        )}
      </span>
      {isSent && delivery && delivery.state !== "sending" && (phase.name === "typing" || phase.name === "refused") && (
        <span>
          {again > 0 ? (
            <span>{rich(t("sendAgainIn"), { time: <Countdown until={delivery.againAt} /> })}</span>
          ) : (
            <Link onClick={actions.resend}>{t("sendAgain")}</Link>
          )}
        </span>
      )}
    </div>
  );
}
