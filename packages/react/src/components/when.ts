import { useUi } from "./looks.ts";

/** Two sentences, the second of which may lack its end; where that is a full-width stop, no space stands between. */
export function inRow(first: string, second: string | null | undefined): string {
  if (!second) return first;
  const end = first.slice(-1);
  return `${first}${end === "。" ? "" : " "}${second.endsWith(end) ? second : second + end}`;
}

/** A day, with its year where it is another than this one. */
export function useDates(): { day(at: string, withYear?: boolean): string; lastUsed(at: string | null): string } {
  const { t, client, locale } = useUi();
  const now = new Date(client.now());
  const written = (at: string, options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(locale, options).format(new Date(at));
  const day = (at: string, withYear = new Date(at).getFullYear() !== now.getFullYear()): string =>
    written(at, { day: "numeric", month: "long", ...(withYear && { year: "numeric" }) });
  const lastUsed = (at: string | null): string => {
    if (at === null) return t("notUsed");
    return new Date(at).toDateString() === now.toDateString()
      ? t("lastUsedToday", { time: written(at, { timeStyle: "short" }) })
      : t("lastUsed", { when: day(at) });
  };
  return { day, lastUsed };
}
