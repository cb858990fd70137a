import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError, type MfaEvent, type MfaEventOf, type MfaEventType } from "../src/index.ts";
import {
  type Notice,
  type NoticeKind,
  type NoticeOptions,
  type NoticeRecipient,
  noticeKinds,
  noticeStrings,
  notices,
} from "../src/notices/index.ts";

const AT = new Date("2027-01-01T12:00:15Z");

function event<T extends MfaEventType>(type: T, fields: Omit<MfaEventOf<T>, "id" | "type" | "at">): MfaEvent {
  return { id: "3f6b", type, at: AT, subject: "ada", ...fields } as MfaEvent;
}

/** One event for each kind of notice. */
const EVENTS: Record<NoticeKind, MfaEvent> = {
  factor_enabled: event("factor_enabled", { method: "totp", factorId: "f" }),
  factor_replaced: event("factor_enabled", { method: "totp", factorId: "f", replaces: "e" }),
  factor_imported: event("factor_imported", { method: "hotp", factorId: "f", short: false }),
  factor_removed: event("factor_removed", { method: "totp", factorId: "f", proof: "code", last: false }),
  mfa_disabled: event("mfa_disabled", { proof: "grant" }),
  recovery_codes_replaced: event("recovery_codes_replaced", { count: 10, proof: "code" }),
  recovery_code_used: event("recovery_code_used", { left: 4 }),
  recovery_codes_low: event("recovery_code_used", { left: 3 }),
  code_replayed: event("code_replayed", { method: "totp", factorId: "f" }),
  locked: event("locked", { lane: "authenticator", until: AT.getTime() + 900_000 }),
  guessing_noticed: event("guessing_noticed", { lane: "authenticator", tally: 10 }),
  device_trusted: event("device_trusted", { deviceId: "d" }),
  unlocked: event("unlocked", { actor: "admin-7", reason: "asked by phone" }),
  mfa_reset: event("mfa_reset", { actor: "admin-7", reason: "asked by phone" }),
  mfa_switched_off: event("mfa_switched_off", { actor: "admin-7", reason: "asked by phone" }),
  mfa_switched_on: event("mfa_switched_on", { actor: "admin-7", reason: "asked by phone" }),
};

/** What is sent of an event. */
async function sent(told: MfaEvent, recipient: NoticeRecipient = {}, options: Partial<NoticeOptions> = {}): Promise<Notice[]> {
  const messages: Notice[] = [];
  const tell = notices({
    issuer: "Harbour",
    recipient: () => recipient,
    send: (notice) => void messages.push(notice),
    kinds: noticeKinds,
    ...options,
  });
  await tell(told);
  return messages;
}

async function one(told: MfaEvent, recipient?: NoticeRecipient, options?: Partial<NoticeOptions>): Promise<Notice> {
  const [notice, ...more] = await sent(told, recipient, options);
  if (!notice || more.length > 0) throw new Error(`${more.length + (notice ? 1 : 0)} notices were sent, not one.`);
  return notice;
}

const LANGUAGES = Object.keys(noticeStrings) as (keyof typeof noticeStrings)[];

/** Every text with its path, the forms of plurals apart. */
function texts(strings: unknown, path: string[] = []): [string, string][] {
  if (typeof strings === "string") return [[path.join("."), strings]];
  return Object.entries(strings as object).flatMap(([key, value]) => texts(value, [...path, key]));
}
const isPluralForm = (path: string): boolean => /^(codesLeft|wrongCodes)\./.test(path);
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name).sort();

