import { hasTool, oathtool, zbarimg } from "@nightlatch/internal-services";
import fc from "fast-check";
import { generateSync, ScureBase32Plugin } from "otplib";
import { describe, expect, it } from "vitest";
import { totp as totpFactor } from "../src/index.ts";
import {
  findTotpStep,
  fromBase32,
  generateSecret,
  hotp,
  keyUri,
  type OtpAlgorithm,
  type OtpDigits,
  qrDataUrl,
  qrPng,
  toBase32,
  totp,
  totpStep,
} from "../src/otp/index.ts";

const seed = (length: number): Uint8Array => Buffer.from("1234567890".repeat(7).slice(0, length));
const algorithms = fc.constantFrom<OtpAlgorithm>("SHA1", "SHA256", "SHA512");
const digits = fc.constantFrom<OtpDigits>(6, 7, 8);
const secrets = fc.uint8Array({ minLength: 16, maxLength: 64 });
/** Whole seconds up to the year 9999. */
const seconds = fc.integer({ min: 0, max: 253_402_300_799 });

describe("hotp and totp", () => {
  it("R1 all ten vectors of RFC 4226 appendix D", () => {
    const codes = Array.from({ length: 10 }, (_, counter) => hotp(seed(20), counter));
    expect(codes.join(" ")).toBe("755224 287082 359152 969429 338314 254676 287922 162583 399871 520489");
  });

  it.each([
    ["SHA1", 20, "94287082 07081804 14050471 89005924 69279037 65353130"],
    ["SHA256", 32, "46119246 68084774 67062674 91819424 90698825 77737706"],
    ["SHA512", 64, "90693936 25091201 99943326 93441116 38618901 47863826"],
  ] as const)("R2 all vectors of RFC 6238 appendix B, %s with a %i-byte seed", (algorithm, length, expected) => {
    const times = [59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000];
    expect(times.map((time) => totp(seed(length), time * 1000, { algorithm, digits: 8 })).join(" ")).toBe(expected);
  });

  it("equals otplib for any secret, counter, algorithm and length", () => {
    const base32 = new ScureBase32Plugin();
    const lower = { SHA1: "sha1", SHA256: "sha256", SHA512: "sha512" } as const;
    fc.assert(
      fc.property(secrets, seconds, algorithms, digits, fc.integer({ min: 10, max: 300 }), (secret, at, algorithm, length, period) => {
        const text = base32.encode(secret, { padding: false });
        const theirs = generateSync({ secret: text, epoch: at, algorithm: lower[algorithm], digits: length, period });
        expect(totp(secret, at * 1000, { algorithm, digits: length, period })).toBe(theirs);
        const counter = Math.floor(at / period);
        expect(hotp(secret, counter, { algorithm, digits: length })).toBe(theirs);
      }),
      { numRuns: 1000 },
    );
  });

  it.skipIf(!hasTool("oathtool"))("equals oathtool", async () => {
    for (const [index, algorithm] of (["SHA1", "SHA256", "SHA512", "SHA1", "SHA256"] as const).entries()) {
      const secret = generateSecret();
      const at = 1_800_000_000 + index * 12_345_678;
      const length = ([6, 7, 8] as const)[index % 3] ?? 6;
      const args = [`--totp=${algorithm}`, "--base32", `--digits=${length}`, `--now=@${at}`, toBase32(secret)];
      expect(totp(secret, at * 1000, { algorithm, digits: length })).toBe(await oathtool(args));
    }
  });

  it("refuses a counter that is none", () => {
    for (const counter of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => hotp(seed(20), counter)).toThrow(RangeError);
  });

  it("R5 the window is exact at both ends: that many steps each way and not one more", () => {
    fc.assert(
      fc.property(secrets, seconds, fc.integer({ min: 0, max: 3 }), fc.integer({ min: -6, max: 6 }), (secret, at, window, away) => {
        const now = at * 1000 + 180_000;
        const code = totp(secret, now + away * 30_000, { digits: 8 });
        const found = findTotpStep(secret, code, now, { digits: 8, window });
        if (Math.abs(away) <= window) expect(found).toBeDefined();
        // Eight digits: another step in the window shares the code once in 10^7 tries or so.
        else expect(found === undefined || totp(secret, found * 30_000, { digits: 8 }) === code).toBe(true);
        if (found !== undefined) expect(Math.abs(found - totpStep(now))).toBeLessThanOrEqual(window);
      }),
    );
  });

  it("R4 digits, period, algorithm and window outside their bounds stop the start", () => {
    for (const options of [
      { digits: 5 },
      { digits: 9 },
      { period: 9 },
      { period: 121 },
      { period: 30.5 },
      { window: 4 },
      { window: -1 },
      { algorithm: "MD5" },
    ]) {
      expect(() => totpFactor(options as object)).toThrow(expect.objectContaining({ code: "config_invalid" }));
    }
  });
});

