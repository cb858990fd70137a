import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { PNG } from "pngjs";
import { toBuffer } from "qrcode";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ConfigError, email, hotp, MfaError, totp as totpFactor } from "../src/index.ts";
import { notices } from "../src/notices/index.ts";
import { findTotpStep, fromBase32, keyUri, qrDataUrl, qrPng, totp } from "../src/otp/index.ts";
import { sqliteStore } from "../src/stores/sqlite/index.ts";
import { enrol, inbox, manualClock, testMfa, virtualAuthenticator } from "../src/testing/index.ts";
import { readPng } from "../src/testing/png.ts";
import { good, required } from "./support/kit.ts";

const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const URI = `otpauth://totp/Example:ada%40example.com?secret=${SECRET}&issuer=Example`;

describe("a clock that moves by hand", () => {
  it("stands still, moves on by durations, and is put anywhere", () => {
    const clock = manualClock();
    expect(new Date(clock.now()).toISOString()).toBe("2027-01-01T12:00:15.000Z");
    const start = clock.now();
    clock.advance("30s");
    clock.advance(15);
    clock.advance("15m");
    expect(clock.now() - start).toBe(945_000);
    clock.set(new Date("2020-02-29"));
    expect(clock.now()).toBe(Date.UTC(2020, 1, 29));
    expect(manualClock(59_000).now()).toBe(59_000);
    const { now } = clock;
    expect(now()).toBe(clock.now());
  });

  it("is not moved by what is no duration, nor put where no instant is", () => {
    const clock = manualClock(1_000);
    for (const by of [-1, 1.5, "soon", "5 m", Number.NaN, undefined]) expect(() => clock.advance(by as never)).toThrow(ConfigError);
    for (const at of [Number.NaN, -1, 0.5, new Date("never")]) {
      expect(() => clock.set(at)).toThrow(ConfigError);
      expect(() => manualClock(at)).toThrow(ConfigError);
    }
    expect(clock.now()).toBe(1_000);
  });
});

describe("an authenticator from a key URI", () => {
  it("shows the codes of RFC 6238 appendix B, as the clock goes", () => {
    const clock = manualClock(59_000);
    const phone = virtualAuthenticator({ uri: `${URI}&digits=8`, clock });
    expect(phone).toMatchObject({ type: "totp", issuer: "Example", account: "ada@example.com", counter: undefined });
    expect(phone.code()).toBe("94287082");
    clock.set(1_111_111_109_000);
    expect([phone.code(), phone.code()]).toEqual(["07081804", "07081804"]);
    expect(phone.next()).toBe("14050471");
    expect(clock.now()).toBe(1_111_111_110_000);
    expect(virtualAuthenticator({ uri: `${URI}&digits=8`, clock: () => 20_000_000_000_000 }).code()).toBe("65353130");
  });

  it("goes by the system's clock if it is given none, and shows the next code early where a clock can't be moved", () => {
    expect(findTotpStep(fromBase32(SECRET), virtualAuthenticator({ uri: URI }).code(), Date.now())).toBeDefined();
    const phone = virtualAuthenticator({ uri: URI, clock: () => 59_000 });
    expect(phone.next()).toBe(totp(fromBase32(SECRET), 89_000));
    expect(phone.next()).toBe(totp(fromBase32(SECRET), 89_000));
    expect(phone.code()).toBe(totp(fromBase32(SECRET), 59_000));
  });

  it("counts, where it is a token with a counter (RFC 4226 appendix D)", () => {
    const token = virtualAuthenticator({ uri: `otpauth://hotp/ada?secret=${SECRET}&counter=0` });
    expect([token.type, token.counter, token.code(), token.code()]).toEqual(["hotp", 0, "755224", "755224"]);
    expect([token.next(), token.next(), token.counter, token.code()]).toEqual(["287082", "359152", 2, "359152"]);
  });

  it("has a wrong code that is none of those near, whatever the secret", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), fc.integer({ min: 0, max: 4e12 }), (secret, at) => {
        const uri = keyUri({ type: "totp", issuer: "E", account: "a", secret });
        const wrong = virtualAuthenticator({ uri, clock: () => at }).wrongCode();
        expect(wrong).toMatch(/^[0-9]{6}$/);
        expect(findTotpStep(secret, wrong, at, { window: 20 })).toBeUndefined();
      }),
    );
    expect(virtualAuthenticator({ uri: `${URI}&digits=8` }).wrongCode()).toMatch(/^[0-9]{8}$/);
    // The secret's code 349,495 is 000000: near it another has to do, and far from it that one will.
    const at = (counter: number): string =>
      virtualAuthenticator({ uri: `otpauth://hotp/ada?secret=${SECRET}&counter=${counter}` }).wrongCode();
    expect([349_000, 349_495, 349_500].map(at)).toEqual(["000001", "000001", "000001"]);
    expect([348_400, 349_600].map(at)).toEqual(["000000", "000000"]);
    const seconds = 349_495 * 30;
    expect(virtualAuthenticator({ uri: URI, clock: () => (seconds + 300) * 1000 }).wrongCode()).toBe("000001");
  });

  it("is not made from what can't be read, from nothing, or from two things", () => {
    expect(() => virtualAuthenticator({ uri: "otpauth://totp/a" })).toThrow(RangeError);
    expect(() => virtualAuthenticator({} as never)).toThrow(ConfigError);
    expect(() => virtualAuthenticator({ uri: URI, qr: "x" } as never)).toThrow(ConfigError);
  });
});

