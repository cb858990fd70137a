const utf8 = new TextEncoder();

/**
 * Encodes a list of strings so that no two lists share an encoding: each string's UTF-8
 * bytes behind their length in four bytes. Without the lengths, ["ab", "c"] and ["a", "bc"]
 * would be the same bytes, and one row could pass for another.
 */
export function lengthPrefixed(parts: readonly string[]): Buffer {
  const chunks: Uint8Array[] = [];
  for (const part of parts) {
    const bytes = utf8.encode(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    chunks.push(length, bytes);
  }
  return Buffer.concat(chunks);
}

/** Strict base64url: `undefined` for anything that is not the canonical, unpadded encoding. */
export function fromBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}
