import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { symmetricEncrypt } from "better-auth/crypto";
import { twoFactor } from "better-auth/plugins";
import fc from "fast-check";
import { generateSync, ScureBase32Plugin, stringToBytes } from "otplib";
import { authenticator, hotp as hotp12, totp as totp12 } from "otplib-12";
import speakeasy from "speakeasy";
import { describe, expect, it, vi } from "vitest";
import {
  type BetterAuthRow,
  fromBetterAuth,
  fromDjangoOtp,
  fromOtplib,
  fromSpeakeasy,
  type ImportedFactor,
  type OtplibRow,
  type SpeakeasyRow,
} from "../src/import/index.ts";
import { findHotpCounter, hotp, type OtpDigits, parseKeyUri, toBase32, totp } from "../src/otp/index.ts";

const bytes = fc.uint8Array({ minLength: 10, maxLength: 64 });
const algorithms = fc.constantFrom("SHA1", "SHA256", "SHA512");
const digits = fc.constantFrom(6 as const, 7 as const, 8 as const);
const periods = fc.integer({ min: 10, max: 300 });
const counters = fc.integer({ min: 0, max: 2 ** 31 - 1 });
/** Whole seconds up to the year 9999. */
const seconds = fc.integer({ min: 0, max: 253_402_300_799 });
const ascii = fc.string({ minLength: 10, maxLength: 64, unit: "grapheme-ascii" });

/** The code that an imported factor makes at an instant, or for its counter. */
const codeOf = ({ type, secret, counter = 0, digits, ...settings }: ImportedFactor, second = 0): string => {
  const form = { ...settings, digits: digits as OtpDigits };
  return type === "hotp" ? hotp(secret, counter, form) : totp(secret, second * 1000, form);
};

/** What an importer says of a row that it refuses: always a RangeError. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
  throw new Error("It was not refused.");
}

/** speakeasy still uses `new Buffer()` and `Buffer()`, of which Node warns once. */
vi.spyOn(process, "emitWarning").mockReturnValue(undefined);

