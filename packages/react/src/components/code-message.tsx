import { type ReactNode, useRef } from "react";
import type { CodeState } from "../flow/code.ts";
import { useCountdown, useText } from "../hooks/index.ts";
import type { CodeActions } from "../hooks/types.ts";
import { clockTime } from "../otp/index.ts";
import { Icon, type IconName } from "./icons.tsx";
import { useLooks, useUi } from "./looks.ts";
import { Hidden, Link } from "./parts.tsx";
import { rich } from "./rich.tsx";

/** Minutes and seconds that run down, seen and not said. */
function Countdown({ until }: { until: number }): ReactNode {
  return <span className={useLooks().c("time")}>{clockTime(useCountdown(until))}</span>;
}

/** What of a countdown is said aloud: its start, each minute, thirty and ten seconds, and its end. */
export function SaidCountdown({ until, role }: { until: number; role?: "status" }): ReactNode {
  const t = useText();
  const left = useCountdown(until);
  const said = useRef("");
  if (!said.current || left % 60 === 0 || left === 30 || left === 10) said.current = t("lockedRemaining", { time: clockTime(left) });
  return <Hidden role={role}>{said.current}</Hidden>;
}

/** The way to another code that is sent, once enough time has passed. */
function Again({ at, resend }: { at: number; resend(): void }): ReactNode {
  const t = useText();
  return (
    <span>
      {useCountdown(at) > 0 ? rich(t("sendAgainIn"), { time: <Countdown until={at} /> }) : <Link onClick={resend}>{t("sendAgain")}</Link>}
    </span>
  );
}

/** What stands in the line: its words, the drawing before them, how it is coloured, and whether it interrupts. */
interface Line {
  words: ReactNode;
  /** What can be done about it. */
  way?: ReactNode;
  icon?: IconName;
  tone?: "good" | "bad" | "brass";
  isFault?: true;
}

/** The line below a code field: hint, fault, checking and lock take turns in it, and its room is always there. */
export function CodeMessage({
  id,
  state: { phase, method, digits, delivery },
  actions: { submit, resend },
  hint,
}: {
  id: string;
  state: CodeState;
  actions: Pick<CodeActions, "submit" | "resend">;
  hint: ReactNode;
}): ReactNode {
  const { t, c } = useUi();

  function lineOf(): Line {
    switch (phase.name) {
      case "checking":
        return { words: t("checking") };
      case "accepted":
        return { words: t("accepted"), icon: "check", tone: "good" };
      case "locked":
        return { words: rich(t("lockedField"), { time: <Countdown until={phase.until} /> }), icon: "lock", tone: "brass" };
      case "failed": {
        const { problem } = phase;
        if (problem.code === "rate_limited") {
          return { words: rich(t("tooMany"), { time: <Countdown until={problem.retryAt} /> }), icon: "warn", isFault: true };
        }
        return { words: t("unavailable"), way: <Link onClick={submit}>{t("tryAgain")}</Link>, icon: "warn", isFault: true };
      }
      case "refused": {
        const { why, attemptsLeft: n } = phase;
        const words = {
          used: t("used"),
          expired: t("codeExpired"),
          incomplete: t(method === "recovery" ? "incompleteRecovery" : "incomplete", { digits }),
          invalid: n === undefined ? t("invalidUncounted") : t("invalid", { n }),
        };
        const way = why === "expired" && <Link onClick={resend}>{t("sendNew")}</Link>;
        return { words: words[why], way, icon: "alert", tone: "bad", isFault: true };
      }
      default:
        if (delivery?.state === "failed") return { words: t("notSent"), icon: "alert", tone: "bad", isFault: true };
        return { words: delivery?.state === "sending" ? t("sending") : hint };
    }
  }

  const { words, way, icon, tone, isFault } = lineOf();
  const isLocked = phase.name === "locked";
  const line = (
    <>
      {phase.name === "checking" && <span className={c("spinner")} />}
      {icon && <Icon name={icon} />}
      <span>
        {words} {way}
      </span>
    </>
  );
  const isOpen = phase.name === "typing" || (phase.name === "refused" && phase.why !== "expired");
  return (
    <div className={c("message")}>
      <span id={id} data-tone={tone}>
        <span role="status" hidden={isFault}>
          {isLocked ? <SaidCountdown until={phase.until} /> : !isFault && line}
        </span>
        <span role="alert">{isFault && line}</span>
        {isLocked && <span>{line}</span>}
      </span>
      {isOpen && delivery && delivery.state !== "sending" && <Again at={delivery.againAt} resend={resend} />}
    </div>
  );
}
