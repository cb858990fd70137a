import type { MfaEvent } from "../audit/events.ts";
import { ConfigError } from "../errors.ts";
import { safeUrl } from "../internal/safe-url.ts";
import { meaningOf } from "./kind.ts";
import { languageChoice, noticeKinds } from "./language.ts";
import { render } from "./render.ts";
import type { NoticeKind, NoticeStrings } from "./strings.ts";

/** Whom an event happened to. */
export interface NoticeSubject {
  id: string;
  tenant?: string;
}

/** What the host knows of whoever is told. Give it an address too: `send` gets all of it back. */
export interface NoticeRecipient {
  /** A BCP 47 tag, such as `de-AT`. @defaultValue the option `language` */
  language?: string | undefined;
  /** An IANA time zone, such as `Europe/Vienna`. @defaultValue "UTC" */
  timeZone?: string | undefined;
  /** What the greeting calls them. One that reads like a link or an address is left out. */
  name?: string | undefined;
  /** What they call the authenticator that the event is of, if the message is to say so. Left out where it reads like a link. */
  factorName?: string | undefined;
}

/** A message to a subject. It holds no secret, since no event does. */
export interface Notice<R = unknown> {
  /** The event's id: the same when the event is told again, so that a message that went out needn't twice. */
  id: string;
  kind: NoticeKind;
  subject: NoticeSubject;
  recipient: NoticeRecipient & R;
  /** The tag of the language that it is in. */
  language: string;
  direction: "ltr" | "rtl";
  /** The subject line; one line. */
  title: string;
  text: string;
  /** A whole document that loads nothing. */
  html: string;
  event: MfaEvent;
}

/** How subjects are told. */
export interface NoticeOptions<R = unknown> {
  /** Who sends, as messages name it. */
  issuer: string | ((subject: NoticeSubject) => string);
  /** Looks up whoever the event happened to. `undefined` for somebody who is not to be told, or is gone. */
  recipient(subject: NoticeSubject, event: MfaEvent): (NoticeRecipient & R) | undefined | Promise<(NoticeRecipient & R) | undefined>;
  /** Sends the message. When it rejects, so does the sink. */
  send(notice: Notice<R>): void | Promise<void>;
  /** What is told. @defaultValue all kinds but `factor_imported`: one moves many, and nobody expects mail */
  kinds?: readonly NoticeKind[];
  /** So many recovery codes are few. @defaultValue 3 */
  lowRecoveryCodes?: number;
  /** The page where people see and change their factors. Without it messages hold no link at all. */
  securityPage?: string;
  /** How support is reached, as messages say it. */
  support?: string;
  /** The language of those whose own there are no strings of. @defaultValue "en" */
  language?: string;
  /** Languages of your own, or others in place of ours, each whole. */
  strings?: Readonly<Record<string, NoticeStrings>>;
}

function checkedPage(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const parsed = safeUrl(url, false);
  if (parsed) return parsed.href;
  throw new ConfigError("notices: securityPage is an https: URL without a password, since people are asked to follow it.");
}

function check<R>({ issuer, recipient, send, kinds, lowRecoveryCodes }: NoticeOptions<R>): void {
  for (const [name, value] of Object.entries({ recipient, send })) {
    if (typeof value !== "function") throw new ConfigError(`notices: ${name} is a function; without it nobody is told of anything.`);
  }
  if (typeof issuer !== "function" && (typeof issuer !== "string" || issuer.trim() === "")) {
    throw new ConfigError("notices: issuer is the name that messages are sent under, or a function that gives it.");
  }
  const unknown = kinds?.find((kind) => !noticeKinds.includes(kind));
  if (unknown !== undefined) throw new ConfigError(`notices: there is no kind "${unknown}". There are: ${noticeKinds.join(", ")}.`);
  if (lowRecoveryCodes !== undefined && !(Number.isSafeInteger(lowRecoveryCodes) && lowRecoveryCodes >= 0)) {
    throw new ConfigError(`notices: lowRecoveryCodes is a whole number; got ${lowRecoveryCodes}.`);
  }
}

/**
 * Turns events into messages to the subjects that they happened to (SP 800-63B §4.6): an authenticator bound,
 * replaced or removed, recovery, a lock, a replay, guessing, an admin's act. Each comes as a subject line,
 * plain text and HTML, in the recipient's language and time zone. Events that are not a subject's business,
 * or of kinds that are not asked for, send nothing.
 *
 * Give what it returns to whatever follows the log, which tells each event until it was taken: at least once.
 * `createMfa({ onEvent })` takes it too, but forgets an event whose message could not be sent. The sink
 * rejects with whatever `recipient` or `send` rejects with.
 *
 * @throws ConfigError when an option makes no sense
 *
 * @example
 * ```ts
 * import { createMfa, keyring } from "@nightlatch/core";
 * import { notices } from "@nightlatch/core/notices";
 * import { memoryStore } from "@nightlatch/core/stores/memory";
 *
 * const tell = notices({
 *   issuer: "Example",
 *   recipient: ({ id }) => ({ email: `${id}@example.com`, language: "de-AT", timeZone: "Europe/Vienna" }),
 *   send: ({ id, recipient, title, text }) => console.log(id, recipient.email, title, text),
 * });
 * createMfa({ issuer: "Example", keys: keyring(process.env.NIGHTLATCH_KEYS), store: memoryStore(), onEvent: tell });
 * ```
 */
export function notices<R>(options: NoticeOptions<R>): (event: MfaEvent) => Promise<void> {
  check(options);
  const { issuer, recipient: lookUp, send, support, strings = {}, language = "en", lowRecoveryCodes = 3 } = options;
  const kinds = new Set(options.kinds ?? noticeKinds.filter((kind) => kind !== "factor_imported"));
  const securityPage = checkedPage(options.securityPage);
  const choose = languageChoice(strings, language);

  return async (event) => {
    const meaning = meaningOf(event, lowRecoveryCodes);
    if (!meaning || !kinds.has(meaning.kind) || !event.subject) return;
    const subject = { id: event.subject, ...(event.tenant ? { tenant: event.tenant } : {}) };
    const recipient = await lookUp(subject, event);
    if (!recipient) return;
    const { name, factorName, timeZone } = recipient;
    const chosen = choose(recipient.language);
    const from = typeof issuer === "function" ? issuer(subject) : issuer;
    const content = { meaning, at: event.at, issuer: from, name, factorName, timeZone, securityPage, support };
    await send({
      id: event.id,
      kind: meaning.kind,
      subject,
      recipient,
      language: chosen.strings.language,
      direction: chosen.strings.direction,
      ...render(content, chosen),
      event,
    });
  };
}
