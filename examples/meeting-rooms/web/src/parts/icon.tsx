import type { ReactNode } from "react";

/** 20 px, 1.5 stroke. */
const PATHS = {
  alert: "M10 7.5v3.5m0 2.6v.1M8.9 3.6 2.6 14.5a1.3 1.3 0 0 0 1.1 2h12.6a1.3 1.3 0 0 0 1.1-2L11.1 3.6a1.3 1.3 0 0 0-2.2 0Z",
  board: "M3 4h14v9H3zM7 17l3-4 3 4M6.5 10l2.5-2.5 2 1.5 2.5-2.5",
  calendar:
    "M4.5 4.5h11A1.5 1.5 0 0 1 17 6v9.5a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 15.5V6a1.5 1.5 0 0 1 1.5-1.5ZM3 8.5h14M7 2.8v3M13 2.8v3",
  check: "m4.5 10.5 3.5 3.5 7.5-8",
  "chevron-down": "m6 8 4 4 4-4",
  "chevron-left": "m12 5-5 5 5 5",
  "chevron-right": "m8 5 5 5-5 5",
  clock: "M10 6v4l2.5 2M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0Z",
  close: "m5.5 5.5 9 9m0-9-9 9",
  dots: "M4.5 10h.1M10 10h.1M15.5 10h.1",
  download: "M10 3v9.5m0 0 4-4m-4 4-4-4M3.5 16.5h13",
  eye: "M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10Zm10.2 0a2.2 2.2 0 1 1-4.4 0 2.2 2.2 0 0 1 4.4 0Z",
  key: "M11.5 8.5 17 3m-2.5 2.5 2 2M12 12.5a4 4 0 1 1-8 0 4 4 0 0 1 8 0Z",
  lock: "M5.5 9h9A1.5 1.5 0 0 1 16 10.5v5a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 4 15.5v-5A1.5 1.5 0 0 1 5.5 9ZM7 9V6.5a3 3 0 0 1 6 0V9",
  mail: "M4 4.5h12A1.5 1.5 0 0 1 17.5 6v8a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 14V6A1.5 1.5 0 0 1 4 4.5Zm-1 2 7 5 7-5",
  offline: "M3 3l14 14M10 15.5h.1M4.5 9.5a8 8 0 0 1 3-1.8m4.8-.1a8 8 0 0 1 3.2 1.9M7.2 12.3a4.2 4.2 0 0 1 5.6 0",
  off: "M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0ZM5.2 14.8l9.6-9.6",
  pin: "M10 17s5.5-4.5 5.5-8.5a5.5 5.5 0 0 0-11 0C4.5 12.5 10 17 10 17Zm2-8.5a2 2 0 1 1-4 0 2 2 0 0 1 4 0Z",
  people:
    "M13.5 16.5v-1.2a3 3 0 0 0-3-3h-4a3 3 0 0 0-3 3v1.2M11 6.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0ZM17 16.5v-1.2a3 3 0 0 0-2.2-2.9M13 4.1a2.5 2.5 0 0 1 0 4.8",
  person: "M16 17v-1.5a3.5 3.5 0 0 0-3.5-3.5h-5A3.5 3.5 0 0 0 4 15.5V17M13 6a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z",
  plus: "M10 4v12M4 10h12",
  screen: "M3.5 4h13v9h-13zM7 16.5h6M10 13v3.5",
  search: "M13.5 13.5 17 17M15 9A6 6 0 1 1 3 9a6 6 0 0 1 12 0Z",
  shield: "M10 2.5 4 4.8v4.7c0 3.7 2.5 6.3 6 8 3.5-1.7 6-4.3 6-8V4.8L10 2.5Zm-2.7 7.3 2 2 3.5-3.7",
  video: "M3.5 5.5h8A1.5 1.5 0 0 1 13 7v6a1.5 1.5 0 0 1-1.5 1.5h-8A1.5 1.5 0 0 1 2 13V7a1.5 1.5 0 0 1 1.5-1.5ZM13 9l5-2.5v7L13 11",
} as const;

export type IconName = keyof typeof PATHS;

/** A drawn sign; words beside it say what it means. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

const STAR = "M10 2.2l2.35 4.9 5.4.7-3.95 3.75.98 5.35L10 14.3l-4.78 2.6.98-5.35L2.25 7.8l5.4-.7Z";

/** A star, filled by a share from 0 to 1. */
export function Star({ fill = 1, size = 16 }: { fill?: number; size?: number }): ReactNode {
  const part = Math.round(Math.min(1, Math.max(0, fill)) * 20);
  return (
    <svg className="star" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true">
      <path className="star-line" d={STAR} />
      {part > 0 && <path className="star-fill" d={STAR} {...(part < 20 && { clipPath: `inset(0 ${20 - part}px 0 0)` })} />}
    </svg>
  );
}

/** A rating in stars, told in words to readers. */
export function Stars({ rating, size = 16 }: { rating: number; size?: number }): ReactNode {
  return (
    <span className="stars" role="img" aria-label={`${Number(rating.toFixed(1))} of 5 stars`}>
      {[0, 1, 2, 3, 4].map((full) => (
        <Star key={full} size={size} fill={rating - full} />
      ))}
    </span>
  );
}

/** The mark of Meeting Rooms: a door at night, with a brass latch. */
export function Mark({ size = 28 }: { size?: number }): ReactNode {
  return (
    <svg className="brand-mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M11 24V9.5A1.5 1.5 0 0 1 12.5 8h7A1.5 1.5 0 0 1 21 9.5V24M8 24h16" />
      <rect className="brand-latch" x="16.8" y="15" width="2.2" height="3.6" rx="1" />
    </svg>
  );
}
