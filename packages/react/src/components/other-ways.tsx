import type { ReactNode } from "react";
import type { CodeMethod, CodeState } from "../flow/code.ts";
import type { StringKey } from "../strings/strings.ts";
import type { IconName } from "./icons.tsx";
import { useUi } from "./looks.ts";
import { List, Row } from "./parts.tsx";

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
  model: { state, offered },
  use,
}: {
  model: { state: CodeState; offered: readonly CodeMethod[] };
  use(method: CodeMethod): void;
}): ReactNode {
  const { t } = useUi();
  return (
    <List>
      {offered.map((method) => {
        const [icon, words] = wayOf(method);
        const name = state.tokens.find(({ id }) => method === `token:${id}`)?.name;
        const hint = method === "recovery" ? t("useRecoveryHint") : name && <bdi>{name}</bdi>;
        return <Row key={method} icon={icon} title={t(words)} text={hint} onPress={() => use(method)} />;
      })}
    </List>
  );
}
