import { useMfa, useText } from "../hooks/index.ts";

/** A day, with its year where it is another than this one. */
export function useDates(): { day(at: string, withYear?: boolean): string; lastUsed(at: string | null): string } {
  const t = useText();
  const { client, locale } = useMfa();
  const day = (at: string, withYear?: boolean): string => {
    const year = withYear || new Date(at).getFullYear() !== new Date(client.now()).getFullYear() ? ({ year: "numeric" } as const) : {};
    return new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", ...year }).format(new Date(at));
  };
  const lastUsed = (at: string | null): string => {
    if (at === null) return t("notUsed");
    return new Date(at).toDateString() === new Date(client.now()).toDateString()
      ? t("lastUsedToday", { time: new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(new Date(at)) })
      : t("lastUsed", { when: day(at) });
  };
  return { day, lastUsed };
}
