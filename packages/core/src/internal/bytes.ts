/**
 * Encodes a list of strings so that no two lists share an encoding: each string's UTF-8
 * bytes behind their length in four bytes. Without the lengths, ["ab", "c"] and ["a", "bc"]
 * would be the same bytes, and one row could pass for another.
 */
export function lengthPrefixed(parts: readonly string[]): Buffer {
  let most = 0;
  for (const part of parts) most += 4 + 3 * part.length;
  const bytes = Buffer.allocUnsafe(most);
  let end = 0;
  for (const part of parts) {
    const length = bytes.write(part, end + 4);
    bytes.writeUInt32BE(length, end);
    end += 4 + length;
  }
  return bytes.subarray(0, end);
}

/** Strict base64url: `undefined` for anything that is not the canonical, unpadded encoding. */
export function fromBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}
