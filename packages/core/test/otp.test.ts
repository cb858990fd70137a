import { createHmac } from "node:crypto";
import { hasTool, oathtool, zbarimg } from "@nightlatch/internal-services";
import { parse as otplibParse } from "@otplib/uri";
import fc from "fast-check";
import { generateSync, ScureBase32Plugin } from "otplib";
import { describe, expect, it } from "vitest";
import { totp as totpFactor } from "../src/index.ts";
import {
  findHotpCounter,
  findHotpPair,
  findTotpStep,
  fromBase32,
  generateSecret,
  hotp,
  keyUri,
  type OtpAlgorithm,
  type OtpDigits,
  parseKeyUri,
  qrDataUrl,
  qrPng,
  toBase32,
  totp,
  totpStep,
} from "../src/otp/index.ts";

const seed = (length: number): Uint8Array => Buffer.from("1234567890".repeat(7).slice(0, length));
const algorithms = fc.constantFrom<OtpAlgorithm>("SHA1", "SHA256", "SHA512");
const digits = fc.constantFrom<OtpDigits>(6, 7, 8);
const secrets = fc.uint8Array({ minLength: 16, maxLength: 64, size: "max" });
/** Whole seconds up to the year 9999. */
const seconds = fc.integer({ min: 0, max: 253_402_300_799 });
/** Counters with room around them, some beyond 32 bits. */
const counters = fc.integer({ min: 10, max: Number.MAX_SAFE_INTEGER - 100 });

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

  it("equals createHmac for secrets of every length, those longer than the hash's block among them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300, size: "max" }), fc.maxSafeNat(), algorithms, (secret, counter, algorithm) => {
        const movingFactor = Buffer.alloc(8);
        movingFactor.writeBigUInt64BE(BigInt(counter));
        const mac = createHmac(algorithm, secret).update(movingFactor).digest();
        const truncated = mac.readUInt32BE((mac.at(-1) ?? 0) & 0x0f) & 0x7fff_ffff;
        expect(hotp(secret, counter, { algorithm, digits: 8 })).toBe(String(truncated % 1e8).padStart(8, "0"));
      }),
      { numRuns: 2000 },
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

  it("a code that is none is found nowhere, whatever it is", () => {
    const secret = seed(20);
    for (const code of ["", "28708", "2870822", " 287082", "287082 ", "28708a", "2.8e10", "0x1234", "２８７０８２", "+87082", "-87082"]) {
      expect(findTotpStep(secret, code, 59_000)).toBeUndefined();
      expect(findHotpCounter(secret, code, 0, 100)).toBeUndefined();
      expect(findHotpPair(secret, code, "359152", 0, 100)).toBeUndefined();
      expect(findHotpPair(secret, "287082", code, 0, 100)).toBeUndefined();
    }
  });

  it("R14 the look-ahead is exact at both ends: never backwards, so many codes ahead and not one more", () => {
    fc.assert(
      fc.property(secrets, counters, fc.integer({ min: 0, max: 12 }), fc.integer({ min: -8, max: 20 }), (secret, from, lookAhead, away) => {
        const code = hotp(secret, from + away, { digits: 8 });
        const found = findHotpCounter(secret, code, from, lookAhead, { digits: 8 });
        if (away >= 0 && away <= lookAhead) expect(found).toBeDefined();
        if (found === undefined) return;
        expect(found).toBeGreaterThanOrEqual(from);
        expect(found).toBeLessThanOrEqual(from + lookAhead);
        expect(hotp(secret, found, { digits: 8 })).toBe(code);
      }),
    );
    expect(() => findHotpCounter(seed(20), "755224", -1, 5)).toThrow(RangeError);
    expect(() => findHotpCounter(seed(20), "755224", Number.MAX_SAFE_INTEGER, 1)).toThrow(RangeError);
  });

  it("R15 resynchronising takes two codes in a row, from the next counter on", () => {
    fc.assert(
      fc.property(secrets, counters, fc.integer({ min: 0, max: 30 }), fc.integer({ min: -8, max: 40 }), (secret, from, window, away) => {
        const [first, second] = [hotp(secret, from + away, { digits: 8 }), hotp(secret, from + away + 1, { digits: 8 })];
        const found = findHotpPair(secret, first, second, from, window, { digits: 8 });
        expect(found).toBe(away >= 0 && away <= window ? from + away + 1 : undefined);
        // The two the wrong way round, the same one twice, or one left out between them: nothing.
        expect(findHotpPair(secret, second, first, from, window, { digits: 8 })).toBeUndefined();
        expect(findHotpPair(secret, first, first, from, window, { digits: 8 })).toBeUndefined();
        expect(findHotpPair(secret, first, hotp(secret, from + away + 2, { digits: 8 }), from, window, { digits: 8 })).toBeUndefined();
      }),
    );
    const vectors = Array.from({ length: 10 }, (_, counter) => hotp(seed(20), counter));
    for (let n = 0; n < 9; n += 1) expect(findHotpPair(seed(20), vectors[n] ?? "", vectors[n + 1] ?? "", 0, 8)).toBe(n + 1);
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
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64, size: "max" }), (bytes) => {
        const text = toBase32(bytes);
        expect(text).toMatch(/^[A-Z2-7]+$/);
        for (const typed of [text, text.toLowerCase(), text.replace(/(.{4})/g, "$1 "), `${text}====`])
          expect(fromBase32(typed)).toEqual(bytes);
      }),
    );
  });

  it("base32 drops the bits behind the last byte, as authenticator apps do", () => {
    expect(Buffer.from(fromBase32("MZ")).toString()).toBe("f");
    expect(Buffer.from(fromBase32("MY")).toString()).toBe("f");
    expect(Buffer.from(fromBase32("MZXW6YTB")).toString()).toBe("fooba");
  });

  it("base32 refuses what is none, and what has lost a symbol", () => {
    for (const text of ["", "ABC1", "ABC0", "AB!C", "ÄBCD", "A=BC", "A", "ABC", "ABCDEF", "ABCDEFGHA"])
      expect(() => fromBase32(text)).toThrow(RangeError);
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

  it("R47 a URI for counter-based codes says the counter, and nothing of a period", () => {
    expect(keyUri({ type: "hotp", issuer: "Smart Rooms", account: "ada", secret, counter: 0 })).toBe(
      "otpauth://hotp/Smart%20Rooms:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Smart%20Rooms&counter=0",
    );
    for (const counter of [-1, 0.5, Number.NaN, 2 ** 53, undefined]) {
      expect(() => keyUri({ type: "hotp", issuer: "A", account: "b", secret, counter: counter as number })).toThrow(RangeError);
    }
  });

  it("R48 a URI for counter-based codes mentions algorithm and digits only where they differ", () => {
    const uri = keyUri({ type: "hotp", issuer: "A", account: "b", secret, algorithm: "SHA512", digits: 8, counter: 7 });
    expect(uri).toContain("&algorithm=SHA512&digits=8&counter=7");
    expect(uri).not.toContain("period");
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

/** What may stand in a name, and comes back as it was: no colon, no blanks at the ends or in a row. */
const names = fc
  .oneof(fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }), fc.string({ minLength: 1, maxLength: 40, unit: "binary" }))
  .map((text) => text.toWellFormed().replaceAll(":", " ").replace(/ +/g, " ").trim())
  .filter((text) => text !== "");

describe("reading key URIs", () => {
  const text = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
  const secret = fromBase32(text);
  const plain = { issuer: "Example", account: "ada", secret, algorithm: "SHA1", digits: 6 };

  it("R47 gives back what was written, whatever it was", () => {
    const common = {
      issuer: names,
      account: names,
      secret: fc.uint8Array({ minLength: 1, maxLength: 64, size: "max" }),
      algorithm: algorithms,
      digits,
    };
    const written = fc.oneof(
      fc.record({ type: fc.constant("totp" as const), ...common, period: fc.integer({ min: 10, max: 300 }) }),
      fc.record({ type: fc.constant("hotp" as const), ...common, counter: fc.maxSafeNat() }),
    );
    fc.assert(
      fc.property(written, (what) => {
        const uri = keyUri(what);
        fc.pre(uri.length <= 2_048);
        expect(parseKeyUri(uri)).toEqual(what);
      }),
      { numRuns: 1000 },
    );
  });

  it("R47 R48 reads what otplib writes and reads", () => {
    const lower = { SHA1: "sha1", SHA256: "sha256", SHA512: "sha512" } as const;
    fc.assert(
      fc.property(
        fc.record({
          type: fc.constantFrom("totp", "hotp"),
          label: names,
          issuer: fc.option(names),
          secret: secrets,
          algorithm: fc.option(fc.constantFrom("SHA1", "sha256", "SHA512")),
          digits: fc.option(digits),
          period: fc.option(fc.integer({ min: 10, max: 300 })),
        }),
        ({ type, label, issuer, secret: bytes, algorithm, digits: length, period }) => {
          const query = [`secret=${toBase32(bytes)}`, "counter=5"];
          if (issuer !== null) query.push(`issuer=${encodeURIComponent(issuer)}`);
          if (algorithm !== null) query.push(`algorithm=${algorithm}`);
          if (length !== null) query.push(`digits=${length}`);
          if (period !== null) query.push(`period=${period}`);
          const uri = `otpauth://${type}/${encodeURIComponent(label)}?${query.join("&")}`;
          const ours = parseKeyUri(uri);
          const theirs = otplibParse(uri);
          expect(ours.type).toBe(theirs.type);
          expect(ours.account).toBe(theirs.label);
          expect(ours.issuer).toBe(theirs.params.issuer);
          expect(ours.secret).toEqual(new ScureBase32Plugin().decode(theirs.params.secret));
          expect(lower[ours.algorithm]).toBe(theirs.params.algorithm ?? "sha1");
          expect(ours.digits).toBe(theirs.params.digits ?? 6);
          if (ours.type === "totp") expect(ours.period).toBe(theirs.params.period ?? 30);
          else expect(ours.counter).toBe(theirs.params.counter);
        },
      ),
    );
  });

  it.each([
    ["defaults left out", `otpauth://totp/Example:ada?secret=${text}`],
    ["the issuer in both places", `otpauth://totp/Example:ada?secret=${text}&issuer=Example`],
    ["the issuer as a parameter alone", `otpauth://totp/ada?secret=${text}&issuer=Example`],
    ["the issuer as a parameter outranks the label", `otpauth://totp/Old:ada?secret=${text}&issuer=Example`],
    ["an encoded colon, and blanks behind it", `otpauth://totp/Example%3A%20%20ada?secret=${text}`],
    ["any case of scheme, type, names and algorithm", `OTPAUTH://TOTP/Example:ada?Secret=${text.toLowerCase()}&ALGORITHM=sha1`],
    ["another spelling of the algorithm", `otpauth://totp/Example:ada?secret=${text}&algorithm=HmacSHA1`],
    ["a hyphen in the algorithm", `otpauth://totp/Example:ada?secret=${text}&algorithm=sha-1`],
    ["spaces in the secret", `otpauth://totp/Example:ada?secret=${text.replace(/(.{4})/g, "$1%20")}`],
    ["plus signs for spaces", `otpauth://totp/Example:ada?secret=${text.replace(/(.{4})/g, "$1+")}&issuer=+Example+`],
    ["hyphens and padding in the secret", `otpauth://totp/Example:ada?secret=${text.replace(/(.{4})/g, "$1-")}%3D%3D==`],
    ["empty parameters", `otpauth://totp/Example:ada?secret=${text}&issuer=&algorithm=&digits=&period=&`],
    ["parameters of others", `otpauth://totp/Example:ada?secret=${text}&image=x&image=y&counter=3&lock=%`],
    ["blanks around it", `  otpauth://totp/Example:ada?secret=${text}\n`],
  ])("reads what apps write: %s", (_, uri) => {
    expect(parseKeyUri(uri)).toEqual({ type: "totp", ...plain, period: 30 });
  });

  it("keeps a colon of the issuer's own, a plus in an address, and does without names", () => {
    expect(parseKeyUri(`otpauth://totp/A%3AB:ada?secret=${text}&issuer=A%3AB`)).toMatchObject({ issuer: "A:B", account: "ada" });
    expect(parseKeyUri(`otpauth://totp/ada+work@example.com?secret=${text}`)).toMatchObject({ account: "ada+work@example.com" });
    expect(parseKeyUri(`otpauth://totp/?secret=${text}`)).toEqual({
      type: "totp",
      account: "",
      secret,
      algorithm: "SHA1",
      digits: 6,
      period: 30,
    });
    expect(parseKeyUri(`otpauth://hotp?secret=${text}&counter=0`)).toMatchObject({ type: "hotp", account: "", counter: 0 });
  });

  it.each([
    ["another scheme", `https://totp/a?secret=${text}`, /otpauth/],
    ["another type", `otpauth://steam/a?secret=${text}`, /otpauth:\/\/totp/],
    ["no secret", "otpauth://totp/a?issuer=b", /no "secret"/],
    ["an empty secret", "otpauth://totp/a?secret=&issuer=b", /no "secret"/],
    ["a secret in another encoding", `otpauth://totp/a?secret=${text}01`, /base32/],
    ["a secret with a symbol lost", `otpauth://totp/a?secret=${text.slice(1, -1)}`, /base32/],
    ["two secrets", `otpauth://totp/a?secret=${text}&secret=${text}`, /"secret" twice/],
    ["two issuers", `otpauth://totp/a?secret=${text}&issuer=a&ISSUER=b`, /"issuer" twice/],
    ["five digits", `otpauth://totp/a?secret=${text}&digits=5`, /"digits"/],
    ["nine digits", `otpauth://totp/a?secret=${text}&digits=9`, /"digits"/],
    ["digits that are none", `otpauth://totp/a?secret=${text}&digits=6e0`, /"digits"/],
    ["too short a period", `otpauth://totp/a?secret=${text}&period=9`, /"period"/],
    ["too long a period", `otpauth://totp/a?secret=${text}&period=301`, /"period"/],
    ["another algorithm", `otpauth://totp/a?secret=${text}&algorithm=MD5`, /algorithm/],
    ["no counter", `otpauth://hotp/a?secret=${text}`, /no "counter"/],
    ["a negative counter", `otpauth://hotp/a?secret=${text}&counter=-1`, /"counter"/],
    ["a counter too large", `otpauth://hotp/a?secret=${text}&counter=9007199254740992`, /"counter"/],
    ["a label that can't be decoded", `otpauth://totp/100%?secret=${text}`, /label.*%25/],
    ["too long a text", `otpauth://totp/${"a".repeat(2_048)}?secret=${text}`, /2048/],
    ["no text", ["otpauth"] as unknown as string, /text/],
  ])("R4 R47 refuses %s, and says so without the secret", (_, uri, message) => {
    expect(() => parseKeyUri(uri)).toThrow(RangeError);
    expect(() => parseKeyUri(uri)).toThrow(message);
    expect(() => parseKeyUri(uri)).not.toThrow(text.slice(1, -1));
  });

  it("A42 whatever it is given it answers or throws a RangeError that quotes none of it", () => {
    const canary = "CANARYCANARYCANARY234567";
    const pieces = fc.constantFrom(
      "otpauth://",
      "totp/",
      "hotp/",
      "?",
      "&",
      "=",
      "secret=",
      "digits=",
      "period=",
      "counter=",
      "%",
      "%zz",
      ":",
      canary,
    );
    const mangled = fc.array(fc.oneof(pieces, fc.string({ maxLength: 8, unit: "binary" })), { maxLength: 16 }).map((all) => all.join(""));
    const edited = fc.tuple(fc.nat(90), fc.nat(4), fc.string({ maxLength: 4 })).map(([at, cut, put]) => {
      const uri = `otpauth://hotp/Example:ada?secret=${canary}&issuer=Example&digits=7&counter=5`;
      return uri.slice(0, at) + put + uri.slice(at + cut);
    });
    fc.assert(
      fc.property(fc.oneof(mangled, edited, fc.string({ maxLength: 3_000, unit: "binary", size: "max" })), (uri) => {
        try {
          expect(parseKeyUri(uri).secret.length).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          expect(error.message.toUpperCase()).not.toContain("CANARY");
        }
      }),
      { numRuns: 3000 },
    );
  });
});