describe("an authenticator from a QR picture", () => {
  it("reads the picture that enrolling shows, as PNG and as data URL, however long the names are", async () => {
    for (const account of ["a", "ada@example.com", "ä".repeat(100)]) {
      const uri = keyUri({ type: "totp", issuer: "Example & Søns", account, secret: fromBase32(SECRET) });
      expect(virtualAuthenticator({ qr: await qrPng(uri) }).uri).toBe(uri);
      expect(virtualAuthenticator({ qr: await qrDataUrl(uri) })).toMatchObject({ issuer: "Example & Søns", account });
    }
  });

  it("reads one on a transparent ground, small, large and in colour", async () => {
    for (const options of [
      { scale: 2 },
      { scale: 20 },
      { color: { dark: "#103070ff", light: "#ffffff00" } },
      { color: { dark: "#000", light: "#ffee88" } },
    ]) {
      expect(virtualAuthenticator({ qr: await toBuffer(URI, options) }).uri).toBe(URI);
    }
  });

  it("says what is wrong with what is none", async () => {
    const png = Buffer.from(await qrPng(URI));
    const blank = PNG.sync.write({ width: 64, height: 64, data: Buffer.alloc(64 * 64 * 4, 255) });
    const interlaced = Buffer.from(png);
    interlaced[28] = 1;
    const huge = Buffer.from(png);
    huge.writeUInt32BE(2 ** 31, 16);
    for (const [qr, says] of [
      ["otpauth://totp/a", "data URL|base64 URL"],
      ["data:image/jpeg;base64,AAAA", "base64 URL"],
      [Buffer.from("GIF89a"), "not a PNG"],
      [png.subarray(0, 20), "no header"],
      [png.subarray(0, 60), "no pixels|damaged|missing"],
      [interlaced, "interlaced"],
      [huge, "pixels"],
      [blank, "no QR code"],
    ] as const) {
      expect(() => virtualAuthenticator({ qr })).toThrow(RangeError);
      expect(() => virtualAuthenticator({ qr })).toThrow(new RegExp(says));
    }
  });
});

