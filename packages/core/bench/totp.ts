import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import { TOTP as OtpauthTotp, Secret } from "otpauth";
import { verifySync } from "otplib";
import speakeasy from "speakeasy";
import { findTotpStep, generateSecret, toBase32, totp, totpStep } from "../src/otp/index.ts";
import { type Contestant, inMicroseconds, type Report, race, timesAsFast } from "./runner.ts";

/** An instant in the middle of a step. */
const AT = 1_800_000_015_000;

/** A contestant that judges a valid code over and over, and stops the benchmark if it ever finds it invalid. */
function judge(name: string, valid: () => boolean): Contestant {
  return {
    name,
    round(times) {
      for (let n = 0; n < times; n += 1) if (!valid()) throw new Error(`${name} finds a valid code invalid.`);
    },
  };
}

/** One HMAC, truncated and compared: what no verification can do without. */
function bare(name: string, keyOf: () => KeyObject, code: string): Contestant {
  const counter = Buffer.alloc(8);
  counter.writeUInt32BE(totpStep(AT), 4);
  const submitted = Buffer.from(code);
  return judge(name, () => {
    const mac = createHmac("sha1", keyOf()).update(counter).digest();
    const truncated = mac.readUInt32BE(mac.readUInt8(mac.length - 1) & 0x0f) & 0x7fff_ffff;
    return timingSafeEqual(Buffer.from(String(truncated % 1e6).padStart(6, "0")), submitted);
  });
}

/** A valid code of the present step verified: by us, by other libraries, and by the least that it takes. */
export async function bench(): Promise<Report> {
  const secret = generateSecret();
  const code = totp(secret, AT);
  const key = createSecretKey(secret);
  const text = toBase32(secret);
  const otpauth = new OtpauthTotp({ secret: new Secret({ buffer: secret.slice().buffer }) });

  const contestants = {
    ours: judge("nightlatch, from the secret's bytes", () => findTotpStep(secret, code, AT) !== undefined),
    bare: bare("bare createHmac, on a ready key", () => key, code),
    bareMade: bare("bare createHmac, making its key", () => createSecretKey(secret), code),
    otplib: judge(
      "otplib 13 verifySync, from bytes",
      () => verifySync({ secret, token: code, epoch: AT / 1000, epochTolerance: 30 }).valid,
    ),
    otplibNoWindow: judge("otplib 13 verifySync, present step only", () => verifySync({ secret, token: code, epoch: AT / 1000 }).valid),
    otpauth: judge("otpauth, from a ready object", () => otpauth.validate({ token: code, timestamp: AT, window: 1 }) !== null),
    speakeasy: judge("speakeasy, from base32", () =>
      speakeasy.totp.verify({ secret: text, encoding: "base32", token: code, time: AT / 1000, window: 1 }),
    ),
  };
  const timings = await race(Object.values(contestants), { clock: "thread" });
  const of = (contestant: Contestant) => {
    const timing = timings.find(({ name }) => name === contestant.name);
    if (!timing) throw new Error(`${contestant.name} was not measured.`);
    return timing;
  };
  const { ours, ...others } = contestants;
  const against = (contestant: Contestant): number => timesAsFast(of(ours), of(contestant));
  return {
    title: "TOTP: a valid code of the present step verified (SHA1, 6 digits, 30 s, one step of tolerance each way)",
    method: [
      "All in one process, in interleaved rounds of about 20 ms in random order, young garbage collected before each; 8 to warm up, 61 that count.",
      "Shown is the median round, in processor time of the main thread: what else the machine does is left out.",
      "A ratio is the median over the rounds of theirs to ours, so above 1 we are faster.",
      "Ours starts from the secret's bytes and makes its key anew for each verification, as the engine does with each secret that it opens.",
      "The others get what suits them best: bytes or a ready object, and the synchronous call.",
      "Bare is one HMAC by createHmac, truncated and compared; it looks at no other step. Its ratio is to the one on a ready key.",
    ],
    figures: timings.map(inMicroseconds),
    ratios: [
      { name: "totp/otplib", value: against(others.otplib), atLeast: 4 },
      { name: "totp/bare", value: against(others.bare), atLeast: 0.65 },
      { name: "totp/otpauth", value: against(others.otpauth), atLeast: 1 },
      { name: "totp/speakeasy", value: against(others.speakeasy), atLeast: 1 },
    ],
  };
}
