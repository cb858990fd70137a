import {
  type ComponentProps,
  type Context,
  createContext,
  createElement,
  type FunctionComponent,
  type JSX,
  type ReactNode,
  useContext,
} from "react";

/** Everything that is drawn, by the name that its class (`nl-card`) and a host's own class for it go by. */
export type Part =
  | "actions"
  | "alert"
  | "badge"
  | "bone"
  | "button"
  | "card"
  | "check"
  | "checkbox"
  | "code"
  | "codes"
  | "dash"
  | "dialog"
  | "field"
  | "fold"
  | "foot"
  | "group"
  | "head"
  | "heading"
  | "hero"
  | "hidden"
  | "icon"
  | "key"
  | "label"
  | "link"
  | "list"
  | "loading"
  | "lock"
  | "mark"
  | "menu"
  | "message"
  | "numbers"
  | "or"
  | "otp"
  | "otp-input"
  | "period"
  | "pin"
  | "pins"
  | "qr"
  | "ring"
  | "row"
  | "row-body"
  | "scan"
  | "screen"
  | "section"
  | "section-body"
  | "section-head"
  | "settings"
  | "settings-head"
  | "slot"
  | "small"
  | "spinner"
  | "stack"
  | "step"
  | "steps"
  | "strong"
  | "subhead"
  | "text"
  | "text-field"
  | "thirds"
  | "three"
  | "tile"
  | "time"
  | "title"
  | "toast"
  | "under";

/** What a host puts in the place of ours. */
export interface Slots {
  /** The mark at the head of a card: `null` for none. */
  mark?: ReactNode;
  /** The picture on the settings page while two-step verification is off. */
  illustration?: ReactNode;
}

/** How things look, and what the app is called. */
export interface Looks {
  /** Classes of the host's own, beside ours. */
  classNames?: Partial<Record<Part, string>>;
  /** Leaves out our classes, the drawn slots and the pictures: plain elements with `classNames` alone. */
  unstyled?: boolean;
  slots?: Slots;
  /** What people know the app as: "Enter the code for Fernhill". */
  issuer?: string;
  /** Seconds that a code of the app stands, usually 30: shows how much of them is left. */
  period?: number;
}

export const LooksContext: Context<Looks> = createContext<Looks>({});
export const useLooks = (): Looks => useContext(LooksContext);

/** Gives the classes of a part; those of a component's outermost element with `nl`, which sets type and colour. */
export function useClass(): (name: Part, outermost?: boolean) => string | undefined {
  const { classNames, unstyled } = useLooks();
  return (name, outermost) =>
    [!unstyled && outermost && "nl", !unstyled && `nl-${name}`, classNames?.[name]].filter(Boolean).join(" ") || undefined;
}

/** An element that is drawn as a part. */
type PartElement<Tag extends keyof JSX.IntrinsicElements> = FunctionComponent<
  Omit<ComponentProps<Tag>, "ref" | "className"> & { [data: `data-${string}`]: unknown }
>;

const part = <Tag extends keyof JSX.IntrinsicElements>(tag: Tag, name: Part, outermost?: boolean): PartElement<Tag> =>
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each part, as the module loads
  function Drawn(props) {
    return createElement(tag, { ...props, className: useClass()(name, outermost) });
  };

export const Actions: PartElement<"div"> = part("div", "actions");
export const AlertBox: PartElement<"div"> = part("div", "alert");
export const Bone: PartElement<"span"> = part("span", "bone");
export const Badge: PartElement<"span"> = part("span", "badge", true);
export const Card: PartElement<"section"> = part("section", "card", true);
export const Foot: PartElement<"div"> = part("div", "foot");
export const Group: PartElement<"div"> = part("div", "group");
export const Head: PartElement<"div"> = part("div", "head");
export const Hidden: PartElement<"span"> = part("span", "hidden");
export const Label: PartElement<"label"> = part("label", "label");
export const List: PartElement<"ul"> = part("ul", "list");
export const Row: PartElement<"li"> = part("li", "row");
export const RowBody: PartElement<"div"> = part("div", "row-body");
export const Small: PartElement<"span"> = part("span", "small");
export const Strong: PartElement<"span"> = part("span", "strong");
export const Subhead: PartElement<"h3"> = part("h3", "subhead");
export const Text: PartElement<"p"> = part("p", "text");
export const Under: PartElement<"p"> = part("p", "under");
export const Wrap: PartElement<"div"> = part("div", "screen");

/** A button; `kind` says what it is worth: one primary on a screen. */
export function Button({
  kind = "quiet",
  small,
  wide,
  busy,
  off,
  ...props
}: Omit<ComponentProps<"button">, "ref"> & {
  kind?: "primary" | "secondary" | "quiet" | "danger" | "icon";
  small?: boolean;
  wide?: boolean;
  busy?: boolean;
  /** Not available yet; it can still be reached and pressed, to be told why. */
  off?: boolean;
}): ReactNode {
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      aria-disabled={off || undefined}
      data-kind={kind}
      data-size={small ? "small" : undefined}
      data-wide={wide ? "" : undefined}
      {...props}
      className={useClass()("button")}
    />
  );
}

/** A button in the middle of words, or a link where it leads somewhere. */
export function Link({ href, ...props }: { href?: string | undefined; onClick?: () => void; children: ReactNode }): ReactNode {
  const className = useClass()("link");
  return href === undefined ? (
    <button type="button" {...props} className={className} />
  ) : (
    <a href={href} {...props} className={className} />
  );
}
