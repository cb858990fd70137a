import { toBuffer } from "qrcode";

/** A key URI as a QR picture: PNG bytes, black on white with the quiet zone that scanners need. */
export async function qrPng(uri: string): Promise<Uint8Array> {
  // A long name still fits when fewer of the picture's bits go to correction.
  const errorCorrectionLevel = uri.length > 1200 ? "L" : "M";
  return await toBuffer(uri, { type: "png", errorCorrectionLevel, margin: 4, scale: 6 });
}

/** The same picture as a `data:image/png;base64,…` URL, ready for an `<img>`. */
export async function qrDataUrl(uri: string): Promise<string> {
  const png = await qrPng(uri);
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}