describe("otplib", () => {
  const base32 = "KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD";
  const lower = { SHA1: "sha1", SHA256: "sha256", SHA512: "sha512" } as const;

  it("makes the codes of otplib 13, time-based and counter-based", () => {
    const plugin = new ScureBase32Plugin();
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 64 }),
        fc.constantFrom("SHA1" as const, "SHA256" as const, "SHA512" as const),
        digits,
        periods,
        counters,
        seconds,
        (secret, algorithm, length, period, counter, at) => {
          const text = plugin.encode(secret, { padding: false });
          const theirs = { secret: text, algorithm: lower[algorithm], digits: length };
          const row = { secret: text, algorithm: lower[algorithm], digits: length, version: 13 } as const;
          expect(codeOf(fromOtplib({ ...row, period }), at)).toBe(generateSync({ ...theirs, period, epoch: at }));
          expect(codeOf(fromOtplib({ ...row, counter }))).toBe(generateSync({ ...theirs, strategy: "hotp", counter }));
          expect(fromOtplib({ ...row, secret })).toEqual(fromOtplib(row));
        },
      ),
    );
    const passphrase = "a passphrase of some length";
    expect(codeOf(fromOtplib({ secret: passphrase, encoding: "utf8", version: 13 }), 59)).toBe(
      generateSync({ secret: stringToBytes(passphrase), epoch: 59 }),
    );
  });

  it("makes the codes of authenticator in otplib 12, short secrets among them", () => {
    fc.assert(
      fc.property(bytes, algorithms, digits, periods, seconds, (secret, algorithm, length, step, at) => {
        const text = toBase32(secret);
        const options = { algorithm: algorithm.toLowerCase(), digits: length, step };
        const theirs = authenticator.clone({ ...options, epoch: at * 1000 } as object).generate(text);
        expect(codeOf(fromOtplib({ secret: text, ...options, version: 12 }), at)).toBe(theirs);
      }),
    );
    // Its own secrets have ten bytes.
    const own = authenticator.generateSecret();
    expect(codeOf(fromOtplib({ secret: own }), 59)).toBe(authenticator.clone({ epoch: 59_000 }).generate(own));
  });

  it("makes the codes of totp and hotp in otplib 12, in each of their encodings", () => {
    const written = fc.oneof(
      ascii.map((secret) => ({ secret, encoding: "ascii" as const })),
      ascii.map((secret) => ({ secret, encoding: "latin1" as const })),
      fc
        .string({ minLength: 10, maxLength: 40, unit: "grapheme" })
        .map((secret) => ({ secret: secret.toWellFormed(), encoding: "utf8" as const })),
      bytes.map((secret) => ({ secret: Buffer.from(secret).toString("hex"), encoding: "hex" as const })),
      bytes.map((secret) => ({ secret: Buffer.from(secret).toString("base64"), encoding: "base64" as const })),
    );
    fc.assert(
      fc.property(written, algorithms, digits, periods, counters, seconds, ({ secret, encoding }, algorithm, length, step, counter, at) => {
        const options = { algorithm: algorithm.toLowerCase(), digits: length, encoding };
        const row = { secret, encoding, algorithm, digits: length, version: 12 } as const;
        expect(codeOf(fromOtplib({ ...row, step }), at)).toBe(
          totp12.clone({ ...options, step, epoch: at * 1000 } as object).generate(secret),
        );
        expect(codeOf(fromOtplib({ ...row, counter }))).toBe(hotp12.clone(options as object).generate(secret, counter));
      }),
      { numRuns: 300 },
    );
  });

  it("asks for the version only where it decides", () => {
    expect(fromOtplib({ secret: base32 })).toEqual(fromOtplib({ secret: base32, version: 12 }));
    expect(refusal(() => fromOtplib({ secret: "0123456789", encoding: "ascii" }))).toMatch(/version: otplib 12 lengthens/);
    expect(fromOtplib({ secret: "0123456789", encoding: "ascii", version: 12 }).secret).toHaveLength(20);
    expect(fromOtplib({ secret: "0123456789", encoding: "ascii", version: 13 }).secret).toHaveLength(10);
  });

  it("takes columns as databases give them, and passes over what it doesn't know", () => {
    const row = {
      id: 7,
      secret: base32,
      digits: null,
      step: null,
      algorithm: null,
      counter: null,
      window: 1,
      lastUsedStep: 58_000_000,
      name: "phone",
    };
    expect(fromOtplib(row)).toEqual({
      type: "totp",
      secret: parseKeyUri(`otpauth://totp/a?secret=${base32}`).secret,
      algorithm: "SHA1",
      digits: 6,
      period: 30,
      lastUsedStep: 58_000_000,
      name: "phone",
    });
  });

  it.each<[string, object, RegExp]>([
    ["no secret", { secret: undefined }, /the otplib row: secret: a secret is text or bytes/],
    ["an empty secret", { secret: "" }, /secret: it is empty/],
    ["a secret in another encoding", { encoding: "hex" }, /secret: it is not hex/],
    ["a secret that is not base32", { secret: `${base32}!` }, /secret: it is not base32/],
    ["an unknown encoding", { encoding: "rot13" }, /encoding/],
    ["an unknown algorithm", { algorithm: "md5" }, /algorithm: SHA1, SHA256 and SHA512/],
    ["five digits", { digits: 5 }, /digits: the length of a code is a whole number from 6 to 8/],
    ["nine digits", { digits: 9 }, /digits/],
    ["digits as text", { digits: "6" }, /digits/],
    ["too long a step", { step: 301 }, /step: the seconds that a code lives/],
    ["half a step", { step: 12.5 }, /step/],
    ["two different steps", { step: 30, period: 60 }, /step: it differs from period/],
    ["steps counted from elsewhere", { t0: 60 }, /t0: steps can be counted from 1970 alone/],
    ["no counter", { type: "hotp" }, /counter: a counter-based authenticator needs/],
    ["a negative counter", { counter: -1 }, /counter/],
    ["another kind", { type: "steam" }, /type/],
  ])("refuses %s", (_, change, message) => {
    expect(refusal(() => fromOtplib({ secret: base32, ...change } as OtplibRow))).toMatch(message);
  });
});

