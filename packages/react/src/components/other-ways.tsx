import type { ReactNode } from "react";
import type { CodeMethod, CodeState } from "../flow/code.ts";
import { useText } from "../hooks/index.ts";
import type { StringKey } from "../strings/strings.ts";
import { Icon, type IconName } from "./icons.tsx";
import { List, RowBody, Small, Strong, useClass } from "./parts.tsx";

const WAYS: Readonly<Record<string, readonly [IconName, StringKey]>> = {
  recovery: ["codes", "useRecovery"],
  email: ["mail", "byEmail"],
  sms: ["phone", "bySms"],
  token: ["clock", "useToken"],
};

/** What a method is drawn and called as. */
export const wayOf = (method: CodeMethod): readonly [IconName, StringKey] => WAYS[method.split(":")[0] ?? ""] ?? ["phone", "useApp"];

/** The other methods, each a row to press. */
export function OtherWays({
  state: { tokens },
  offered,
  use,
}: {
  state: CodeState;
  offered: readonly CodeMethod[];
  use(method: CodeMethod): void;
}): ReactNode {
  const t = useText();
  const c = useClass();
  return (
    <List>
      {offered.map((method) => {
        const [icon, words] = wayOf(method);
        const hint = method === "recovery" ? t("useRecoveryHint") : tokens.find(({ id }) => method.endsWith(`:${id}`))?.name;
        return (
          <li key={method}>
            <button type="button" className={c("row")} onClick={() => use(method)}>
              <Icon name={icon} />
              <RowBody>
                <Strong>{t(words)}</Strong>
                {hint && (
                  <Small>
                    <bdi>{hint}</bdi>
                  </Small>
                )}
              </RowBody>
              <Icon name="chevron" />
            </button>
          </li>
        );
      })}
    </List>
  );
}
