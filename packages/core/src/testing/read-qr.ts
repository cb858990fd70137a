import jsqr from "jsqr";
import { readPng } from "./png.ts";

const DATA_URL = /^data:image\/png;base64,([A-Za-z0-9+/]+={0,2})$/;

/**
 * The text of a QR code in a picture: a PNG's bytes, or a `data:image/png;base64,…` URL.
 *
 * @throws RangeError when it is no such picture, or no code is found in it
 */
export function readQr(picture: Uint8Array | string): string {
  const base64 = typeof picture === "string" ? DATA_URL.exec(picture)?.[1] : undefined;
  if (typeof picture === "string" && base64 === undefined) {
    throw new RangeError("The picture can't be read: it is a text, and no data:image/png;base64 URL. Give the PNG's bytes, or such a URL.");
  }
  const { rgba, width, height } = readPng(base64 === undefined ? (picture as Uint8Array) : Buffer.from(base64, "base64"));
  const found = jsqr.default(rgba, width, height);
  if (!found)
    throw new RangeError("The picture can't be read: no QR code was found in it. It has to be upright, whole, and have a white margin.");
  return found.data;
}
