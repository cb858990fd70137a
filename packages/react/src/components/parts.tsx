import { type ComponentProps, createElement, type FunctionComponent, type JSX, type ReactNode, type RefObject, useId } from "react";
import { Icon, type IconName, Mark } from "./icons.tsx";
import { type Part, useLooks } from "./looks.ts";

/** An element that is drawn as a part. */
type PartElement<Tag extends keyof JSX.IntrinsicElements> = FunctionComponent<
  Omit<ComponentProps<Tag>, "ref" | "className"> & { [data: `data-${string}`]: unknown }
>;

const part = <Tag extends keyof JSX.IntrinsicElements>(tag: Tag, name: Part, outermost?: boolean): PartElement<Tag> =>
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each part, as the module loads
  function Drawn(props) {
    return createElement(tag, { ...props, className: useLooks().c(name, outermost) });
  };

export const Actions: PartElement<"div"> = part("div", "actions");
export const Badge: PartElement<"span"> = part("span", "badge", true);
export const Bone: PartElement<"span"> = part("span", "bone");
export const Card: PartElement<"section"> = part("section", "card", true);
export const Group: PartElement<"div"> = part("div", "group");
export const Hidden: PartElement<"span"> = part("span", "hidden");
export const List: PartElement<"ul"> = part("ul", "list");
export const RowBody: PartElement<"div"> = part("div", "row-body");
export const Screen: PartElement<"div"> = part("div", "screen");
export const Small: PartElement<"span"> = part("span", "small");
export const Strong: PartElement<"span"> = part("span", "strong");
export const Text: PartElement<"p"> = part("p", "text");

/** A button; `kind` says what it is worth: one primary on a screen. */
export function Button({
  kind = "quiet",
  icon,
  small,
  wide,
  busy,
  off,
  children,
  ...props
}: Omit<ComponentProps<"button">, "ref"> & {
  kind?: "primary" | "secondary" | "quiet" | "danger" | "icon";
  icon?: IconName | undefined;
  small?: true;
  wide?: true;
  busy?: boolean;
  /** Not available yet; it can still be reached and pressed, to be told why. */
  off?: boolean;
}): ReactNode {
  return (
    <button
      type="button"
      aria-busy={busy}
      aria-disabled={off}
      data-kind={kind}
      data-small={small}
      data-wide={wide}
      {...props}
      className={useLooks().c("button")}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A button in the middle of words, or a link where it leads somewhere. */
export function Link({ href, ...props }: { href?: string | undefined; onClick?: () => void; children: ReactNode }): ReactNode {
  const tag = href === undefined ? { type: "button" } : { href };
  return createElement(href === undefined ? "button" : "a", { ...tag, ...props, className: useLooks().c("link") });
}

/** What a screen is headed with, and the lines below. */
export function Intro({
  title,
  text,
  id,
  focus,
  mark,
  center,
  children,
}: {
  title: ReactNode;
  text?: ReactNode;
  id?: string | undefined;
  /** Takes the focus as the screen comes. */
  focus?: RefObject<HTMLHeadingElement | null>;
  mark?: true;
  center?: true;
  children?: ReactNode;
}): ReactNode {
  return (
    <Group data-center={center}>
      {mark && <Mark />}
      <h2 className={useLooks().c("heading")} id={id} {...(focus && { ref: focus, tabIndex: -1, "data-focus-first": "" })}>
        {title}
      </h2>
      {text && <Text>{text}</Text>}
      {children}
    </Group>
  );
}

/** Something worth knowing, with its drawing before it. */
export function Notice({
  icon,
  tone,
  action,
  children,
  ...props
}: {
  icon?: IconName;
  tone?: "brass" | "bad";
  action?: ReactNode;
  role?: "alert";
  children: ReactNode;
}): ReactNode {
  return (
    <div {...props} className={useLooks().c("alert")} data-tone={tone}>
      {icon && <Icon name={icon} />}
      <div>{children}</div>
      {action}
    </div>
  );
}

/** A thing in a list: its drawing, its name, a line about it, and what can be done with it. */
export function Row({
  icon,
  tile,
  title,
  text,
  form,
  onPress,
  children,
}: {
  icon: IconName;
  tile?: true;
  title: ReactNode;
  text?: ReactNode;
  /** Stands in the place of the words while they are edited. */
  form?: ReactNode;
  /** Makes all of it a button. */
  onPress?: () => void;
  children?: ReactNode;
}): ReactNode {
  const { c } = useLooks();
  const inside = (
    <>
      <Icon name={icon} tile={tile} />
      {form || (
        <>
          <RowBody>
            <Strong>{title}</Strong>
            {text && (onPress ? <Small>{text}</Small> : <Text>{text}</Text>)}
          </RowBody>
          {children}
        </>
      )}
    </>
  );
  return onPress ? (
    <li>
      <button type="button" className={c("row")} onClick={onPress}>
        {inside}
        <Icon name="chevron" />
      </button>
    </li>
  ) : (
    <li className={c("row")}>{inside}</li>
  );
}

/** A box to tick, with what ticking it means. */
export function Check({
  label,
  hint,
  bad,
  checked,
  onTick,
}: {
  label: string;
  hint: string;
  /** The hint says what is wrong. */
  bad?: boolean | undefined;
  checked: boolean;
  onTick(checked: boolean): void;
}): ReactNode {
  const { c } = useLooks();
  const id = useId();
  return (
    <label className={c("check")}>
      <input
        className={c("checkbox")}
        type="checkbox"
        checked={checked}
        aria-labelledby={`${id}l`}
        aria-describedby={id}
        aria-invalid={bad}
        onChange={(event) => onTick(event.target.checked)}
      />
      <Strong id={`${id}l`}>{label}</Strong>
      <Text role="status" id={id} data-tone={bad && "bad"}>
        {hint}
      </Text>
    </label>
  );
}
