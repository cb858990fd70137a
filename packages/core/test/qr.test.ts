import { create } from "qrcode";
import { describe, expect, it } from "vitest";
import { qrDataUrl, qrPng } from "../src/otp/index.ts";

/** Modules along a side of the smallest code that holds a text at a level of correction. */
const sideOf = (text: string, errorCorrectionLevel: "L" | "M"): number => create(text, { errorCorrectionLevel }).modules.size;

/** Width and height of a PNG (its IHDR chunk), in pixels. */
async function sizeOf(text: string): Promise<[number, number]> {
  const png = Buffer.from(await qrPng(text));
  expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

describe("the QR picture of a key URI", () => {
  const uri = (length: number): string => `otpauth://totp/${"a".repeat(length - 15)}`;

  it("has six pixels a module and the quiet zone of four modules around", async () => {
    const side = (sideOf(uri(100), "M") + 2 * 4) * 6;
    expect(await sizeOf(uri(100))).toEqual([side, side]);
  });

  it("gives up some correction for a text beyond 1,200 characters, and so holds one of 2,048", async () => {
    expect(sideOf(uri(1200), "M")).not.toBe(sideOf(uri(1200), "L"));
    for (const [length, level] of [
      [1200, "M"],
      [1201, "L"],
      [2048, "L"],
    ] as const) {
      expect((await sizeOf(uri(length)))[0]).toBe((sideOf(uri(length), level) + 8) * 6);
    }
  });

  it("is the same as a data URL", async () => {
    const [prefix, base64 = ""] = (await qrDataUrl(uri(60))).split(",");
    expect(prefix).toBe("data:image/png;base64");
    expect(Buffer.from(base64, "base64")).toEqual(Buffer.from(await qrPng(uri(60))));
  });
});
