import type { ReactNode } from "react";
import { useLooks } from "./looks.ts";

const ROUND = "M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0";

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
  | "tablet"
  | "trash"
  | "warn";

/** Twenty by twenty, a line of one and a half; a box with round corners stands apart, as its place and its size. */
const DRAWINGS: Readonly<Record<IconName, readonly [line: string, x?: number, y?: number, width?: number, height?: number]>> = {
  alert: [`${ROUND}M10 6.5v4M10 13.2v.1`],
  check: ["M4.5 10.5 8 14l7.5-8"],
  chevron: ["m8 5 5 5-5 5"],
  clock: [`${ROUND}M10 6v4l2.5 1.5`],
  close: ["m5 5 10 10M15 5 5 15"],
  codes: ["M6 8.5h2.5m3 0H14m-8 3h2.5m3 0H14", 2.5, 4.5, 15, 11],
  copy: ["M13 3.5H5Q3.5 3.5 3.5 5v8", 7, 7, 9.5, 9.5],
  dots: ["M5 10h0m5 0h0m5 0h0"],
  download: ["M10 3.5v9M6.5 9l3.5 3.5L13.5 9m-10 4v3.5h13V13"],
  edit: ["m4 16 1-3.5L13.5 4 16 6.5 7.5 15z"],
  info: [`${ROUND}M10 9.5v4M10 6.8v.1`],
  laptop: ["M2.5 15.5h15", 4.5, 4.5, 11, 8],
  lock: ["M7 9V6.5a3 3 0 0 1 6 0V9", 4.5, 9, 11, 7.5],
  mail: ["m3 6.5 7 5 7-5", 2.5, 4.5, 15, 11],
  open: ["M11.5 3.5h5v5m0-5-7 7M8 5H3.5v11.5H15V12"],
  phone: ["M9 14.5h2", 5.5, 2.5, 9, 15],
  plus: ["M10 4.5v11M4.5 10h11"],
  print: ["M6 7V3.5h8V7m-8 7H3.5V7h13v7H14m-8-2.5h8v5H6z"],
  tablet: ["M9 14.5h2", 4, 2.5, 12, 15],
  trash: ["M4 5.5h12m-8 0v-2h4v2m-6.5 0 .7 11h7.6l.7-11"],
  warn: ["m10 3.5 7 12.5H3zm0 5V12m0 2v.1"],
};

/** A drawing beside words that say the same: hidden from readers. */
export function Icon({ name, tile }: { name: IconName; tile?: true | undefined }): ReactNode {
  const { c, unstyled } = useLooks();
  if (unstyled) return null;
  const [d, x, y, width, height] = DRAWINGS[name];
  const icon = (
    <svg className={c("icon")} viewBox="0 0 20 20" aria-hidden="true" data-name={name}>
      <path d={d} />
      {x && <rect x={x} y={y} width={width} height={height} rx="1.5" />}
    </svg>
  );
  return tile ? <span className={c("tile")}>{icon}</span> : icon;
}

/** What is known of a device is its name. */
export const deviceIcon = (name: string, other: IconName): IconName =>
  /ipad|tablet/i.test(name) ? "tablet" : /phone|android/i.test(name) ? "phone" : other;

const KEYHOLE = "M0-6a4 4 0 0 1 2 7.4L3 8h-6l1-6.6A4 4 0 0 1 0-6";

/** Nightlatch's mark: a brass lock face on night. A host puts its own in the slot `mark`. */
export function Mark({ children }: { children?: ReactNode }): ReactNode {
  const { c, slots, unstyled } = useLooks();
  if (slots?.mark !== undefined) return slots.mark;
  if (unstyled) return null;
  return (
    <span className={c("mark")}>
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

/** From the back to the front: the frame, the door with its panels, the gap, the bolt, the two plates with their screws, the lock. */
const LATCH: readonly (readonly [fill: string, line: string, stroke?: string, width?: number])[] = [
  ["#0e1430", "M-99-99h410v410H-99z"],
  ["#272c4c", "M-99-99h227v410H-99zM92-99V37q0 4-4 4H-99M-99 134H88q4 0 4 4v99", "#353c63"],
  ["#06070d", "M128-99h13v410h-13z"],
  ["#f0cf86", "M114 73h30v9h-30z"],
  ["#b58a36", "M114 82h30v21h-30z"],
  ["#e0b25a", "M58 56h56q8 0 8 8v48q0 8-8 8H58q-8 0-8-8V64q0-8 8-8"],
  ["#c99b42", "M141 62h19q6 0 6 6v40q0 6-6 6h-19z"],
  ["#8a641f", "M59 65h0m54 0h0m-54 46h0m54 0h0m41-41h0m0 36h0", "#8a641f", 4],
  ["#c99b42", "M104 88a18 18 0 1 1-36 0 18 18 0 0 1 36 0", "#a87c2c"],
];

/** A bolt that goes into its frame. */
export function Illustration(): ReactNode {
  const { c, slots, unstyled } = useLooks();
  if (slots?.illustration !== undefined) return slots.illustration;
  if (unstyled) return null;
  return (
    <svg className={c("lock")} viewBox="0 0 208 176" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      {LATCH.map(([fill, line, stroke, width]) => (
        <path key={line} fill={fill} d={line} stroke={stroke} strokeWidth={width} strokeLinecap="round" />
      ))}
      <path transform="translate(86 87) scale(1.2)" fill="#0e1430" d={KEYHOLE} />
    </svg>
  );
}
