import { toBuffer } from "qrcode";
import { expect, test } from "vitest";
import { ensureTools, hasTool, oathtool, promtool, zbarimg } from "../src/index.ts";

test("hasTool finds what is on the PATH, and only that", () => {
  expect(hasTool("sh")).toBe(true);
  expect(hasTool("no-such-program-anywhere")).toBe(false);
});

test("ensureTools does nothing for nothing", async () => {
  await expect(ensureTools([])).resolves.toBeUndefined();
});

test.skipIf(!hasTool("oathtool"))("oathtool answers the first vector of RFC 4226", async () => {
  expect(await oathtool(["--hotp", "--counter=0", Buffer.from("12345678901234567890").toString("hex")])).toBe("755224");
});

test.skipIf(!hasTool("oathtool"))("oathtool's refusal is an error", async () => {
  await expect(oathtool(["--base32", "not base32!"])).rejects.toThrow();
});

test.skipIf(!hasTool("zbarimg"))("zbarimg reads the text back from a QR code", async () => {
  const text = "otpauth://totp/Example:ann%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Example";
  expect(await zbarimg(await toBuffer(text, { type: "png", margin: 4 }))).toBe(text);
});

test.skipIf(!hasTool("zbarimg"))("zbarimg's blindness is an error", async () => {
  await expect(zbarimg(Buffer.from("no picture"))).rejects.toThrow(/saw no code/);
});

test.skipIf(!hasTool("promtool"))("promtool answers, and its refusal is an error with its words", async () => {
  expect(await promtool(["--version"])).toContain("promtool, version");
  await expect(promtool(["check", "rules", "no-such-file"])).rejects.toThrow(/promtool check rules no-such-file\n.*does not exist/);
});
