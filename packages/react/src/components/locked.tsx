import { type ReactNode, useRef } from "react";
import type { CodeMethod } from "../flow/code.ts";
import { useCountdown } from "../hooks/index.ts";
import { clockTime } from "../otp/index.ts";
import { SaidCountdown } from "./code-message.tsx";
import { useUi } from "./looks.ts";
import { Button, Group, Intro, Link, Notice } from "./parts.tsx";
import { rich } from "./rich.tsx";
import { wayOf } from "./ways.ts";

/** What stands in the place of the field while codes are locked: how long, why, and the way that is left. */
export function Locked({
  until,
  method,
  offered,
  use,
  id,
  passwordHref,
  children,
}: {
  until: number;
  method: CodeMethod;
  offered: readonly CodeMethod[];
  use(method: CodeMethod): void;
  /** Of the heading. */
  id: string;
  /** Where a password is changed; the hint is left out without it. */
  passwordHref: string | undefined;
  children?: ReactNode;
}): ReactNode {
  const { t, c, locale, unstyled } = useUi();
  const left = useCountdown(until);
  const whole = useRef(0);
  whole.current = Math.max(whole.current, left, 1);
  const isRecovery = method === "recovery";
  const other = offered.find((other) => (other === "recovery") !== isRecovery);
  const time = <b>{new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(until)}</b>;
  return (
    <>
      <div className={c("ring")} role="timer">
        {!unstyled && (
          <svg viewBox="-60 -60 120 120" aria-hidden="true">
            <circle r="57" />
            <circle r="57" pathLength="1" strokeDasharray={`${left / whole.current} 1`} />
          </svg>
        )}
        <span>{clockTime(left)}</span>
      </div>
      <Intro center id={id} title={t("lockedTitle")} text={rich(t(isRecovery ? "lockedRecoveryText" : "lockedText"), { time })}>
        <SaidCountdown until={until} role="status" />
      </Intro>
      <Group>
        {other && (
          <Button kind="primary" wide onClick={() => use(other)}>
            {t(wayOf(other)[1])}
          </Button>
        )}
        {children}
      </Group>
      {passwordHref !== undefined && (
        <Notice icon="info">
          {t("wasntYou")} <Link href={passwordHref}>{t("changePassword")}</Link>
        </Notice>
      )}
    </>
  );
}
