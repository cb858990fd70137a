import type { ReactNode } from "react";
import type { CodeState } from "../flow/code.ts";
import { useText } from "../hooks/index.ts";
import { useLooks } from "./parts.tsx";
import { rich } from "./rich.tsx";

/** What a method's screen is headed with, and the line below: where the code is to be found. */
export function useCodeWords({ method, digits, delivery }: CodeState): { title: string; text: ReactNode } {
  const t = useText();
  const { issuer } = useLooks();
  if (method === "recovery") return { title: t("recoveryTitle"), text: t("recoveryText") };
  if (method.startsWith("token")) return { title: t("signInTitle"), text: t("tokenText", { digits }) };
  if (method === "app") {
    return {
      title: t("signInTitle"),
      text: issuer ? rich(t("signInText", { digits }), { issuer: <bdi>{issuer}</bdi> }) : t("codeHint", { digits }),
    };
  }
  const title = t(method === "email" ? "emailTitle" : "smsTitle");
  // The room of the two lines that will stand there.
  if (delivery?.state !== "sent") return { title, text: rich("\u00a0{break}\u00a0", { break: <br /> }) };
  // Its life as it was when it was sent: a minute must pass before another can be.
  const minutes = Math.max(1, Math.round((delivery.expiresAt - delivery.againAt) / 60_000) + 1);
  return { title, text: rich(t("deliveredText", { n: minutes, digits }), { to: <bdi dir="ltr">{delivery.to}</bdi> }) };
}
