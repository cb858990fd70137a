import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../src/index.ts";
import { clientAddressKey, createRateLimits, memoryLimits } from "../src/limits/index.ts";

const byte = fc.integer({ min: 0, max: 255 });
const group = fc.integer({ min: 0, max: 0xffff });
const groups = fc.array(fc.oneof(fc.constant(0), group), { minLength: 8, maxLength: 8 });
const ipv4 = fc.array(byte, { minLength: 4, maxLength: 4 }).map((bytes) => bytes.join("."));

/** What RFC 4291 §2.2 lets a writer choose. */
interface Style {
  upper: boolean;
  padded: boolean;
  dotted: boolean;
  /** Which run of zero groups is left out, if any: from where on, and how many at most. */
  from: number;
  most: number;
}
const style: fc.Arbitrary<Style> = fc.record({
  upper: fc.boolean(),
  padded: fc.boolean(),
  dotted: fc.boolean(),
  from: fc.integer({ min: 0, max: 7 }),
  most: fc.integer({ min: 0, max: 8 }),
});

/** An IPv6 address in one of its spellings. */
function spelt(eight: readonly number[], { upper, padded, dotted, from, most }: Style): string {
  const hex = (n: number): string => {
    const text = n.toString(16).padStart(padded ? 4 : 1, "0");
    return upper ? text.toUpperCase() : text;
  };
  const [high = 0, low = 0] = eight.slice(6);
  const parts = eight.slice(0, 6).map(hex);
  parts.push(...(dotted ? [[high >> 8, high & 0xff, low >> 8, low & 0xff].join(".")] : [hex(high), hex(low)]));
  let zeros = 0;
  while (zeros < most && eight[from + zeros] === 0 && from + zeros < (dotted ? 6 : 8)) zeros += 1;
  if (zeros === 0) return parts.join(":");
  return `${parts.slice(0, from).join(":")}::${parts.slice(from + zeros).join(":")}`;
}

describe("A16 one client, one spelling", () => {
  test("A16 every spelling of an IPv6 address is the same key", () => {
    fc.assert(
      fc.property(groups, style, style, (eight, one, other) => {
        const key = clientAddressKey(spelt(eight, one));
        expect(key).toBeDefined();
        expect(clientAddressKey(spelt(eight, other))).toBe(key);
        expect(clientAddressKey(` [${spelt(eight, other)}]:443`)).toBe(key);
        expect(clientAddressKey(`${spelt(eight, other)}%eth0`)).toBe(key);
      }),
      { numRuns: 1000 },
    );
  });

  test("A16 an IPv4 address is the same key however it comes", () => {
    fc.assert(
      fc.property(ipv4, style, (address, how) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
        expect(clientAddressKey(address)).toBe(address);
        expect(clientAddressKey(`${address}:50123`)).toBe(address);
        expect(clientAddressKey(`::ffff:${address}`)).toBe(address);
        expect(clientAddressKey(spelt([0, 0, 0, 0, 0, 0xffff, (a << 8) | b, (c << 8) | d], how))).toBe(address);
      }),
    );
  });

  test("A16 addresses share a key if and only if they share the network", () => {
    fc.assert(
      fc.property(groups, groups, fc.integer({ min: 1, max: 128 }), style, (mine, others, ipv6Prefix, how) => {
        const bits = (eight: readonly number[]) => eight.map((n) => n.toString(2).padStart(16, "0")).join("");
        const isMapped = (eight: readonly number[]) => bits(eight).startsWith(`${"0".repeat(80)}${"1".repeat(16)}`);
        fc.pre(!isMapped(mine) && !isMapped(others));
        // As far as the prefix goes, the one; behind it, the other.
        const mixed = bits(mine).slice(0, ipv6Prefix) + bits(others).slice(ipv6Prefix);
        const neighbour = Array.from({ length: 8 }, (_, n) => Number.parseInt(mixed.slice(n * 16, n * 16 + 16), 2));
        fc.pre(!isMapped(neighbour));
        const key = clientAddressKey(spelt(mine, how), { ipv6Prefix });
        expect(clientAddressKey(spelt(neighbour, how), { ipv6Prefix })).toBe(key);
        const isSame = bits(mine).slice(0, ipv6Prefix) === bits(others).slice(0, ipv6Prefix);
        expect(clientAddressKey(spelt(others, how), { ipv6Prefix }) === key).toBe(isSame);
      }),
      { numRuns: 1000 },
    );
  });

  test("A16 a key is the network's own name", () => {
    expect(clientAddressKey("2001:DB8:0:1:0:0:0:7")).toBe("2001:db8:0:1::/64");
    expect(clientAddressKey("2001:db8:0:1234::7", { ipv6Prefix: 56 })).toBe("2001:db8:0:1200::/56");
    expect(clientAddressKey("2001:db8::1", { ipv6Prefix: 128 })).toBe("2001:db8:0:0:0:0:0:1/128");
    expect(clientAddressKey("2001:db8::1", { ipv6Prefix: 48 })).toBe("2001:db8:0::/48");
    expect(clientAddressKey("::1")).toBe("0:0:0:0::/64");
    expect(clientAddressKey("::FFFF:192.0.2.1")).toBe("192.0.2.1");
  });

  test("A16 turning through a /64 leaves one count", async () => {
    const limits = createRateLimits({ five: { points: 5, per: "1m" } }, memoryLimits());
    const addresses = [
      "2001:db8::1",
      "2001:DB8::2",
      "2001:db8:0:0:3::",
      "2001:0db8:0:0:ffff:ffff:ffff:ffff",
      "[2001:db8::4]:80",
      "2001:db8::5%1",
    ];
    const answers = [];
    for (const address of addresses) answers.push(await limits.consume("five", clientAddressKey(address) as string));
    expect(answers.map(({ allowed }) => allowed)).toEqual([true, true, true, true, true, false]);
  });
});

test("what is no address has no key, and nothing makes it throw", () => {
  const none = [
    "",
    " ",
    "localhost",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "01.2.3.4",
    "1.2.3.4:",
    "1.2.3.4:123456",
    "[1.2.3.4",
    ":::",
    "1::2::3",
  ];
  for (const text of [...none, "2001:db8::g", "unknown", "_hidden", "2001:db8::1/64", `${"0".repeat(200)}::1`]) {
    expect(clientAddressKey(text), text).toBeUndefined();
  }
  expect(clientAddressKey(undefined)).toBeUndefined();
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const key = clientAddressKey(value as string);
      expect(["string", "undefined"]).toContain(typeof key);
    }),
  );
});

test.each([0, 129, 63.5, -1, "64", null])("a prefix of %j is the program's mistake", (ipv6Prefix) => {
  expect(() => clientAddressKey("::1", { ipv6Prefix: ipv6Prefix as number })).toThrow(ConfigError);
});