describe("the reader of pictures", () => {
  const white = { red: 255, green: 255, blue: 255 };

  it("reads what pngjs writes in every colour type and filter as pngjs reads it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(0, 2, 4, 6),
        fc.constantFrom(8, 16),
        fc.integer({ min: -1, max: 4 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        (width, height, colorType, bitDepth, filterType, bytes) => {
          const data = Buffer.from([...bytes.take(width * height * 4)]);
          const png = PNG.sync.write(
            { width, height, data },
            { colorType, bitDepth: colorType === 6 || colorType === 2 ? (bitDepth as 8) : 8, filterType, bgColor: white },
          );
          const expected = PNG.sync.read(png);
          const onWhite = expected.data.map((shade, index) => {
            const opacity = expected.data[index - (index % 4) + 3] as number;
            return index % 4 === 3 ? 255 : Math.round((shade * opacity + 255 * (255 - opacity)) / 255);
          });
          const { rgba, ...size } = readPng(png);
          expect(size).toEqual({ width, height });
          expect(Buffer.from(rgba)).toEqual(Buffer.from(onWhite));
        },
      ),
    );
  });

  /** A PNG of packed samples, unfiltered: the kinds that pngjs reads and does not write. */
  function packed(
    width: number,
    height: number,
    depth: number,
    colour: number,
    rows: number[][],
    extra: [string, number[]][] = [],
  ): Buffer {
    const chunk = (type: string, data: Uint8Array): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(data.length);
      return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([depth, colour], 8);
    const pixels = deflateSync(Buffer.from(rows.flatMap((row) => [0, ...row])));
    return Buffer.concat([
      Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
      chunk("IHDR", header),
      ...extra.map(([type, data]) => chunk(type, Buffer.from(data))),
      // Split, as encoders do with large pictures.
      chunk("IDAT", pixels.subarray(0, 4)),
      chunk("IDAT", pixels.subarray(4)),
      chunk("IEND", Buffer.alloc(0)),
    ]);
  }
  const reds = (png: Buffer): number[] => [...readPng(png).rgba].filter((_, index) => index % 4 === 0);

  it("reads one, two and four bits a sample, and palettes with their opacity", () => {
    expect(
      reds(
        packed(10, 2, 1, 0, [
          [0b10110000, 0b01000000],
          [0b01001111, 0b10000000],
        ]),
      ),
    ).toEqual([...[255, 0, 255, 255, 0, 0, 0, 0, 0, 255], ...[0, 255, 0, 0, 255, 255, 255, 255, 255, 0]]);
    expect(reds(packed(5, 1, 2, 0, [[0b00011011, 0b10000000]]))).toEqual([0, 85, 170, 255, 170]);
    expect(reds(packed(3, 1, 4, 0, [[0x0f, 0x30]]))).toEqual([0, 255, 51]);
    const palette: [string, number[]][] = [
      ["PLTE", [0, 0, 0, 200, 10, 10, 90, 90, 90]],
      ["tRNS", [255, 0]],
    ];
    expect(reds(packed(4, 1, 2, 3, [[0b00011011]], palette))).toEqual([0, 255, 90, 0]);
    expect(reds(packed(3, 1, 8, 3, [[0, 1, 2]], palette.slice(0, 1)))).toEqual([0, 200, 90]);
  });

  it("refuses colours and filters that PNG does not know, and rows that are missing", () => {
    expect(() => readPng(packed(1, 1, 8, 5, [[0]]))).toThrow("colours");
    expect(() => readPng(packed(1, 1, 3, 0, [[0]]))).toThrow("colours");
    expect(() => readPng(packed(1, 0, 8, 0, [[0]]))).toThrow("1 by 0 pixels");
    expect(() => readPng(packed(1, 3, 8, 0, [[0]]))).toThrow("missing");
    expect(() => readPng(packed(1, 1, 8, 0, [[0], [0]]))).toThrow("damaged");
    // A row of one pixel more than the header says, whose second byte stands where the next row's filter would.
    expect(() => readPng(packed(1, 2, 8, 0, [[0, 5, 0]]))).toThrow("filter");
  });
});

