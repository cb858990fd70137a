import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import { verifySync } from "otplib";
import { findTotpStep, generateSecret, toBase32, totp, totpStep } from "../src/otp/index.ts";
import { type Contestant, inMicroseconds, type Report, race, timesAsFast } from "./runner.ts";

/** A valid code verified, by us and by others. */
export async function bench(): Promise<Report> {
  const at = 1_800_000_000_000;
  const secret = generateSecret();
  const text = toBase32(secret);
  const code = totp(secret, at);
  const key = createSecretKey(secret);
  const counter = Buffer.alloc(8);
  counter.writeUInt32BE(totpStep(at), 4);
  const expected = Buffer.from(code);

  const ours: Contestant = {
    name: "nightlatch",
    round(times) {
      for (let n = 0; n < times; n += 1) if (findTotpStep(secret, code, at) === undefined) throw new Error("nightlatch: not valid");
    },
  };
  const otplib: Contestant = {
    name: "otplib",
    round(times) {
      for (let n = 0; n < times; n += 1)
        if (!verifySync({ secret: text, token: code, epoch: at / 1000, epochTolerance: 30 }).valid) throw new Error("otplib: not valid");
    },
  };
  const bare: Contestant = {
    name: "bare createHmac",
    round(times) {
      for (let n = 0; n < times; n += 1) {
        const mac = createHmac("sha1", key).update(counter).digest();
        const truncated = mac.readUInt32BE(mac.readUInt8(mac.length - 1) & 0x0f) & 0x7fff_ffff;
        const made = Buffer.from(String(truncated % 1e6).padStart(6, "0"));
        if (!timingSafeEqual(made, expected)) throw new Error("bare: not valid");
      }
    },
  };
  const timings = await race([ours, otplib, bare]);
  const [us, them, floor] = timings;
  if (!us || !them || !floor) throw new Error("A contestant is missing.");
  return {
    title: "TOTP: a valid code verified",
    method: ["Interleaved rounds in one process; median of the rounds."],
    figures: timings.map(inMicroseconds),
    ratios: [
      { name: "totp/otplib", value: timesAsFast(us, them), atLeast: 4 },
      { name: "totp/bare", value: timesAsFast(us, floor), atLeast: 0.65 },
    ],
  };
}