describe("speakeasy", () => {
  it("makes the codes of speakeasy, from any form of the secret", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 64 }),
        algorithms,
        digits,
        periods,
        counters,
        fc.constantFrom("ascii" as const, "hex" as const, "base32" as const),
        fc.integer({ min: 0, max: 10 * 2 ** 31 }),
        (length, algorithm, codeLength, step, counter, encoding, at) => {
          const secret = speakeasy.generateSecret({ length, otpauth_url: false });
          const options = { algorithm: algorithm.toLowerCase() as "sha1", digits: codeLength };
          const theirs = { ...options, secret: secret.ascii, encoding: "ascii" as const };
          const row = { [encoding]: secret[encoding], ...options };
          expect(codeOf(fromSpeakeasy({ ...row, step }), at)).toBe(speakeasy.totp({ ...theirs, step, time: at }));
          expect(codeOf(fromSpeakeasy({ ...row, counter }))).toBe(speakeasy.hotp({ ...theirs, counter }));
        },
      ),
    );
  });

  it("takes the whole of what generateSecret gives", () => {
    const secret = speakeasy.generateSecret({ name: "Example (ada)", issuer: "Example" });
    expect(fromSpeakeasy(secret)).toMatchObject({ type: "totp", algorithm: "SHA1", digits: 6, period: 30 });
    expect(codeOf(fromSpeakeasy(secret), 59)).toBe(speakeasy.totp({ secret: secret.base32, encoding: "base32", time: 59 }));
  });

  it("lets the URI fill in what no column says", () => {
    const uri = speakeasy.otpauthURL({ secret: "0123456789abcdef", label: "a", algorithm: "sha512", digits: 8, period: 60 });
    expect(fromSpeakeasy({ otpauth_url: uri })).toMatchObject({ type: "totp", algorithm: "SHA512", digits: 8, period: 60 });
    expect(fromSpeakeasy({ ascii: "0123456789abcdef", otpauth_url: uri, step: 60 })).toEqual(fromSpeakeasy({ otpauth_url: uri }));
    expect(refusal(() => fromSpeakeasy({ otpauth_url: uri, step: 30 }))).toMatch(/step: otpauth_url says something else/);
    expect(refusal(() => fromSpeakeasy({ otpauth_url: uri, digits: 6 }))).toMatch(/digits: otpauth_url says something else/);
  });

  it("wants the counter from the app, since the URI's is of the day of enrolment", () => {
    const uri = speakeasy.otpauthURL({ secret: "0123456789abcdef", label: "a", type: "hotp" as "totp", counter: 0 });
    expect(refusal(() => fromSpeakeasy({ otpauth_url: uri }))).toMatch(/counter: a counter-based authenticator needs/);
    expect(refusal(() => fromSpeakeasy({ otpauth_url: `${uri}&counter=0` }))).toMatch(/counter: a counter-based authenticator needs/);
    for (const each of [uri, `${uri}&counter=0`]) {
      expect(fromSpeakeasy({ otpauth_url: each, counter: 41 })).toMatchObject({ type: "hotp", counter: 41 });
    }
    expect(refusal(() => fromSpeakeasy({ otpauth_url: uri, counter: 41, type: "totp" }))).toMatch(/type: otpauth_url says something else/);
  });

  it("refuses forms of the secret that disagree: base32 taken for ascii by mistake is the usual one", () => {
    const { ascii: text, base32 } = speakeasy.generateSecret();
    const twice = speakeasy.otpauthURL({ secret: base32, label: "a" });
    const said = refusal(() => fromSpeakeasy({ ascii: text, base32, otpauth_url: twice }));
    expect(said).toMatch(/otpauth_url: it tells another secret than ascii/);
    expect(said).not.toContain(text);
  });

  it.each<[string, object, RegExp]>([
    ["no secret", { base32: null }, /the speakeasy row: ascii: there is no secret/],
    ["a URI that can't be read", { otpauth_url: "otpauth://totp/a" }, /otpauth_url: The key URI can't be read: it has no "secret"/],
    ["hex that is none", { base32: null, hex: "abc" }, /hex: it is not hex/],
    ["steps counted from elsewhere", { epoch: 60 }, /epoch: steps can be counted from 1970 alone/],
    ["a counter beyond what speakeasy counts", { counter: 2 ** 31 }, /counter: the next counter, as far as speakeasy counts rightly/],
    ["ten digits", { digits: 10 }, /digits/],
    ["another algorithm", { algorithm: "sha3-256" }, /algorithm/],
  ])("refuses %s", (_, change, message) => {
    expect(refusal(() => fromSpeakeasy({ base32: "KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD", ...change } as SpeakeasyRow))).toMatch(message);
  });
});

