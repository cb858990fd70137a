import { type ReactNode, useRef } from "react";
import type { CodeMethod } from "../flow/code.ts";
import { useCountdown, useMfa, useText } from "../hooks/index.ts";
import { clockTime } from "../otp/index.ts";
import { useSaidCountdown } from "./code-message.tsx";
import { Icon } from "./icons.tsx";
import { wayOf } from "./other-ways.tsx";
import { AlertBox, Button, Group, Hidden, Link, Text, useClass } from "./parts.tsx";
import { rich } from "./rich.tsx";

/** What stands in the place of the field while codes are locked: how long, why, and the way that is left. */
export function Locked({
  until,
  method,
  offered,
  use,
  headingId,
  passwordHref,
  children,
}: {
  until: number;
  method: CodeMethod;
  offered: readonly CodeMethod[];
  use(method: CodeMethod): void;
  headingId?: string | undefined;
  /** Where a password is changed; the hint is left out without it. */
  passwordHref?: string | undefined;
  children?: ReactNode;
}): ReactNode {
  const t = useText();
  const c = useClass();
  const { locale } = useMfa();
  const left = useCountdown(until);
  const said = useSaidCountdown(until);
  const whole = useRef(0);
  whole.current = Math.max(whole.current, left, 1);
  const isRecovery = method === "recovery";
  const time = <b>{new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(until)}</b>;
  return (
    <>
      <div className={c("ring")} role="timer">
        <svg viewBox="0 0 120 120" aria-hidden="true">
          <circle cx="60" cy="60" r="57" />
          <circle cx="60" cy="60" r="57" pathLength="1" strokeDasharray={`${left / whole.current} 1`} />
        </svg>
        <span>{clockTime(left)}</span>
      </div>
      <div className={c("group")} data-center="">
        <h2 className={c("heading")} id={headingId}>
          {t("lockedTitle")}
        </h2>
        <Text>{rich(t(isRecovery ? "lockedRecoveryText" : "lockedText"), { time })}</Text>
        <Hidden role="status">{said}</Hidden>
      </div>
      <Group>
        {offered
          .filter((other) => (other === "recovery") !== isRecovery)
          .slice(0, 1)
          .map((other) => (
            <Button key={other} kind="primary" wide onClick={() => use(other)}>
              {t(wayOf(other)[1])}
            </Button>
          ))}
        {children}
      </Group>
      {passwordHref !== undefined && (
        <AlertBox>
          <Icon name="info" />
          <span>
            {t("wasntYou")} <Link href={passwordHref}>{t("changePassword")}</Link>
          </span>
        </AlertBox>
      )}
    </>
  );
}
