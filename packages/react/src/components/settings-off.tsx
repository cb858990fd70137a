import type { ReactNode } from "react";
import { Illustration } from "./icons.tsx";
import { useUi } from "./looks.ts";
import { Button, Intro, Notice, Strong, Text } from "./parts.tsx";
import { useDates } from "./when.ts";

const STEPS = [
  ["stepScan", "offScan"],
  ["stepConfirm", "offConfirm"],
  ["offSaveTitle", "offSave"],
] as const;

/** What the settings show while two-step verification is off: why to turn it on, and what that takes. */
export function SettingsOff({ onTurnOn, requiredBy }: { onTurnOn(): void; requiredBy: string | undefined }): ReactNode {
  const { t, c, issuer } = useUi();
  const { day } = useDates();
  return (
    <>
      {requiredBy !== undefined && (
        <Notice tone="brass" icon="clock">
          <Strong>{t("turnOnBy", { date: day(requiredBy) })}</Strong> {issuer && t("turnOnByText", { issuer })}
        </Notice>
      )}
      <section className={c("section")}>
        <div className={c("hero")}>
          <Intro title={t("offTitle")} text={t("offPitch")}>
            <Button kind="primary" onClick={onTurnOn}>
              {t("turnOn")}
            </Button>
          </Intro>
          <Illustration />
        </div>
        <ol className={c("three")}>
          {STEPS.map(([title, text], index) => (
            <li key={title}>
              <b>{index + 1}</b>
              <Strong>{t(title)}</Strong>
              <Text>{t(text)}</Text>
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}