describe("better-auth", () => {
  const secret = "a secret of better-auth's, long enough for it";

  /** An app on better-auth with a user who has enabled TOTP; gives the row, the URI that was scanned, and a check of a code. */
  async function enrolled(
    options: { secrets?: { version: number; value: string }[] } = {},
    totpOptions: { digits?: 6 | 8; period?: number } = {},
  ) {
    const database: Record<string, Record<string, unknown>[]> = { user: [], session: [], account: [], verification: [], twoFactor: [] };
    const auth = betterAuth({
      baseURL: "http://localhost",
      database: memoryAdapter(database),
      emailAndPassword: { enabled: true },
      plugins: [twoFactor({ issuer: "Example", totpOptions })],
      logger: { disabled: true },
      rateLimit: { enabled: false },
      secret,
      ...options,
    });
    const body = { email: "ada@example.com", password: "correct horse battery", name: "Ada" };
    const { headers } = await auth.api.signUpEmail({ body, returnHeaders: true });
    const cookie = headers
      .getSetCookie()
      .map((each) => each.split(";")[0])
      .join("; ");
    const session = new Headers({ cookie });
    const enabled = await auth.api.enableTwoFactor({ body: { password: body.password, method: "totp" }, headers: session });
    if (!("totpURI" in enabled)) throw new Error("better-auth gave no URI.");
    return {
      row: database.twoFactor?.[0] as unknown as BetterAuthRow & { userId: string },
      uri: enabled.totpURI,
      accepts: async (code: string) => {
        await auth.api.verifyTOTP({ body: { code }, headers: session });
        return true;
      },
    };
  }

  it.each([
    ["its defaults", {}],
    ["eight digits every minute", { digits: 8, period: 60 }],
  ] as const)("opens a row of better-auth 1.7 with %s, and better-auth accepts the codes made of it", async (_, settings) => {
    const { row, uri, accepts } = await enrolled({}, settings);
    expect(row.verified).toBe(false);
    expect(refusal(() => fromBetterAuth(row, { secret }))).toMatch(/the better-auth row .+: verified: its owner never gave a code/);

    const factor = fromBetterAuth({ ...row, verified: true }, { secret, ...settings });
    const { issuer: _issuer, account: _account, ...scanned } = parseKeyUri(uri);
    expect(factor).toEqual(scanned);
    expect(await accepts(codeOf(factor, Date.now() / 1000))).toBe(true);
    // better-auth has changed the row.
    expect(row.verified).toBe(true);
    expect(fromBetterAuth(row, { secret, ...settings })).toEqual(factor);
  });

  it("opens a row that a versioned secret sealed", async () => {
    const secrets = [
      { version: 2, value: "the second secret, long enough for better-auth" },
      { version: 1, value: "the first secret, long enough for better-auth as well" },
    ];
    const { row, uri } = await enrolled({ secrets });
    expect(row.secret).toMatch(/^\$ba\$2\$/);
    const confirmed = { ...row, verified: 1 };
    expect(fromBetterAuth(confirmed, { secret, secrets }).secret).toEqual(parseKeyUri(uri).secret);
    expect(refusal(() => fromBetterAuth(confirmed, { secret }))).toMatch(/sealed with version 2 of BETTER_AUTH_SECRETS/);
    expect(refusal(() => fromBetterAuth(confirmed, { secrets: secrets.slice(1) }))).toMatch(/version 2/);
  });

  it("opens whatever better-auth's symmetricEncrypt makes, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1, maxLength: 200, unit: "grapheme" }),
        fc.string({ minLength: 1, unit: "grapheme" }),
        fc.nat(),
        async (data, key, place) => {
          fc.pre(data.isWellFormed() && key.isWellFormed());
          const sealed = await symmetricEncrypt({ key, data });
          const row = { id: 7, secret: sealed };
          expect(Buffer.from(fromBetterAuth(row, { secret: key }).secret).toString()).toBe(data);
          const at = place % sealed.length;
          const changed = sealed.slice(0, at) + (sealed[at] === "0" ? "1" : "0") + sealed.slice(at + 1);
          for (const [text, with_] of [
            [changed, key],
            [sealed, `${key}x`],
            [sealed.slice(0, -2), key],
            [sealed.slice(0, 60), key],
          ] as const) {
            expect(refusal(() => fromBetterAuth({ id: 7, secret: text }, { secret: with_ }))).toMatch(/row 7: secret: it doesn't open/);
          }
        },
      ),
    );
  });

  it("says which secret is missing, and refuses settings that can't be checked", async () => {
    const sealed = await symmetricEncrypt({ key: secret, data: "x".repeat(32) });
    expect(refusal(() => fromBetterAuth({ secret: sealed }, {}))).toMatch(
      /the better-auth row: secret: it was sealed with BETTER_AUTH_SECRET/,
    );
    expect(refusal(() => fromBetterAuth({ secret: sealed }, { secret, digits: 5 }))).toMatch(/options of fromBetterAuth: digits/);
    expect(refusal(() => fromBetterAuth({ secret: sealed }, { secret, period: 5 }))).toMatch(/options of fromBetterAuth: period/);
    expect(refusal(() => fromBetterAuth({ secret: 7 as unknown as string }, { secret }))).toMatch(/secret/);
  });
});

