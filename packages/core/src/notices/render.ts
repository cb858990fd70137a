import { clean, cleanName, escapeHtml } from "./clean.ts";
import { page } from "./html.ts";
import type { Meaning } from "./kind.ts";
import type { Chosen } from "./language.ts";
import type { NoticePlural, NoticeStrings } from "./strings.ts";

/** What a message is made of. */
export interface Content {
  meaning: Meaning;
  at: Date;
  issuer: string;
  name?: string | undefined;
  factorName?: string | undefined;
  timeZone?: string | undefined;
  securityPage?: string | undefined;
  support?: string | undefined;
}

type Values = Readonly<Record<string, string>>;

/** Puts the values in the place of their braces, in one pass: what a value holds is never a placeholder. */
const fill = (template: string, values: Values, show: (value: string) => string): string =>
  template.replace(/\{(\w+)\}/g, (whole, key: string) => (Object.hasOwn(values, key) ? show(values[key] as string) : whole));

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** A value in plain text. Where directions mix it is isolated (Unicode UAX #9), or it would pull its neighbours along. */
const inText =
  ({ direction }: NoticeStrings) =>
  (value: string): string =>
    direction === "rtl" || RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value;

const inHtml = (value: string): string => `<bdi>${escapeHtml(value)}</bdi>`;

function dateFormat(locale: string, timeZone: string | undefined): Intl.DateTimeFormat {
  const options = { dateStyle: "long", timeStyle: "long" } as const;
  try {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: timeZone || "UTC" });
  } catch {
    // A zone that this runtime doesn't know. The date names the zone that it is in.
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });
  }
}

const pluralOf = (forms: NoticePlural, count: number, locale: string): string =>
  count === 0 ? forms.zero : (forms[new Intl.PluralRules(locale).select(count)] ?? forms.other);

/** What is said of the event, each sentence or two with the number that it counts. */
function sentences(meaning: Meaning, { strings, locale }: Chosen): [template: string, count?: number][] {
  const said: [string, number?][] = [[meaning.lock?.isRecovery ? strings.lockedRecovery : strings.bodies[meaning.kind]]];
  if (meaning.isLast) said.push([strings.lastRemoved]);
  const counts = [
    [strings.codesLeft, meaning.codesLeft],
    [strings.wrongCodes, meaning.wrongCodes],
  ] as const;
  for (const [forms, count] of counts) if (count !== undefined) said.push([pluralOf(forms, count, locale), count]);
  return said;
}

const methodName = ({ methods }: NoticeStrings, method: string): string =>
  Object.hasOwn(methods, method) ? methods[method as keyof typeof methods] : clean(method);

/** What is known beside the event: a label, its value, and perhaps what the user calls it. */
function factsOf(
  { meaning, at, factorName, support }: Content,
  strings: NoticeStrings,
  dates: Intl.DateTimeFormat,
): [string, ...string[]][] {
  const facts: [string, ...string[]][] = [[strings.labels.time, dates.format(at)]];
  const named = cleanName(factorName);
  if (meaning.method) facts.push([strings.labels.method, methodName(strings, meaning.method), ...(named === undefined ? [] : [named])]);
  const contact = clean(support ?? "");
  if (contact !== "") facts.push([strings.labels.support, contact]);
  return facts;
}

const shown = ([value = "", named]: string[], show: (value: string) => string): string =>
  named === undefined ? show(value) : `${show(value)} (${show(named)})`;

/** Makes the subject line, the plain text and the HTML of a notice. */
export function render(content: Content, chosen: Chosen): { title: string; text: string; html: string } {
  const { meaning, securityPage, timeZone } = content;
  const { strings, locale } = chosen;
  const dates = dateFormat(locale, timeZone);
  const name = cleanName(content.name);
  const values: Values = {
    issuer: clean(content.issuer),
    ...(name === undefined ? {} : { name }),
    ...(meaning.lock ? { until: dates.format(meaning.lock.until) } : {}),
  };
  const counted = (count: number | undefined): Values =>
    count === undefined ? values : { ...values, count: new Intl.NumberFormat(locale).format(count) };
  const body = sentences(meaning, chosen);
  const facts = factsOf(content, strings, dates);
  const greeting = name === undefined ? strings.greetingWithoutName : strings.greeting;
  const advice = strings.advice[meaning.advice];

  const text = (template: string, count?: number): string => fill(template, counted(count), inText(strings));
  const html = (template: string, count?: number): string => fill(escapeHtml(template), counted(count), inHtml);
  const title = text(strings.titles[meaning.kind]);
  const paragraphs = [
    text(greeting),
    body.map((said) => text(...said)).join("\n"),
    facts.map(([label, ...values]) => label + strings.colon + shown(values, inText(strings))).join("\n"),
    advice,
    ...(securityPage === undefined ? [] : [`${strings.securityPage}${strings.colon.trimEnd()}\n${securityPage}`]),
    `-- \n${text(strings.footer)}`,
  ];
  return {
    title,
    text: `${paragraphs.join("\n\n")}\n`,
    html: page({
      language: strings.language,
      direction: strings.direction,
      title: escapeHtml(title),
      heading: html(strings.titles[meaning.kind]),
      greeting: html(greeting),
      body: body.map((said) => html(...said)),
      facts: facts.map(([label, ...values]) => [escapeHtml(label), shown(values, inHtml)]),
      advice: escapeHtml(advice),
      ...(securityPage === undefined ? {} : { link: { href: escapeHtml(securityPage), label: escapeHtml(strings.securityPage) } }),
      footer: html(strings.footer),
    }),
  };
}
