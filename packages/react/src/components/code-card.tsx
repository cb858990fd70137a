import type { ReactNode } from "react";
import type { CodeMethod, CodeState } from "../flow/code.ts";
import type { CodeActions } from "../hooks/types.ts";
import { Locked } from "./locked.tsx";
import { useUi } from "./looks.ts";
import { Button, Card, Hidden, Intro, Screen } from "./parts.tsx";
import { rich } from "./rich.tsx";
import { wayOf } from "./ways.ts";

/** What a method's screen is headed with, and the line below: where the code is to be found. */
export function useCodeWords({ method, digits, delivery }: CodeState): { title: string; text: ReactNode } {
  const { t, issuer } = useUi();
  const title = t(wayOf(method)[2]);
  if (method === "recovery") return { title, text: t("recoveryText") };
  if (method === "email" || method === "sms") {
    // The room of the two lines that will stand there.
    if (delivery?.state !== "sent") return { title, text: rich("\u00a0{break}\u00a0", { break: <br /> }) };
    // Its life as it was when it was sent: a minute must pass before another can be.
    const n = Math.max(1, Math.round((delivery.expiresAt - delivery.againAt) / 60_000) + 1);
    return { title, text: rich(t("deliveredText", { n, digits }), { to: <bdi dir="ltr">{delivery.to}</bdi> }) };
  }
  const isApp = method === "app";
  const text = t(isApp ? (issuer ? "signInText" : "codeHint") : "tokenText", { digits });
  return { title, text: rich(text, { issuer: <bdi>{issuer}</bdi> }) };
}

/** A code that is asked for, in its card: the question, the lock in its place, or that it is too late. */
export function CodeCard({
  model: { state, offered, use },
  id,
  passwordHref,
  again,
  way,
  screen,
  corner,
  children,
}: {
  model: Pick<CodeActions, "use"> & { state: CodeState; offered: readonly CodeMethod[] };
  /** Of the heading. */
  id: string;
  passwordHref: string | undefined;
  /** What is done once it is too late. */
  again: ReactNode;
  /** The way out of a lock. */
  way?: ReactNode;
  /** Another screen than the method's. */
  screen?: string | false;
  /** In a dialog, which has its name from the heading itself. */
  corner?: ReactNode;
  children: ReactNode;
}): ReactNode {
  const { t } = useUi();
  const { phase, method } = state;
  const isOver = phase.name === "over";
  const isLocked = phase.name === "locked";
  return (
    <Card aria-labelledby={corner ? undefined : id}>
      <Screen key={isOver || isLocked ? phase.name : screen || method}>
        {isLocked ? (
          <Locked until={phase.until} method={method} offered={offered} use={use} id={id} passwordHref={passwordHref}>
            {way}
          </Locked>
        ) : isOver ? (
          <>
            <Intro mark id={id} title={t("challengeExpired")} />
            {again}
          </>
        ) : (
          children
        )}
      </Screen>
      <Hidden role="status">{isOver && t("challengeExpired")}</Hidden>
      {corner}
    </Card>
  );
}

/** The cross in a corner. */
export function Close({ onClose }: { onClose(): void }): ReactNode {
  const { t } = useUi();
  return <Button kind="icon" icon="close" aria-label={t("close")} onClick={onClose} />;
}
