import { type ReactNode, useId } from "react";
import { useLooks } from "./looks.ts";
import { Bone, Text } from "./parts.tsx";

/** A card of the settings: what it is about, what can be done with all of it, and its rows. */
export function Section({
  title,
  text,
  action,
  last,
  children,
}: {
  title: ReactNode;
  text: ReactNode;
  action?: ReactNode;
  last?: true;
  children?: ReactNode;
}): ReactNode {
  const { c } = useLooks();
  const id = useId();
  return (
    <section className={c("section", true)} aria-labelledby={id} data-last={last}>
      <div className={c("section-head")}>
        <div>
          <h3 className={c("subhead")} id={id}>
            {title}
          </h3>
          <Text>{text}</Text>
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}

/** A card in the shape of what comes. */
export function Skeleton({ rows }: { rows: number }): ReactNode {
  const { c } = useLooks();
  const words = (
    <div>
      <Bone style={{ width: 130 }} />
      <Bone style={{ width: 210 }} />
    </div>
  );
  return (
    <div className={c("section")}>
      <div className={c("section-head")}>
        {words}
        <Bone style={{ width: 130, height: 32 }} />
      </div>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <div key={row} className={c("row")}>
          <Bone style={{ width: 40, height: 40 }} />
          {words}
        </div>
      ))}
    </div>
  );
}
