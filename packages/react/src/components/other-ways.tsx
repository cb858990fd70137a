import type { ReactNode } from "react";
import type { CodeMethod, CodeState } from "../flow/code.ts";
import { useUi } from "./looks.ts";
import { List, Row } from "./parts.tsx";
import { wayOf } from "./ways.ts";

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
