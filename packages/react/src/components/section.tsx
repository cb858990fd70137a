import { type ReactNode, useId } from "react";
import { Bone, Subhead, Text, useClass } from "./parts.tsx";

/** A card of the settings: what it is about, what can be done with all of it, and its rows. */
export function Section({
  title,
  text,
  action,
  last,
  children,
}: {
  title: string;
  text: ReactNode;
  action?: ReactNode;
  last?: boolean;
  children?: ReactNode;
}): ReactNode {
  const c = useClass();
  const id = useId();
  return (
    <section className={c("section", true)} aria-labelledby={id} data-last={last ? "" : undefined}>
      <div className={c("section-head")}>
        <div>
          <Subhead id={id}>{title}</Subhead>
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
  const c = useClass();
  return (
    <div className={c("section")}>
      <div className={c("section-head")}>
        <div>
          <Bone style={{ width: 130 }} />
          <Bone style={{ width: 210 }} />
        </div>
        <Bone style={{ width: 130, height: 32, margin: 0 }} />
      </div>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <div key={row} className={c("row")}>
          <Bone style={{ width: 40, height: 40, margin: 0 }} />
          <div>
            <Bone style={{ width: 150 }} />
            <Bone style={{ width: 200 }} />
          </div>
        </div>
      ))}
    </div>
  );
}
