import type { ReactNode } from "react";
import type { CodeMethod } from "../flow/code.ts";
import { useText } from "../hooks/index.ts";
import type { StringKey } from "../strings/strings.ts";
import { Icon, type IconName } from "./icons.tsx";
import { List, RowBody, Small, Strong, useClass } from "./parts.tsx";

const WAYS: Record<CodeMethod, readonly [IconName, StringKey]> = {
  app: ["phone", "useApp"],
  recovery: ["codes", "useRecovery"],
  email: ["mail", "byEmail"],
  sms: ["phone", "bySms"],
};

/** The other methods, each a row to press. */
export function OtherWays({ offered, use }: { offered: readonly CodeMethod[]; use(method: CodeMethod): void }): ReactNode {
  const t = useText();
  const c = useClass();
  return (
    <List>
      {offered.map((method) => (
        <li key={method}>
          <button type="button" className={c("row")} onClick={() => use(method)}>
            <Icon name={WAYS[method][0]} />
            <RowBody>
              <Strong>{t(WAYS[method][1])}</Strong>
              {method === "recovery" && <Small>{t("useRecoveryHint")}</Small>}
            </RowBody>
            <Icon name="chevron" />
          </button>
        </li>
      ))}
    </List>
  );
}
