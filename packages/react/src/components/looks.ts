import { type Context, createContext, type ReactNode, useContext } from "react";
import { type MfaData, useMfa, useText } from "../hooks/index.ts";
import type { Text } from "../strings/text.ts";

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

export const LooksContext: Context<Looks> = /* @__PURE__ */ createContext<Looks>({});

/** The looks, and the classes of a part; those of a component's outermost element with `nl`, which sets type and colour. */
export function useLooks(): Looks & { c(name: Part, outermost?: boolean): string | undefined } {
  const looks = useContext(LooksContext);
  const { classNames, unstyled } = looks;
  const c = (name: Part, outermost?: boolean): string | undefined => {
    const ours = unstyled ? "" : outermost ? `nl nl-${name}` : `nl-${name}`;
    return [ours, classNames?.[name]].filter(Boolean).join(" ") || undefined;
  };
  return { ...looks, c };
}

/** What a component is made with: the looks, the texts, and what the provider gives. */
export const useUi = (): ReturnType<typeof useLooks> & MfaData & { t: Text } => ({ ...useLooks(), ...useMfa(), t: useText() });
