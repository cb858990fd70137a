import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../src/http/index.ts";
import { ConfigError } from "../src/index.ts";

const CLIENT = "198.51.100.7";
const PROXY = "10.0.0.1";

describe("A17 the client behind proxies", () => {
  test("A17 with no trusted proxy X-Forwarded-For is not read at all", () => {
    const of = clientAddress();
    fc.assert(
      fc.property(fc.string(), (forged) => {
        expect(of(CLIENT, forged)).toBe(CLIENT);
      }),
    );
  });

  test("A17 what a client writes into X-Forwarded-For changes nothing behind the proxies that are trusted", () => {
    const byCount = clientAddress({ trustedProxies: 2 });
    const byNetwork = clientAddress({ trustedProxies: ["10.0.0.0/8", "2001:db8:ffff::/48"] });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.constant("10.1.1.1"), fc.constant("10.0.0.1, 10.0.0.2")), (forged) => {
        // The outer proxy appends the client, the inner one the outer.
        for (const said of [`${forged}, ${CLIENT}, 10.0.0.2`, `${forged},${CLIENT},10.0.0.2`]) {
          expect(byCount(PROXY, said)).toBe(CLIENT);
          expect(byNetwork(PROXY, said)).toBe(CLIENT);
          expect(byNetwork(`::ffff:${PROXY}`, said)).toBe(CLIENT);
          expect(byNetwork("2001:DB8:FFFF::1", said)).toBe(CLIENT);
        }
        // Whoever comes past the proxies is who the connection says.
        expect(byNetwork("203.0.113.9", `${forged}, ${CLIENT}`)).toBe("203.0.113.9");
      }),
    );
  });

  test("A17 a hop that is no address hides nobody behind another's", () => {
    const of = clientAddress({ trustedProxies: ["10.0.0.0/8"] });
    for (const odd of ["unknown", "", "x", "1.2.3", "_secret"]) expect(of(PROXY, `${CLIENT}, ${odd}`)).toBeUndefined();
    expect(of(undefined, CLIENT)).toBeUndefined();
    expect(of("/var/run/socket", CLIENT)).toBeUndefined();
  });

  test("several fields, ports and brackets are read as one list of addresses", () => {
    const of = clientAddress({ trustedProxies: 1 });
    expect(of(PROXY, ["203.0.113.1", `${CLIENT}:40123`])).toBe(CLIENT);
    expect(of(PROXY, "[2001:db8::7]:443")).toBe("2001:db8::7");
    expect(of(PROXY)).toBe(PROXY);
    expect(
      of(
        PROXY,
        Array.from({ length: 1000 }, () => "10.0.0.2"),
      ),
    ).toBe("10.0.0.2");
  });

  test.each([-1, 1.5, 33, "1", true, null])("proxies of %j stop the start", (trustedProxies) => {
    expect(() => clientAddress({ trustedProxies: trustedProxies as number })).toThrow(ConfigError);
  });

  test("a misspelt option stops the start", () => {
    expect(() => clientAddress({ trustedProxy: 1 } as never)).toThrow(/"trustedProxy"/);
  });

  test.each(["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/8/8", "proxy.internal", "", "10.0.0.0/-1", 7])(
    "a proxy of %j stops the start",
    (proxy) => {
      expect(() => clientAddress({ trustedProxies: [proxy as string] })).toThrow(ConfigError);
    },
  );
});