describe("secrets", () => {
  it("R3 R7 A36 have 160 bits, decoded, and are unique in 100,000", () => {
    const seen = new Set<string>();
    for (let n = 0; n < 100_000; n += 1) {
      const secret = generateSecret();
      if (secret.length !== 20) throw new Error(`A secret of ${secret.length} bytes.`);
      seen.add(Buffer.from(secret).toString("latin1"));
    }
    expect(seen.size).toBe(100_000);
  });

  it("base32 goes there and back, however it was typed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        const text = toBase32(bytes);
        expect(text).toMatch(/^[A-Z2-7]+$/);
        for (const typed of [text, text.toLowerCase(), text.replace(/(.{4})/g, "$1 "), `${text}====`])
          expect(fromBase32(typed)).toEqual(bytes);
      }),
    );
  });

  it("base32 refuses what is none", () => {
    for (const text of ["", "ABC1", "ABC0", "AB!C", "ÄBCD", "A=BC"]) expect(() => fromBase32(text)).toThrow(RangeError);
  });
});

describe("key URIs", () => {
  const secret = fromBase32("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");

  it("R47 spaces are %20, the issuer stands in label and parameter, equal, the secret is unpadded base32", () => {
    expect(keyUri({ issuer: "Smart Rooms & Co", account: "ada lovelace@example.com", secret })).toBe(
      "otpauth://totp/Smart%20Rooms%20%26%20Co:ada%20lovelace%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Smart%20Rooms%20%26%20Co",
    );
  });

  it("R47 a colon in issuer or account never adds a second separator, whatever else is in them", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }),
        fc.string({ minLength: 1, maxLength: 40 }),
        (issuer, account) => {
          fc.pre(issuer.replaceAll(":", "").trim() !== "" && account.replaceAll(":", "").trim() !== "");
          const uri = keyUri({ issuer, account, secret });
          const label = uri.slice("otpauth://totp/".length, uri.indexOf("?"));
          expect(label.split(":")).toHaveLength(2);
          expect(uri).not.toContain("+");
          const parsed = new URL(uri);
          expect(parsed.searchParams.get("issuer")).toBe(decodeURIComponent(label.split(":")[0] ?? ""));
        },
      ),
    );
  });

  it("R48 only what differs from SHA1, 6 digits and 30 seconds is written", () => {
    const uri = keyUri({ issuer: "A", account: "b", secret, algorithm: "SHA256", digits: 8, period: 60 });
    expect(uri).toContain("&algorithm=SHA256&digits=8&period=60");
  });

  it.skipIf(!hasTool("zbarimg"))("the QR picture, read by zbarimg, is the URI, accents and all", async () => {
    for (const account of ["ada@example.com", "zoë@exämple.com", "x".repeat(200)]) {
      const uri = keyUri({ issuer: "Café Ünïcode", account, secret });
      expect(await zbarimg(await qrPng(uri))).toBe(uri);
      expect(await qrDataUrl(uri)).toMatch(/^data:image\/png;base64,[A-Za-z0-9+/]+=*$/);
    }
  });
});