describe("what each language says", () => {
  const english = texts(noticeStrings.en).filter(([path]) => !isPluralForm(path));

  it.each(LANGUAGES)("%s has every text, with the same placeholders as in English", (language) => {
    const found = new Map(texts(noticeStrings[language]).filter(([path]) => !isPluralForm(path)));
    expect([...found.keys()].sort()).toEqual(english.map(([path]) => path).sort());
    for (const [path, text] of english) expect([path, placeholders(found.get(path) ?? "")]).toEqual([path, placeholders(text)]);
    for (const [path, text] of found) expect([path, text.trim() !== ""]).toEqual([path, true]);
  });

  it.each(LANGUAGES)("%s has every plural form that a count up to 1,000 takes", (language) => {
    const { codesLeft, wrongCodes, language: tag } = noticeStrings[language];
    const rules = new Intl.PluralRules(tag);
    const taken = new Set(Array.from({ length: 1000 }, (_, index) => rules.select(index + 1)));
    for (const forms of [codesLeft, wrongCodes]) {
      expect(
        Object.keys(forms)
          .filter((form) => form !== "zero")
          .sort(),
      ).toEqual([...taken].sort());
      for (const [form, text] of Object.entries(forms)) {
        // What is one or two may be said in words; where a form is of many counts, the number stands in it.
        const needsNumber = form === "few" || form === "many" || form === "other";
        expect(placeholders(text)).toEqual(needsNumber || text.includes("{") ? ["count"] : []);
      }
    }
  });

  it.each(LANGUAGES)("%s makes every kind of message, and leaves no placeholder", async (language) => {
    for (const kind of noticeKinds) {
      const notice = await one(
        EVENTS[kind],
        { language, name: "Ada" },
        { support: "+44 20 7946 0000", securityPage: "https://example.com/mfa" },
      );
      expect(notice).toMatchObject({ kind, language: noticeStrings[language].language, direction: noticeStrings[language].direction });
      for (const part of [notice.title, notice.text, notice.html]) {
        expect(part).toContain("Harbour");
        expect(part).not.toMatch(/\{\w+\}|undefined|NaN|\[object/);
      }
      expect(notice.title).not.toContain("\n");
      expect(notice.html).toContain(`<html lang="${notice.language}" dir="${notice.direction}">`);
    }
  });

  it("Arabic counts in its six forms", async () => {
    const said = async (left: number): Promise<string> =>
      (await one(event("recovery_code_used", { left }), { language: "ar-u-nu-latn" }, { lowRecoveryCodes: 0 })).text;
    const forms = noticeStrings.ar.codesLeft;
    expect(await said(0)).toContain(forms.zero);
    expect(await said(1)).toContain(forms.one);
    expect(await said(2)).toContain(forms.two);
    expect(await said(5)).toContain(forms.few?.replace("{count}", "\u20685\u2069"));
    expect(await said(11)).toContain(forms.many?.replace("{count}", "\u206811\u2069"));
    expect(await said(100)).toContain(forms.other.replace("{count}", "\u2068100\u2069"));
  });
});

describe("what is told, and to whom", () => {
  it("each event of these types, and no other, is a message that bears the event's id", async () => {
    for (const kind of noticeKinds) {
      expect(await one(EVENTS[kind])).toMatchObject({ id: "3f6b", kind, subject: { id: "ada" }, event: EVENTS[kind] });
    }
    const silent: MfaEvent[] = [
      event("verified", { method: "totp" }),
      event("verification_failed", { lane: "authenticator", attemptsLeft: 4 }),
      event("refused", { lane: "authenticator", until: 0 }),
      event("factor_pending", { method: "totp", factorId: "f" }),
      event("recovery_codes_issued", { count: 10 }),
      event("device_used", { deviceId: "d" }),
      event("revoked", {}),
      { ...event("revoked", {}), type: "constructor" as never },
    ];
    for (const told of silent) expect(await sent(told)).toEqual([]);
  });

  it("nobody is told of what is no subject's, of a kind that was not asked for, or who is not to be told", async () => {
    const { subject: _, ...everybodys } = EVENTS.mfa_switched_off;
    expect(await sent(everybodys as MfaEvent)).toEqual([]);
    expect(await sent({ ...EVENTS.mfa_switched_off, subject: "" })).toEqual([]);
    expect(await sent(EVENTS.locked, {}, { kinds: ["unlocked"] })).toEqual([]);
    expect(await sent(EVENTS.locked, {}, { recipient: () => undefined })).toEqual([]);
    const byDefault: NoticeKind[] = [];
    const tell = notices({ issuer: "Harbour", recipient: () => ({}), send: ({ kind }) => void byDefault.push(kind) });
    for (const kind of noticeKinds) await tell(EVENTS[kind]);
    expect(byDefault).toEqual(noticeKinds.filter((kind) => kind !== "factor_imported"));
  });

  it("the recipient is looked up by subject and tenant, and comes back whole to whoever sends", async () => {
    const asked: unknown[] = [];
    const tell = notices({
      issuer: ({ tenant }) => `Harbour ${tenant}`,
      recipient: async (...args) => {
        asked.push(args);
        return { email: "ada@example.com" };
      },
      send: ({ recipient, title, subject }) => void asked.push([recipient.email, title, subject]),
    });
    const told = { ...EVENTS.unlocked, tenant: "east" };
    await tell(told);
    const subject = { id: "ada", tenant: "east" };
    expect(asked).toEqual([
      [subject, told],
      ["ada@example.com", "Your Harbour east account was unlocked", subject],
    ]);
  });

  it("a failure to look up or to send is the sink's own, so that the event is told again", async () => {
    const fails = async (): Promise<never> => {
      throw new Error("554");
    };
    await expect(sent(EVENTS.locked, {}, { send: fails })).rejects.toThrow("554");
    await expect(sent(EVENTS.locked, {}, { recipient: fails })).rejects.toThrow("554");
  });

  it("a row of the log that somebody edited tells nobody anything, and stops nobody", async () => {
    for (const spoilt of [{ until: undefined }, { until: "soon" }, { until: 1e300 }, { at: new Date(Number.NaN) }]) {
      expect(await sent({ ...EVENTS.locked, ...spoilt } as MfaEvent)).toEqual([]);
    }
    for (const left of [undefined, "1", Number.NaN, 1.5, -1]) {
      expect(await sent({ ...EVENTS.recovery_code_used, left } as MfaEvent)).toEqual([]);
    }
    for (const method of [undefined, 7, null, {}]) expect(await sent({ ...EVENTS.factor_enabled, method } as never)).toEqual([]);
  });
});

describe("what a message says", () => {
  it("a lock: until when, in the recipient's language and time zone, and what still works", async () => {
    const { text } = await one(EVENTS.locked, { language: "en-GB", timeZone: "Europe/Vienna" });
    expect(text).toContain("Until 1 January 2027 at 13:15:15 CET no authenticator code is accepted.");
    expect(text).toContain("Time: 1 January 2027 at 13:00:15 CET");
    const german = await one(EVENTS.locked, { language: "de_AT", timeZone: "Asia/Tokyo" });
    expect(german.text).toContain("Bis 1. Jänner 2027 um 21:15:15");
    const recovery = await one({ ...EVENTS.locked, lane: "recovery" } as MfaEvent);
    expect(recovery.text).toContain("no recovery code is accepted. Your authenticator still works.");
    expect((await one(EVENTS.locked, { timeZone: "Mars/Olympus" })).text).toContain("12:15:15 PM UTC");
  });

  it("how many recovery codes are left, and that few are few", async () => {
    const left = async (count: number, options = {}) => await one(event("recovery_code_used", { left: count }), {}, options);
    expect(await left(4)).toMatchObject({ kind: "recovery_code_used", text: expect.stringContaining("\n4 recovery codes are left.") });
    expect(await left(1)).toMatchObject({ kind: "recovery_codes_low", text: expect.stringContaining("\n1 recovery code is left.") });
    expect(await left(0)).toMatchObject({ kind: "recovery_codes_low", text: expect.stringContaining("\nNo recovery code is left.") });
    expect(await left(1, { lowRecoveryCodes: 0 })).toMatchObject({ kind: "recovery_code_used" });
  });

  it("which authenticator it was, and that none is left", async () => {
    const { text, html } = await one({ ...EVENTS.factor_removed, last: true } as MfaEvent, { factorName: "Old phone" });
    expect(text).toContain("Method: Authenticator app (Old phone)");
    expect(text).toContain("It was the last one, so two-step verification is now off.");
    expect(html).toContain("<bdi>Authenticator app</bdi> (<bdi>Old phone</bdi>)");
    expect((await one(EVENTS.factor_removed)).text).not.toContain("the last one");
    expect((await one({ ...EVENTS.factor_enabled, method: "device_key" } as MfaEvent)).text).toContain("Method: device_key\n");
  });

  it("of an admin's act neither who it was nor why", async () => {
    for (const kind of ["unlocked", "mfa_reset", "mfa_switched_off", "mfa_switched_on"] as const) {
      const { title, text, html } = await one(EVENTS[kind]);
      expect([title, text, html].join()).not.toMatch(/admin-7|asked by phone/);
    }
  });

  it("no link and no address, unless the host gives its page", async () => {
    for (const kind of noticeKinds) {
      const { text, html } = await one(EVENTS[kind]);
      expect(text + html).not.toMatch(/https?:|href|src=|url\(|@import/);
    }
    const { text, html } = await one(EVENTS.locked, {}, { securityPage: 'https://example.com/mfa?a=1&b="2"' });
    expect(html.match(/href="[^"]*"/g)).toEqual(['href="https://example.com/mfa?a=1&amp;b=%222%22"']);
    expect(text).toContain("Check your security settings:\nhttps://example.com/mfa?a=1&b=%222%22\n");
  });

  it("a language by its script and region, else the host's, else English", async () => {
    const language = async (wanted: unknown, options = {}) => (await one(EVENTS.locked, { language: wanted as string }, options)).language;
    for (const [wanted, found] of [
      ["pt-PT", "pt"],
      ["zh", "zh-Hans"],
      ["zh-SG", "zh-Hans"],
      ["zh-TW", "en"],
      ["zh-Hant-HK", "en"],
      ["fr_CA", "fr"],
      ["AR", "ar"],
      ["tlh", "en"],
      ["", "en"],
      ["not a tag", "en"],
      [undefined, "en"],
      [["de"], "en"],
    ] as const) {
      expect([wanted, await language(wanted)]).toEqual([wanted, found]);
    }
    expect(await language("tlh", { language: "ja" })).toBe("ja");
    const dutch = { ...noticeStrings.en, language: "nl" };
    const british = { ...noticeStrings.en, language: "en-GB", greetingWithoutName: "Good day," };
    const options = { strings: { nl: dutch, british } };
    expect(await language("nl-BE", options)).toBe("nl");
    expect((await one(EVENTS.locked, { language: "en-GB" }, options)).text).toMatch(/^Good day,/);
    expect((await one(EVENTS.locked, { language: "en-IE" }, options)).text).toMatch(/^Hello,/);
    expect((await one(EVENTS.locked, {}, { strings: { en: { ...noticeStrings.en, greetingWithoutName: "Hi!" } } })).text).toMatch(/^Hi!/);
  });
});

describe("what hosts and users wrote", () => {
  const wild = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 120 }),
    fc.string({ unit: "binary", maxLength: 120 }),
    fc.constantFrom(
      '"><script>alert(1)</script>',
      "</title><img src=x>",
      "{until}",
      "{count}{name}",
      "a\r\nBcc: all@example.com",
      "\u202eevil",
      "&lt;b&gt;",
      "$&$1",
    ),
  );

  it("never breaks out of the HTML, whatever it is", async () => {
    const bones = (html: string): string => html.replace(/>[^<]*/g, ">");
    const plain = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(wild, wild, wild, wild, fc.constantFrom(...LANGUAGES), async (issuer, name, factorName, support, language) => {
        const render = async (from: string, by: string, factor: string, help: string): Promise<string> =>
          (await one(EVENTS.factor_removed, { language, name: by, factorName: factor }, { issuer: () => from, support: help })).html;
        const html = await render(issuer, name, factorName, support);
        // The very tags, attributes included, that harmless names give; each of the optional parts may be left out.
        const tags = bones(html);
        const expected: string[] = [];
        for (const by of ["A", ""]) {
          for (const factor of ["B", ""]) {
            for (const help of ["C", ""]) {
              const key = [language, by, factor, help].join();
              if (!plain.has(key)) plain.set(key, bones(await render("Z", by, factor, help)));
              expected.push(plain.get(key) as string);
            }
          }
        }
        expect(expected).toContain(tags);
        expect(html).not.toMatch(/<script|<img/i);
      }),
      { numRuns: 150 },
    );
  });

  it("has its quotes escaped too, which would end an attribute", async () => {
    const { html } = await one(EVENTS.unlocked, {}, { issuer: () => `"A' & <B>` });
    expect(html).toContain("<bdi>&quot;A&#39; &amp; &lt;B&gt;</bdi>");
  });

  it("stays on its line, and turns no other text around", async () => {
    await fc.assert(
      fc.asyncProperty(wild, wild, async (issuer, name) => {
        const { title, text } = await one(EVENTS.locked, { language: "ar", name }, { issuer: () => issuer });
        expect(title).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e]/u);
        expect(title.replace(/[^\u2066-\u2069]/g, "")).toBe("\u2068\u2069");
        expect(text.split("\n").length).toBe(11);
        expect(text.replace(/[^\u2066-\u2069]/g, "")).toMatch(/^(\u2068\u2069)+$/);
      }),
      { numRuns: 150 },
    );
    const spoofed = await one(EVENTS.unlocked, {}, { issuer: () => "Harbour\r\nBcc: all@example.com" });
    expect(spoofed.title).toBe("Your Harbour Bcc: all@example.com account was unlocked");
    expect((await one(EVENTS.unlocked, { name: "{issuer}" })).text).toMatch(/^Hello \{issuer\},/);
  });

  it("is cut, and a name that would become a link is left out", async () => {
    const greeting = async (name: unknown): Promise<string | undefined> =>
      (await one(EVENTS.locked, { name: name as string })).text.split("\n")[0];
    expect(await greeting("J. R. R. Tolkien")).toBe("Hello J. R. R. Tolkien,");
    expect(await greeting("𝔸".repeat(100))).toBe(`Hello ${"𝔸".repeat(64)},`);
    expect(await greeting("שרה")).toBe("Hello \u2068שרה\u2069,");
    for (const name of ["Win at http://evil.example", "evil.com", "www.evil", "ada@example.com", "evil。com", "a\\b", "  ", "", 7, null]) {
      expect(await greeting(name)).toBe("Hello,");
    }
  });
});

