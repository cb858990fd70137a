import type { ReactNode } from "react";
import { useText } from "../hooks/index.ts";
import { Icon, Illustration } from "./icons.tsx";
import { AlertBox, Button, Group, Strong, Text, useClass, useLooks } from "./parts.tsx";
import { useDates } from "./when.ts";

/** What the settings show while two-step verification is off: why to turn it on, and what that takes. */
export function SettingsOff({ onTurnOn, requiredBy }: { onTurnOn(): void; requiredBy: string | undefined }): ReactNode {
  const t = useText();
  const c = useClass();
  const { issuer } = useLooks();
  const { day } = useDates();
  const steps = [
    [t("stepScan"), t("offScan")],
    [t("stepConfirm"), t("offConfirm")],
    [t("offSaveTitle"), t("offSave")],
  ] as const;
  return (
    <>
      {requiredBy !== undefined && (
        <AlertBox data-tone="brass">
          <Icon name="clock" />
          <span>
            <Strong>{t("turnOnBy", { date: day(requiredBy) })}</Strong> {issuer && t("turnOnByText", { issuer })}
          </span>
        </AlertBox>
      )}
      <section className={c("section")}>
        <div className={c("hero")}>
          <Group>
            <h3 className={c("heading")}>{t("offTitle")}</h3>
            <Text>{t("offPitch")}</Text>
            <Button kind="primary" onClick={onTurnOn}>
              {t("turnOn")}
            </Button>
          </Group>
          <Illustration />
        </div>
        <ol className={c("three")}>
          {steps.map(([title, text], index) => (
            <li key={title}>
              <b>{index + 1}</b>
              <Strong>{title}</Strong>
              <Text>{text}</Text>
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}
