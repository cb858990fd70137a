import { type ReactNode, useRef } from "react";
import type { MfaProblem } from "../client/problem.ts";
import type { CodeDelivery, CodePhase, CodeState } from "../flow/code.ts";
import { useCountdown, useText } from "../hooks/index.ts";
import type { CodeActions } from "../hooks/types.ts";
import { clockTime } from "../otp/index.ts";
import { Icon } from "./icons.tsx";
import { Hidden, Link, useClass } from "./parts.tsx";
import { rich } from "./rich.tsx";

/** Minutes and seconds that run down, seen and not said. */
function Countdown({ until }: { until: number | undefined }): ReactNode {
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

/** What is said of a code that was not taken. */
function Refused({ state: { phase, method, digits }, resend }: { state: CodeState; resend(): void }): ReactNode {
  const t = useText();
  const { why, attemptsLeft: n } = phase as CodePhase & { name: "refused" };
  const words = {
    used: () => t("used"),
    expired: () => t("codeExpired"),
    incomplete: () => t(method === "recovery" ? "incompleteRecovery" : "incomplete", { digits }),
    invalid: () => (n === undefined ? t("invalidUncounted") : t("invalid", { n })),
  };
  return (
    <>
      <Icon name="alert" />
      <span>
        {words[why]()} {why === "expired" && <Link onClick={resend}>{t("sendNew")}</Link>}
      </span>
    </>
  );
}

/** What is said where no verdict came. */
function Failed({ problem, submit }: { problem: MfaProblem; submit(): void }): ReactNode {
  const t = useText();
  return (
    <>
      <Icon name="warn" />
      <span data-tone="quiet">
        {problem.code === "rate_limited" ? (
          rich(t("tooMany"), { time: <Countdown until={problem.retryAt} /> })
        ) : (
          <>
            {t("unavailable")} <Link onClick={submit}>{t("tryAgain")}</Link>
          </>
        )}
      </span>
    </>
  );
}

/** What is said without hurry. */
function Calm({ phase, delivery, hint }: Pick<CodeState, "phase"> & { delivery: CodeDelivery | undefined; hint: ReactNode }): ReactNode {
  const t = useText();
  const c = useClass();
  if (phase.name === "locked") return null;
  if (phase.name === "checking") {
    return (
      <>
        <span className={c("spinner")} />
        {t("checking")}
      </>
    );
  }
  if (phase.name === "accepted") {
    return (
      <>
        <Icon name="check" />
        {t("accepted")}
      </>
    );
  }
  return delivery?.state === "sending" ? t("sending") : hint;
}

/** The way to another code that is sent, once enough time has passed. */
function Again({ at, resend }: { at: number; resend(): void }): ReactNode {
  const t = useText();
  const left = useCountdown(at);
  return (
    <span>{left > 0 ? rich(t("sendAgainIn"), { time: <Countdown until={at} /> }) : <Link onClick={resend}>{t("sendAgain")}</Link>}</span>
  );
}

/** The line below a code field: hint, fault, checking and lock take turns in it, and its room is always there. */
export function CodeMessage({
  id,
  state,
  actions: { submit, resend },
  hint,
}: {
  id: string;
  state: CodeState;
  actions: Pick<CodeActions, "submit" | "resend">;
  hint: ReactNode;
}): ReactNode {
  const t = useText();
  const { phase, delivery } = state;
  const said = useSaidCountdown(phase.name === "locked" ? phase.until : undefined);
  const isOpen = phase.name === "typing" || (phase.name === "refused" && phase.why !== "expired");
  let fault: ReactNode;
  if (phase.name === "refused") fault = <Refused state={state} resend={resend} />;
  else if (phase.name === "failed") fault = <Failed problem={phase.problem} submit={submit} />;
  else if (phase.name === "typing" && delivery?.state === "failed") {
    fault = (
      <>
        <Icon name="alert" />
        {t("notSent")}
      </>
    );
  }
  return (
    <div className={useClass()("message")}>
      <span id={id} data-tone={phase.name === "accepted" ? "good" : fault && phase.name !== "failed" ? "bad" : undefined}>
        <span role="status" hidden={!!fault}>
          {!fault && <Calm phase={phase} delivery={delivery} hint={hint} />}
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
      {isOpen && delivery && delivery.state !== "sending" && <Again at={delivery.againAt} resend={resend} />}
    </div>
  );
}
