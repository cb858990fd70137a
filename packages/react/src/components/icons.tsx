import type { ReactNode } from "react";
import { useClass, useLooks } from "./parts.tsx";

const ROUND = "M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0";
const SHEET = "M4 4.5h12A1.5 1.5 0 0 1 17.5 6v8a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 14V6A1.5 1.5 0 0 1 4 4.5z";

/** The drawings there are. */
export type IconName =
  | "alert"
  | "check"
  | "chevron"
  | "clock"
  | "close"
  | "codes"
  | "copy"
  | "dots"
  | "download"
  | "edit"
  | "info"
  | "laptop"
  | "lock"
  | "mail"
  | "open"
  | "phone"
  | "plus"
  | "print"
  | "trash"
  | "warn";

/** Twenty by twenty, a line of one and a half. */
const PATHS: Readonly<Record<IconName, string>> = {
  alert: `${ROUND}M10 6.5v4M10 13.2v.1`,
  check: "M4.5 10.5 8 14l7.5-8",
  chevron: "m8 5 5 5-5 5",
  clock: `${ROUND}M10 6v4l2.5 1.5`,
  close: "m5 5 10 10M15 5 5 15",
  codes: `${SHEET}M6 8.5h2.5M11.5 8.5H14M6 11.5h2.5M11.5 11.5H14`,
  copy: "M8.5 7H15a1.5 1.5 0 0 1 1.5 1.5V15a1.5 1.5 0 0 1-1.5 1.5H8.5A1.5 1.5 0 0 1 7 15V8.5A1.5 1.5 0 0 1 8.5 7zM13 4.5A1 1 0 0 0 12 3.5H5A1.5 1.5 0 0 0 3.5 5v7a1 1 0 0 0 1 1",
  dots: "M5 10h.01M10 10h.01M15 10h.01",
  download: "M10 3.5v9M6.5 9l3.5 3.5L13.5 9M3.5 13v2A1.5 1.5 0 0 0 5 16.5h10a1.5 1.5 0 0 0 1.5-1.5v-2",
  edit: "m4 16 .8-3.3L13 4.5a1.6 1.6 0 0 1 2.5 2.5l-8.2 8.2z",
  info: `${ROUND}M10 9.5v4M10 6.8v.1`,
  laptop: "M5.5 4.5h9a1 1 0 0 1 1 1v7h-11v-7a1 1 0 0 1 1-1zM2.5 15.5h15",
  lock: "M5.5 9h9a1 1 0 0 1 1 1v5.5a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1zM7 9V6.5a3 3 0 0 1 6 0V9",
  mail: `${SHEET}M3 6.5l7 5 7-5`,
  open: "M11.5 3.5h5v5M16.5 3.5l-7 7M8 5H5a1.5 1.5 0 0 0-1.5 1.5V15A1.5 1.5 0 0 0 5 16.5h8.5A1.5 1.5 0 0 0 15 15v-3",
  phone: "M7 2.5h6A1.5 1.5 0 0 1 14.5 4v12a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 16V4A1.5 1.5 0 0 1 7 2.5zM9 14.5h2",
  plus: "M10 4.5v11M4.5 10h11",
  print: "M6 7V3.5h8V7M6 14H4.5a1 1 0 0 1-1-1V8.5A1.5 1.5 0 0 1 5 7h10a1.5 1.5 0 0 1 1.5 1.5V13a1 1 0 0 1-1 1H14M6 11.5h8v5H6z",
  trash: "M4 5.5h12M8 5.5v-2h4v2M5.5 5.5l.7 11h7.6l.7-11",
  warn: "m10 3.5 7 12.5H3zM10 8.5v3.5M10 14v.1",
};

/** A drawing beside words that say the same: hidden from readers. */
export function Icon({ name, part = "icon" }: { name: IconName; part?: "icon" | "tile" }): ReactNode {
  const c = useClass();
  if (useLooks().unstyled) return null;
  const icon = (
    <svg className={c("icon")} viewBox="0 0 20 20" aria-hidden="true" data-flips={name === "chevron" ? "" : undefined}>
      <path d={PATHS[name]} strokeWidth={name === "dots" ? 2.5 : undefined} />
    </svg>
  );
  return part === "tile" ? <span className={c("tile")}>{icon}</span> : icon;
}

const KEYHOLE = "M0-6a4 4 0 0 1 2 7.4L3 8h-6l1-6.6A4 4 0 0 1 0-6";

/** Nightlatch's mark: a brass lock face on night. A host puts its own in the slot `mark`. */
export function Mark({ large, children }: { large?: boolean; children?: ReactNode }): ReactNode {
  const c = useClass();
  const { slots, unstyled } = useLooks();
  if (slots?.mark !== undefined) return slots.mark;
  if (unstyled) return null;
  return (
    <span className={c("mark")} data-size={large ? "large" : undefined}>
      <svg viewBox="-32 -32 64 64" aria-hidden="true">
        <rect x="-31.5" y="-31.5" width="63" height="63" rx="15" fill="var(--nl-plate)" stroke="var(--nl-plate-line)" />
        <circle r="16" fill="var(--nl-plate-mark)" />
        <circle r="12.5" fill="none" stroke="#845a0e" opacity=".5" />
        <path d={KEYHOLE} fill="var(--nl-plate)" />
      </svg>
      {children}
    </span>
  );
}

/** A bolt that goes into its frame. */
export function Illustration(): ReactNode {
  const c = useClass();
  const { slots, unstyled } = useLooks();
  if (slots?.illustration !== undefined) return slots.illustration;
  if (unstyled) return null;
  return (
    <svg className={c("lock")} viewBox="0 0 208 176" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <path fill="#0e1430" d="M-99-99h410v410H-99z" />
      <path fill="#272c4c" stroke="#353c63" d="M-99-99h227v410H-99z" />
      <path fill="none" stroke="#353c63" d="M-99 41H88a4 4 0 0 0 4-4V-99M-99 134H88a4 4 0 0 1 4 4v99" />
      <path fill="#06070d" d="M128-99h13v410h-13z" />
      <path fill="#f0cf86" d="M114 73h30v9h-30z" />
      <path fill="#b58a36" d="M114 82h30v21h-30z" />
      <rect x="50" y="56" width="72" height="64" rx="8" fill="#e0b25a" />
      <path fill="#c99b42" d="M141 62h19a6 6 0 0 1 6 6v40a6 6 0 0 1-6 6h-19z" />
      <path stroke="#8a641f" strokeWidth="4" strokeLinecap="round" d="M59 65h0M113 65h0M59 111h0M113 111h0M154 70h0M154 106h0" />
      <circle cx="86" cy="88" r="18" fill="#c99b42" stroke="#a87c2c" />
      <path transform="translate(86 87) scale(1.2)" fill="#0e1430" d={KEYHOLE} />
    </svg>
  );
}
