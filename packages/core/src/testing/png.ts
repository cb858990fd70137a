import { inflateSync } from "node:zlib";

/** A picture in four bytes a pixel: red, green, blue, opacity. */
export interface Picture {
  width: number;
  height: number;
  rgba: Uint8ClampedArray;
}

const refuse = (what: string): RangeError => new RangeError(`The picture can't be read: ${what}`);

const SIGNATURE = "\x89PNG\r\n\x1a\n";
/** Samples a pixel, by colour type (PNG specification, §11.2.1). */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** More than a phone's photograph has. */
const MOST_PIXELS = 50_000_000;

interface Header {
  width: number;
  height: number;
  depth: number;
  colour: number;
  samples: number;
}

function headerOf(chunk: Buffer | undefined): Header {
  if (chunk?.length !== 13) throw refuse("it has no header.");
  const [width, height] = [chunk.readUInt32BE(0), chunk.readUInt32BE(4)];
  const [depth = 0, colour = 0, , , interlace] = chunk.subarray(8);
  const samples = SAMPLES[colour];
  if (samples === undefined || ![1, 2, 4, 8, 16].includes(depth)) throw refuse("its colours are of no kind that PNG knows.");
  if (interlace !== 0) throw refuse("it is interlaced. Save it without.");
  if (width * height === 0 || width * height > MOST_PIXELS) throw refuse(`it has ${width} by ${height} pixels.`);
  return { width, height, depth, colour, samples };
}

/** The chunks by type; those of the pixels joined. */
function chunksOf(png: Buffer): Map<string, Buffer> {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at + 12 <= png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    const before = type === "IDAT" ? chunks.get(type) : undefined;
    chunks.set(type, before ? Buffer.concat([before, data]) : data);
    at += 12 + length;
  }
  return chunks;
}

function paeth(left: number, above: number, corner: number): number {
  const estimate = left + above - corner;
  const [toLeft, toAbove, toCorner] = [Math.abs(estimate - left), Math.abs(estimate - above), Math.abs(estimate - corner)];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** Takes the rows' filters off, in place (PNG specification, §9.2); `bytes` is how far a pixel's neighbour is. */
function unfilter(rows: Buffer, stride: number, bytes: number): void {
  for (let start = 0; start < rows.length; start += stride) {
    const filter = rows[start] as number;
    if (filter > 4) throw refuse("a row has no filter that PNG knows.");
    for (let at = start + 1; at < start + stride; at += 1) {
      const isFirst = at - start <= bytes;
      const left = isFirst ? 0 : (rows[at - bytes] as number);
      const above = start === 0 ? 0 : (rows[at - stride] as number);
      const corner = isFirst || start === 0 ? 0 : (rows[at - stride - bytes] as number);
      const guesses = [0, left, above, (left + above) >> 1, paeth(left, above, corner)] as const;
      rows[at] = (rows[at] as number) + (guesses[filter] as number);
    }
  }
}

/** The eight-bit value of a sample. An index into the palette stays what it is. */
function sampleAt(rows: Buffer, rowStart: number, index: number, { depth, colour }: Header): number {
  if (depth === 8) return rows[rowStart + index] as number;
  if (depth === 16) return Math.round(rows.readUInt16BE(rowStart + index * 2) / 257);
  const bit = index * depth;
  const value = ((rows[rowStart + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  return colour === 3 ? value : (value * 255) / (2 ** depth - 1);
}

function inflated(data: Buffer | undefined, length: number): Buffer {
  if (!data) throw refuse("it has no pixels.");
  try {
    const rows = inflateSync(data, { maxOutputLength: length });
    if (rows.length === length) return rows;
  } catch {
    throw refuse("its pixels are damaged.");
  }
  throw refuse("some of its pixels are missing.");
}

/**
 * Reads a PNG, of any colours that PNG knows, and lays it on white.
 *
 * @throws RangeError for what is no PNG, is damaged or is interlaced
 */
export function readPng(bytes: Uint8Array): Picture {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (png.toString("latin1", 0, 8) !== SIGNATURE) throw refuse("it is not a PNG.");
  const chunks = chunksOf(png);
  const header = headerOf(chunks.get("IHDR"));
  const { width, height, depth, colour, samples } = header;
  const stride = 1 + Math.ceil((width * samples * depth) / 8);
  const rows = inflated(chunks.get("IDAT"), stride * height);
  unfilter(rows, stride, Math.max(1, (samples * depth) / 8));

  const palette = chunks.get("PLTE") ?? Buffer.alloc(0);
  const paletteOpacity = chunks.get("tRNS") ?? Buffer.alloc(0);
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const rowStart = Math.floor(pixel / width) * stride + 1;
    const first = (pixel % width) * samples;
    const sample = (offset: number): number => sampleAt(rows, rowStart, first + offset, header);
    const isGrey = samples <= 2;
    const index = sample(0);
    const shades = [0, 1, 2].map((n) => (colour === 3 ? (palette[index * 3 + n] ?? 0) : sample(isGrey ? 0 : n)));
    const indexed = colour === 3 ? (paletteOpacity[index] ?? 255) : 255;
    const opacity = samples % 2 === 0 ? sample(samples - 1) : indexed;
    for (const [n, shade] of shades.entries()) rgba[pixel * 4 + n] = Math.round((shade * opacity + 255 * (255 - opacity)) / 255);
    rgba[pixel * 4 + 3] = 255;
  }
  return { width, height, rgba };
}