describe("an engine for tests", () => {
  it("enrols, verifies, tells a replay, locks, lets in by a recovery code, and ends the lock when the clock says so", async () => {
    const { mfa, clock, events } = await testMfa();
    const subject = { id: "ada", session: "s1" };
    const { authenticator, recoveryCodes, grant } = await enrol(mfa, subject, { clock });
    expect((await mfa.verifyGrant(grant, subject)).ok).toBe(true);
    const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
    good(await mfa.verify({ challenge, code: authenticator.code(), session: "s1" }));
    expect(await mfa.verify({ subject, code: authenticator.code() })).toMatchObject({ ok: false, reason: "replayed" });
    good(await mfa.verify({ subject, code: authenticator.next() }));
    for (let n = 0; n < 5; n += 1) await mfa.verify({ subject, code: authenticator.wrongCode() });
    expect(await mfa.verify({ subject, code: authenticator.next() })).toMatchObject({ ok: false, reason: "locked" });
    good(await mfa.verify({ subject, code: recoveryCodes[0] ?? "" }));
    clock.advance("15m");
    good(await mfa.verify({ subject, code: authenticator.code() }));
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["factor_enabled", "code_replayed", "locked", "recovery_code_used", "verified"]),
    );
  });

  it("takes the host's own store, clock, options and listener; two engines share nothing", async () => {
    const { DatabaseSync } = await import("node:sqlite");
    const heard: string[] = [];
    const store = sqliteStore(new DatabaseSync(":memory:"));
    const clock = manualClock(Date.UTC(2030, 0, 1));
    const test = await testMfa({ store, clock, lockout: { failures: 1 }, onEvent: ({ type }) => void heard.push(type), issuer: "Harbour" });
    expect(test).toMatchObject({ store, clock });
    const { authenticator } = await enrol(test.mfa, { id: "ada" }, { clock });
    expect(authenticator).toMatchObject({ issuer: "Harbour", account: "ada" });
    await test.mfa.verify({ subject: { id: "ada" }, code: authenticator.wrongCode() });
    expect(heard).toEqual(test.events.map(({ type }) => type));
    expect(heard).toContain("locked");
    expect(test.events[0]?.at).toEqual(new Date("2030-01-01"));
    const other = await testMfa();
    expect((await other.mfa.status({ id: "ada" })).enabled).toBe(false);
    await expect(testMfa({ issuer: "" })).rejects.toThrow(MfaError);
  });

  it("enrols a token with a counter too, and by a clock that can't be moved; says why it can't", async () => {
    const { mfa, clock } = await testMfa({ factors: [totpFactor(), hotp()] });
    const subject = { id: "ada" };
    const { authenticator, factorId } = await enrol(mfa, subject, { type: "hotp" });
    good(await mfa.verify({ subject, code: authenticator.code(), factorId }));
    good(await mfa.verify({ subject, code: authenticator.next(), factorId }));
    await expect(enrol(mfa, subject, { clock })).rejects.toThrow("proof_needed");
    await expect(enrol(mfa, { id: "bob" })).rejects.toThrow(/enable.*invalid/);
    const real = await testMfa({ clock: { ...manualClock(), now: Date.now } });
    const phone = (await enrol(real.mfa, subject)).authenticator;
    good(await real.mfa.verify({ subject, code: phone.next() }));
  });
});

describe("an inbox", () => {
  it("keeps the codes that were delivered, and gives the last, of a subject too", async () => {
    const box = inbox();
    const { mfa, clock } = await testMfa({ factors: [totpFactor(), email(box.deliver)] });
    expect(() => box.lastCode()).toThrow("No code came");
    for (const id of ["ada", "bob"]) {
      await enrol(mfa, { id }, { clock });
      const { challenge } = await mfa.challenge({ id });
      expect(good(await mfa.deliver(challenge, "email")).to).toBe("inbox");
      good(await mfa.verify({ challenge, subject: { id }, code: box.lastCode(id) }));
    }
    expect(box.codes.map(({ subject }) => subject.id)).toEqual(["ada", "bob"]);
    expect(box.lastCode()).toBe(box.codes[1]?.code);
    expect(box.lastCode("ada")).toBe(box.codes[0]?.code);
    expect(() => box.lastCode("eve")).toThrow("for eve, of 2");
    box.clear();
    expect(box.codes).toEqual([]);
  });

  it("gives a notice that is there, or the first to come, and says which did when none does", async () => {
    const box = inbox();
    const tell = notices({ issuer: "Harbour", recipient: () => ({ language: "de" }), send: box.send });
    const { mfa, clock } = await testMfa({ onEvent: tell });
    const locked = box.notice("locked");
    const first = box.notice("factor_enabled");
    const { authenticator } = await enrol(mfa, { id: "ada" }, { clock });
    expect(await first).toMatchObject({ kind: "factor_enabled", language: "de" });
    for (let n = 0; n < 5; n += 1) await mfa.verify({ subject: { id: "ada" }, code: authenticator.wrongCode() });
    expect(await box.notice("locked")).toBe(await locked);
    expect(box.notices.map(({ kind }) => kind)).toEqual(["factor_enabled", "locked"]);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const none = box.notice("unlocked");
    vi.advanceTimersByTime(2_000);
    await expect(none).rejects.toThrow('No notice "unlocked" came within 2 s. Those that came: factor_enabled, locked.');
    box.clear();
    expect(box.notices).toEqual([]);
  });
});