describe("django-otp", () => {
  /** The devices of django-otp's own tests, as dumpdata writes them. */
  const totpFields = {
    user: 3,
    name: "phone",
    confirmed: true,
    throttling_failure_timestamp: null,
    throttling_failure_count: 0,
    key: "2a2bbba1092ffdd25a328ad1a0a5f5d61d7aacc4",
    step: 30,
    t0: 0,
    digits: 6,
    tolerance: 1,
    drift: 0,
    last_t: -1,
  };
  const hotpFields = {
    user: 4,
    name: "token",
    confirmed: true,
    key: "d2e8a68036f68960b1c30532bb6c56da5934d879",
    digits: 6,
    tolerance: 1,
    counter: 0,
  };
  const totpRow = (change: object = {}): object => ({ model: "otp_totp.totpdevice", pk: 11, fields: { ...totpFields, ...change } });
  const hotpRow = (change: object = {}): object => ({ model: "otp_hotp.hotpdevice", pk: 12, fields: { ...hotpFields, ...change } });

  it("makes the codes that django-otp's own tests expect", () => {
    const { factors, left } = fromDjangoOtp([totpRow(), hotpRow()]);
    expect(left).toEqual([]);
    const [time, count] = factors;
    expect(time).toMatchObject({ user: "3", model: "otp_totp.totpdevice", pk: "11" });
    expect(time?.factor).toMatchObject({ type: "totp", algorithm: "SHA1", digits: 6, period: 30, name: "phone" });
    expect(time?.factor.lastUsedStep).toBeUndefined();
    const codes = Array.from({ length: 10 }, (_, step) => time && codeOf(time.factor, step * 30));
    expect(codes.map(Number)).toEqual([179225, 656163, 839400, 154567, 346912, 471576, 45675, 101397, 491039, 784503]);
    expect(codes[6]).toBe("045675");

    expect(count?.factor).toMatchObject({ type: "hotp", counter: 0, name: "token" });
    expect([0, 1, 2].map((counter) => count && hotp(count.factor.secret, counter))).toEqual(["782373", "313268", "307722"]);
  });

  it("keeps the last step and the next counter, so that no code passes once there and once here", () => {
    // Their tests: after the fourth code, last_t is 3; after the second, counter is 2.
    const { factors } = fromDjangoOtp([totpRow({ last_t: 3 }), hotpRow({ counter: 2 })]);
    expect(factors.map(({ factor }) => [factor.lastUsedStep, factor.counter])).toEqual([
      [3, undefined],
      [undefined, 2],
    ]);
    const secret = factors[1]?.factor.secret ?? new Uint8Array();
    expect(findHotpCounter(secret, "313268", 2, 5)).toBeUndefined();
    expect(findHotpCounter(secret, "307722", 2, 5)).toBe(2);
  });

  it("tells what can't come over, each with its reason, and never a key or a token", () => {
    const key = totpFields.key;
    const dump = [
      totpRow({ t0: 60 }),
      totpRow({ drift: 2 }),
      totpRow({ drift: -2 }),
      totpRow({ confirmed: false }),
      totpRow({ key: `${key}!` }),
      totpRow({ key: "" }),
      totpRow({ step: 5 }),
      totpRow({ digits: 5 }),
      totpRow({ user: null }),
      hotpRow({ counter: -1 }),
      { model: "otp_static.staticdevice", pk: 1, fields: { user: 5, name: "backup", confirmed: true } },
      { model: "otp_static.statictoken", pk: 1, fields: { device: 1, token: "canary23" } },
      { model: "otp_static.statictoken", pk: 2, fields: { device: 9, token: "canary24" } },
      { model: "otp_email.emaildevice", pk: 1, fields: { user: 6, name: "mail", confirmed: true, token: "canary25" } },
      { model: "auth.user", pk: 5, fields: { username: "ada" } },
    ];
    const { factors, left } = fromDjangoOtp(dump);
    expect(factors).toEqual([]);
    expect(left.map(({ user, reason }) => `${user}: ${reason}`)).toEqual([
      expect.stringMatching(/^3: otp_totp.totpdevice 11: t0: steps can be counted from 1970 alone/),
      expect.stringMatching(/drift: its clock is more than a step off/),
      expect.stringMatching(/drift: its clock is more than a step off/),
      expect.stringMatching(/confirmed: its owner never gave a code/),
      expect.stringMatching(/key: it is not hex/),
      expect.stringMatching(/key: it is empty/),
      expect.stringMatching(/step: /),
      expect.stringMatching(/digits: /),
      expect.stringMatching(/^undefined: .*user: it doesn't say whose it is/),
      expect.stringMatching(/^4: otp_hotp.hotpdevice 12: counter: /),
      expect.stringMatching(/^5: otp_static.staticdevice 1: token: static tokens can't come over/),
      expect.stringMatching(/^undefined: otp_static.statictoken 2: token: static tokens can't come over/),
      expect.stringMatching(/^6: otp_email.emaildevice 1: model: no authenticator of this kind/),
    ]);
    expect(JSON.stringify(left)).not.toMatch(new RegExp(`canary|${key}`));
  });

  it("takes a step of drift, keys of any kind, and every other setting there is", () => {
    const rows = [totpRow({ drift: -1, digits: 8, step: 60 }), totpRow({ user: ["ada"] }), { ...totpRow({ user: "0b9c" }), pk: null }];
    expect(fromDjangoOtp(rows).factors).toMatchObject([
      { user: "3", factor: { digits: 8, period: 60 } },
      { user: "ada", pk: "11" },
      { user: "0b9c", pk: "" },
    ]);
  });

  it("refuses what is no dump", () => {
    expect(refusal(() => fromDjangoOtp({}))).toMatch(/the dump: the row: a dump is the list/);
    expect(refusal(() => fromDjangoOtp("[]"))).toMatch(/a dump is the list/);
    expect(refusal(() => fromDjangoOtp([{ pk: 1 }]))).toMatch(/the dump: 0\.model/);
  });
});

describe("every importer", () => {
  it("A42 answers or throws a RangeError that quotes nothing of the row", () => {
    const canary = fc.constantFrom("CANARYCANARYCANARY234567", "canary-canary", "63616e617279");
    const value = fc.oneof(canary, fc.anything(), fc.integer(), fc.constantFrom("totp", "hotp", "hex", "sha1", null, undefined));
    const fields = [
      "secret",
      "ascii",
      "hex",
      "base32",
      "otpauth_url",
      "encoding",
      "type",
      "algorithm",
      "digits",
      "step",
      "period",
      "counter",
    ];
    const more = ["t0", "epoch", "name", "version", "verified", "key", "drift", "last_t", "confirmed", "user", "lastUsedStep"];
    const row = fc.dictionary(fc.constantFrom(...fields, ...more), value);
    const importers: ((row: unknown) => unknown)[] = [
      (row) => fromOtplib(row as OtplibRow),
      (row) => fromSpeakeasy(row as SpeakeasyRow),
      (row) => fromBetterAuth(row as BetterAuthRow, { secret: "s" }),
      (row) => fromDjangoOtp(row),
      (row) =>
        fromDjangoOtp([{ model: "otp_totp.totpdevice", pk: 1, fields: row }]).left.map(({ reason }) =>
          expect(reason).not.toMatch(/canary/i),
        ),
    ];
    fc.assert(
      fc.property(fc.oneof(row, fc.anything()), fc.constantFrom(...importers), (given, importer) => {
        try {
          importer(given);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          expect(error.message).not.toMatch(/canary|63616e617279/i);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
