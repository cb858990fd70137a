import { describe, expect, it } from "vitest";
import { findHotpCounter, findHotpPair, findTotpStep, fromBase32, hotp, keyUri, parseKeyUri, totp } from "../src/otp/index.ts";

const text = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const secret = fromBase32(text);

describe("counters and codes at their bounds", () => {
  it.each([-1, 0.5, Number.MAX_SAFE_INTEGER + 1, Number.NaN, Number.POSITIVE_INFINITY, "7"])("%j is no counter", (counter) => {
    expect(() => hotp(secret, counter as number)).toThrow(/counter is a whole number from 0/);
  });

  it("A38 a code is its digits, so many and nothing else, though another text be the same number", () => {
    let counter = 0;
    while (!hotp(secret, counter).startsWith("0")) counter += 1;
    const code = hotp(secret, counter);
    expect(findHotpCounter(secret, code, counter, 0)).toBe(counter);
    for (const other of [code.slice(1), `0${code}`, ` ${code.slice(1)}`, `${code.slice(1)} `, `+${code.slice(1)}`, `${code}\n`, ""]) {
      expect(findHotpCounter(secret, other, counter, 0), JSON.stringify(other)).toBeUndefined();
      expect(findHotpPair(secret, other, hotp(secret, counter + 1), counter, 0)).toBeUndefined();
      expect(findHotpPair(secret, hotp(secret, counter - 1), other, counter - 1, 0)).toBeUndefined();
    }
  });

  it("R6 at the beginning of time there is no step before the first", () => {
    expect(findTotpStep(secret, totp(secret, 0), 0)).toBe(0);
    expect(findTotpStep(secret, totp(secret, 0), 30_000)).toBe(0);
    expect(findTotpStep(secret, totp(secret, 300_000), 0)).toBeUndefined();
  });
});

describe("a base32 text", () => {
  it("A38 ends with six signs of padding at most, has an end itself, and is read in one pass", () => {
    expect(fromBase32(`${text.slice(0, 26)}======`)).toEqual(secret.subarray(0, 16));
    expect(() => fromBase32(`${text}=======`)).toThrow(/letters A to Z/);
    const padded = `${"A".repeat(4_088)}======`;
    expect(fromBase32(padded)).toHaveLength(2_555);
    expect(() => fromBase32(`${"A".repeat(4_096)}=`)).toThrow("A base32 secret has at most 4096 characters.");
    expect(() => fromBase32(`A${"=".repeat(4_000_000)}!`)).toThrow("A base32 secret has at most 4096 characters.");
  });
});

describe("names in a key URI", () => {
  it("R47 hold no colon, no blanks at their ends and no two in a row", () => {
    expect(keyUri({ issuer: " Big::Co   Ltd ", account: ":ada:lovelace: ", secret })).toBe(
      `otpauth://totp/Big%20Co%20Ltd:ada%20lovelace?secret=${text}&issuer=Big%20Co%20Ltd`,
    );
  });
});

describe("what is read of a key URI", () => {
  const plain = { type: "totp", account: "ada", secret, algorithm: "SHA1", digits: 6, period: 30 };

  it.each([
    ["parameters without a value", `ada?digits&secret=${text}&period&algorithm&issuer`, plain],
    ["a name that only begins like one of ours", `ada?secret=${text}&secrets&secretive=x&=secret`, plain],
    ["a plus sign for a blank", `ada?secret=${text}&issuer=Big+Co`, { ...plain, issuer: "Big Co" }],
    ["a blank before the colon", `Big%20Co%20:ada?secret=${text}`, { ...plain, issuer: "Big Co" }],
    ["blanks behind the issuer that is also a parameter", `Big:%20%20ada%20?secret=${text}&issuer=Big`, { ...plain, issuer: "Big" }],
    ["blanks at the ends of a parameter", `ada?secret=+${text}+&digits=+7+`, { ...plain, digits: 7 }],
    ["blanks around an account alone", `%20ada%20?secret=${text}`, plain],
    ["an issuer that is blank", `%20:ada?secret=${text}`, plain],
    ["hyphens, underscores and blanks in the algorithm", `ada?secret=${text}&algorithm=hmac_sha-+256`, { ...plain, algorithm: "SHA256" }],
  ])("R47 %s", (_, rest, expected) => {
    expect(parseKeyUri(`otpauth://totp/${rest}`)).toStrictEqual(expected);
  });

  it("R47 up to 2,048 characters of it", () => {
    const uri = (length: number): string => {
      const end = `?secret=${text}`;
      return `otpauth://totp/${"a".repeat(length - 15 - end.length)}${end}`;
    };
    expect(parseKeyUri(uri(2_048)).account).toHaveLength(2_048 - 15 - 40);
    expect(() => parseKeyUri(uri(2_049))).toThrow(/at most 2048 characters/);
  });

  it.each([
    ["what stands before it", `xotpauth://totp/a?secret=${text}`, /begin with otpauth/],
    ["a type that goes on", `otpauth://totps/a?secret=${text}`, /begin with otpauth/],
    ["a type with something behind it", "otpauth://totp#a", /begin with otpauth/],
    ["no parameters", "otpauth://totp/a", /has no "secret"/],
    ["no label and no parameters", "otpauth://totp", /has no "secret"/],
    ["an algorithm with HMAC in the middle", `otpauth://totp/a?secret=${text}&algorithm=SHAHMAC1`, /algorithm is none of/],
    ["a percent sign in a parameter", `otpauth://totp/a?secret=${text}&issuer=100%`, /"issuer" holds a percent sign.*%25/],
    ["too few digits", `otpauth://totp/a?secret=${text}&digits=5`, /"digits" is not a whole number from 6 to 8, .*RFC 4226/],
    ["too long a period", `otpauth://totp/a?secret=${text}&period=301`, /"period" is not a whole number from 10 to 300, seconds/],
    [
      "no number as a counter",
      `otpauth://hotp/a?secret=${text}&counter=x`,
      /"counter" is not a whole number from 0 to \d+, the number of the next/,
    ],
    ["digits around a number", `otpauth://hotp/a?secret=${text}&counter=1x`, /"counter" is not/],
    ["something before a number", `otpauth://hotp/a?secret=${text}&counter=x1`, /"counter" is not/],
  ])("R47 and what is refused says why: %s", (_, uri, said) => {
    expect(() => parseKeyUri(uri)).toThrow(said);
  });
});