describe("options that make no sense stop the start", () => {
  const start = (options: object) => () => notices({ issuer: "Harbour", recipient: () => ({}), send: () => undefined, ...options });

  it.each([
    [{ issuer: " " }, "issuer"],
    [{ issuer: undefined }, "issuer"],
    [{ send: undefined }, "send"],
    [{ recipient: "ada" }, "recipient"],
    [{ kinds: ["lokced"] }, "lokced"],
    [{ lowRecoveryCodes: -1 }, "lowRecoveryCodes"],
    [{ lowRecoveryCodes: "3" }, "lowRecoveryCodes"],
    [{ securityPage: "javascript:alert(1)" }, "securityPage"],
    [{ securityPage: "http://example.com" }, "securityPage"],
    [{ securityPage: "https://user:word@example.com" }, "securityPage"],
    [{ securityPage: "https://:word@example.com" }, "securityPage"],
    [{ securityPage: "/mfa" }, "securityPage"],
    [{ language: "nl" }, "nl"],
    [{ strings: { nl: { ...noticeStrings.en, titles: {}, language: "nl" } } }, "titles.locked"],
    [{ strings: { nl: { ...noticeStrings.en, language: "?" } } }, "BCP 47"],
    [{ strings: { nl: { ...noticeStrings.en, direction: "up" } } }, "direction"],
  ])("%o", (options, names) => {
    expect(start(options)).toThrow(ConfigError);
    expect(start(options)).toThrow(names);
  });

  it("a page on the developer's own machine may do without TLS", () => {
    for (const securityPage of ["http://localhost:3000/mfa", "http://127.0.0.1/", "http://[::1]:3000/", "https://example.com"]) {
      expect(start({ securityPage })).not.toThrow();
    }
  });
});
