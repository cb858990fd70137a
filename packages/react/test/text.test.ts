import fc from "fast-check";
import { expect, test } from "vitest";
import { deviceName } from "../src/client/device-name.ts";
import {
  clockTime,
  createText,
  digitsOf,
  en,
  groupRecoveryCode,
  isWholeRecoveryCode,
  keyGroups,
  keyUriFacts,
  periodLeft,
  type Strings,
  textParts,
} from "../src/index.ts";
import { ar } from "../src/strings/ar.ts";
import { de } from "../src/strings/de.ts";
import { es } from "../src/strings/es.ts";
import { fr } from "../src/strings/fr.ts";
import { ja } from "../src/strings/ja.ts";
import { pt } from "../src/strings/pt.ts";
import { zh } from "../src/strings/zh.ts";

const LANGUAGES: Record<string, Strings> = { en, de, fr, es, pt, ja, zh, ar };

const six = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 6, maxLength: 6 }).map((digits) => digits.join(""));
/** Words, spaces and marks, as stand around a code in a message. */
const noise = fc.string({ unit: fc.constantFrom(..."Your code is: .-–()\n\u00a0\u200b…") });
/** The ways that digits are written. */
const script = fc.constantFrom(0x30, 0x660, 0x6f0, 0xff10);

test.each([
  ["492 815", "492815"],
  ["Code: 492-815", "492815"],
  ["٤٩٢٨١٥", "492815"],
  ["۴۹۲۸۱۵", "492815"],
  ["４９２８１５", "492815"],
  ["Your code is 492-815. It works for 10 minutes.", "492815"],
  ["Sent 21.11.: 492815", "492815"],
  ["4928157", "492815"],
  ["49", "49"],
  ["nothing", ""],
])("%j holds the code %j", (text, code) => {
  expect(digitsOf(text)).toBe(code);
});

test("a code is found in whatever stands around it, in whatever digits it is written", () => {
  fc.assert(
    fc.property(noise, six, noise, script, (before, code, after, zero) => {
      const written = [...code].map((digit) => String.fromCodePoint(zero + Number(digit))).join("");
      expect(digitsOf(before + written + after)).toBe(code);
    }),
  );
});

test("of any text it is digits, never too many, and cleaning them again changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 6, max: 8 }), (text, length) => {
      const digits = digitsOf(text, length);
      expect(digits).toMatch(new RegExp(`^[0-9]{0,${length}}$`));
      expect(digitsOf(digits, length)).toBe(digits);
    }),
  );
});

const symbols = fc.array(fc.constantFrom(..."0123456789ABCDEFGHJKMNPQRSTVWXYZ"), { minLength: 16, maxLength: 16 });

test("a recovery code reads the same however it was written down", () => {
  const written = fc.tuple(symbols, fc.constantFrom("-", " ", "", " - "), fc.boolean(), fc.boolean());
  fc.assert(
    fc.property(written, ([code, between, isLower, isMistaken]) => {
      const groups = [0, 4, 8, 12].map((start) => code.slice(start, start + 4).join(""));
      const mistaken = isMistaken ? groups.map((group) => group.replace(/0/g, "O").replace(/1/g, "l")) : groups;
      const text = mistaken.join(between);
      const grouped = groupRecoveryCode(isLower ? text.toLowerCase() : text);
      expect(grouped).toBe(groups.join("-"));
      expect(isWholeRecoveryCode(grouped)).toBe(true);
      expect(groupRecoveryCode(grouped)).toBe(grouped);
    }),
  );
});

test("a recovery code is found in a list, and a half of one is none", () => {
  expect(groupRecoveryCode("Recovery codes:\n1. 7K3M-Q9TX-2RWB-H5NC\n2. M9BT-6WES-ZJ3A-4RYF")).toBe("7K3M-Q9TX-2RWB-H5NC");
  expect(groupRecoveryCode("7k3mq")).toBe("7K3M-Q");
  expect(isWholeRecoveryCode("7K3M-Q")).toBe(false);
});

test("a key comes in groups of four, and nothing of it is lost", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), { minLength: 1, maxLength: 64 }), (letters) => {
      const groups = keyGroups(letters.join(""));
      expect(groups.join("")).toBe(letters.join(""));
      for (const group of groups.slice(0, -1)) expect(group).toHaveLength(4);
    }),
  );
});

test("the period counts down to the next multiple of itself, by the clock", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1, max: 300 }), (now, period) => {
      const left = periodLeft(now, period);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(period);
      expect((Math.floor(now / 1000) + left) % period).toBe(0);
    }),
  );
});

test.each([
  [0, "0:00"],
  [42, "0:42"],
  [872, "14:32"],
  [3605, "1:00:05"],
])("%d seconds are %s", (seconds, shown) => {
  expect(clockTime(seconds)).toBe(shown);
});

test("a key URI says what the app will call the account", () => {
  const uri = "otpauth://totp/Fern%20hill:ana%40example.com?secret=JBSWY3DP&issuer=Fern%20hill&digits=8";
  expect(keyUriFacts(uri)).toEqual({ issuer: "Fern hill", account: "ana@example.com", digits: 8 });
  expect(keyUriFacts("otpauth://totp/ana?secret=JBSWY3DP")).toEqual({ issuer: "", account: "ana", digits: 6 });
});

test("every language says everything, with the same names to fill in", () => {
  const slots = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name).sort();
  for (const [language, strings] of Object.entries(LANGUAGES)) {
    expect(Object.keys(strings).sort(), language).toEqual(Object.keys(en).sort());
    for (const [key, value] of Object.entries(strings)) {
      const english = en[key as keyof typeof en];
      const [said, wanted] = [value, english].map((text) => (typeof text === "string" ? text : text.other));
      // The number may stand in words.
      expect(
        slots(said ?? "").filter((name) => name !== "n"),
        `${language}.${key}`,
      ).toEqual(slots(wanted ?? "").filter((name) => name !== "n"));
      if (typeof value === "string") continue;
      const own = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const category of Object.keys(value)) expect(own, `${language}.${key}`).toContain(category);
    }
  }
});

test("numbers choose the form of their language", () => {
  expect(createText(en, "en")("invalid", { n: 1 })).toBe("That code didn’t match. 1 try left.");
  expect(createText(en, "en")("invalid", { n: 3 })).toBe("That code didn’t match. 3 tries left.");
  expect(createText(ar, "ar")("codesCount", { n: 3 })).toBe("3 رموز استرداد");
  expect(createText(ar, "ar")("codesCount", { n: 11 })).toBe("11 رمز استرداد");
  expect(createText(ja, "ja")("invalid", { n: 1 })).toBe("コードが一致しません。あと1回試せます。");
});

test("what has no value stays a name, for an element to stand there; what a value holds is never one", () => {
  const t = createText(en, "en");
  expect(textParts(t("signingInAs"))).toEqual([{ text: "Signing in as " }, { slot: "name" }, { text: "." }]);
  expect(t("signingInAs", { name: "{other}" })).toBe("Signing in as {other}.");
});

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
  ["Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome on Android"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
    "Edge on Windows",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1",
    "Chrome on iPhone",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
    "Safari on Mac",
  ],
  [
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Chrome on Chromebook",
  ],
  ["something else", ""],
])("a device is called what its owner knows it as: %s", (agent, name) => {
  expect(deviceName(agent)).toBe(name);
});
