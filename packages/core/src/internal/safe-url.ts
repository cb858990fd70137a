/** Whether a URL leads to this machine by its very name: RFC 1122 §3.2.1.3, RFC 4291 §2.5.3, RFC 6761 §6.3. */
export const isLoopback = ({ hostname }: URL): boolean =>
  hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);

/**
 * An address to which what is confidential may go: over `https:`, or over `http:` on this machine, elsewhere only where
 * the host says so; and without a user in it. `undefined` for any other.
 */
export function safeUrl(url: string, allowHttp: boolean): URL | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isSafe = parsed?.protocol === "https:" || (parsed?.protocol === "http:" && (allowHttp || isLoopback(parsed)));
  return isSafe && parsed?.username === "" && parsed.password === "" ? parsed : undefined;
}
