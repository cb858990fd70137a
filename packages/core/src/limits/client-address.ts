import { isIPv4, isIPv6 } from "node:net";
import { ConfigError } from "../errors.ts";

/** The options of `clientAddressKey`. */
export interface ClientAddressOptions {
  /**
   * How many bits of an IPv6 address count: whoever has one address of a network has all of it, so a limit by whole
   * addresses limits nobody. From 1 to 128. @defaultValue 64, the smallest network that is given to anybody
   */
  ipv6Prefix?: number;
}

/** An address in brackets, a port behind it: as proxies write them. */
const BRACKETED = /^\[([^[\]]*)\](?::\d{1,5})?$/;
const WITH_PORT = /^([\d.]+):\d{1,5}$/;

const withoutPort = (text: string): string => BRACKETED.exec(text)?.[1] ?? WITH_PORT.exec(text)?.[1] ?? text;

/** The eight groups of an IPv6 address in any of its spellings (RFC 4291 §2.2). */
function groupsOf(address: string): number[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const [a, b, c, d] = dotted ? dotted.slice(1).map(Number) : [];
  const hex = dotted
    ? address.slice(0, dotted.index) +
      [((a as number) << 8) | (b as number), ((c as number) << 8) | (d as number)].map((n) => n.toString(16)).join(":")
    : address;
  const [head = "", tail] = hex.split("::");
  const read = (part: string): number[] => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const before = read(head);
  if (tail === undefined) return before;
  const after = read(tail);
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** The IPv4 address inside an IPv4-mapped one, `::ffff:0:0/96` (RFC 4291 §2.5.5.2). */
function mappedIn(groups: readonly number[]): string | undefined {
  const [high = 0, low = 0] = groups.slice(6);
  if (groups[5] !== 0xffff || groups.slice(0, 5).some((group) => group !== 0)) return undefined;
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}

const cut = (group: number, bits: number): number => group & (0xffff << (16 - Math.min(Math.max(bits, 0), 16))) & 0xffff;

/** Longer than any spelling of an address: not worth a look. */
const LONGEST = 100;

/**
 * An address without its port, brackets and zone, an IPv4 one out of the IPv6 one that it may come in; `undefined` for
 * what is none.
 */
export function plainAddress(text: string | undefined): string | undefined {
  if (typeof text !== "string" || text.length > LONGEST) return undefined;
  if (isIPv4(text)) return text;
  const bare = withoutPort(text.trim()).split("%")[0] as string;
  if (isIPv4(bare)) return bare;
  return isIPv6(bare) ? (mappedIn(groupsOf(bare)) ?? bare) : undefined;
}

/**
 * One spelling of a client's address, to count it by: an IPv4 address as it is, also where it comes as an IPv6 one
 * (`::ffff:192.0.2.1`); an IPv6 address by its network (`2001:db8:0:1::/64`), whatever its case and zeros. A zone, a
 * port and brackets fall away. `undefined` for what is no address.
 *
 * Give it an address that nobody can forge: the connection's own, or what a framework makes of `X-Forwarded-For`
 * where it was told which proxies to trust.
 *
 * @throws ConfigError when the prefix makes no sense
 *
 * @example
 * ```ts
 * import { clientAddressKey } from "@nightlatch/core/limits";
 *
 * clientAddressKey("::FFFF:192.0.2.1"); // "192.0.2.1"
 * clientAddressKey("2001:DB8:0:1:0::7"); // "2001:db8:0:1::/64"
 * ```
 */
export function clientAddressKey(address: string | undefined, { ipv6Prefix = 64 }: ClientAddressOptions = {}): string | undefined {
  if (!Number.isInteger(ipv6Prefix) || ipv6Prefix < 1 || ipv6Prefix > 128)
    throw new ConfigError(`ipv6Prefix is the bits of an IPv6 address that count, a whole number from 1 to 128; got ${String(ipv6Prefix)}.`);
  const plain = plainAddress(address);
  if (plain === undefined || isIPv4(plain)) return plain;
  const network = groupsOf(plain)
    .map((group, index) => cut(group, ipv6Prefix - index * 16).toString(16))
    .slice(0, Math.ceil(ipv6Prefix / 16));
  return `${network.join(":")}${network.length < 8 ? "::" : ""}/${ipv6Prefix}`;
}
