import { BlockList, isIPv4, isIPv6 } from "node:net";
import { ConfigError, refuseUnknown } from "../errors.ts";
import { plainAddress } from "../limits/client-address.ts";

/** Finds the client behind a connection: its own address, or the one that trusted proxies say. */
export type ClientAddress = (remoteAddress: string | undefined, forwardedFor?: string | readonly string[]) => string | undefined;

/** More entries than proxies stand in a row anywhere; the rest is what somebody made up. */
const MOST_HOPS = 32;

function blockListOf(proxies: readonly string[]): BlockList {
  const trusted = new BlockList();
  for (const entry of proxies) {
    const [address = "", bits, ...more] = typeof entry === "string" ? entry.split("/") : [];
    const longest = isIPv4(address) ? 32 : 128;
    const prefix = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (!(isIPv4(address) || isIPv6(address)) || more.length > 0 || !(prefix <= longest))
      throw new ConfigError(
        `trustedProxies holds ${JSON.stringify(entry)}; it takes addresses and networks, such as "10.0.0.0/8" or "::1".`,
      );
    trusted.addSubnet(address, prefix, isIPv4(address) ? "ipv4" : "ipv6");
  }
  return trusted;
}

/**
 * The client's address where no framework finds it: on a bare server, or with the Web handler. `X-Forwarded-For` is what
 * anybody may write, so it is read from its end, and only as far as proxies are trusted: a number of them in a row, or
 * their addresses and networks, which is safer where a client can reach more than the outermost.
 *
 * @throws ConfigError when what is trusted makes no sense
 *
 * @example
 * ```ts
 * import { clientAddress } from "@nightlatch/core/http";
 * import { createServer } from "node:http";
 *
 * const addressOf = clientAddress({ trustedProxies: ["10.0.0.0/8"] });
 * createServer((req, res) => {
 *   res.end(addressOf(req.socket.remoteAddress, req.headers["x-forwarded-for"]));
 * });
 * ```
 */
export function clientAddress({ trustedProxies = 0, ...unknown }: { trustedProxies?: number | readonly string[] } = {}): ClientAddress {
  refuseUnknown("clientAddress", unknown, "trustedProxies");
  let isTrusted: (address: string, hop: number) => boolean;
  if (Array.isArray(trustedProxies)) {
    const trusted = blockListOf(trustedProxies as readonly string[]);
    isTrusted = (address) => trusted.check(address, isIPv4(address) ? "ipv4" : "ipv6");
  } else {
    if (!Number.isInteger(trustedProxies) || (trustedProxies as number) < 0 || (trustedProxies as number) > MOST_HOPS)
      throw new ConfigError(`trustedProxies is a number of proxies from 0 to ${MOST_HOPS}, or a list of their addresses and networks.`);
    isTrusted = (_, hop) => hop < (trustedProxies as number);
  }

  return (remoteAddress, forwardedFor = []) => {
    const said = typeof forwardedFor === "string" ? forwardedFor : forwardedFor.join(",");
    // The nearest first. What is behind the last trusted one is never looked at.
    const hops = [remoteAddress, ...(said === "" ? [] : said.split(",").slice(-MOST_HOPS).reverse())];
    let client: string | undefined;
    for (const [hop, text] of hops.entries()) {
      client = plainAddress(text);
      // What is no address is nobody's to trust, and no client's own.
      if (client === undefined || !isTrusted(client, hop)) return client;
    }
    return client;
  };
}
