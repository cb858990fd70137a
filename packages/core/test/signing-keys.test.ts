import { createPrivateKey, createPublicKey, createSecretKey, hkdfSync, sign, verify } from "node:crypto";
import { decodeProtectedHeader, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { type GrantKey, grantKeys, publicJwk } from "../src/grants/grant-keys.ts";
import { digest, signingKeyId, tokenKind } from "../src/grants/token.ts";
import { HOUR } from "./support/kit.ts";

const dataKey = (id: string, createdAt: number) => ({ id, createdAt, key: createSecretKey(Buffer.alloc(32, id)) });

describe("the key pair of a data key", () => {
  it("R43 is HKDF-SHA-256 of it, without salt, for its use alone, so that it stays the same for ever", () => {
    const [key] = grantKeys([dataKey("k", 0)]);
    const seed = Buffer.from(hkdfSync("sha256", Buffer.alloc(32, "k"), Buffer.alloc(0), Buffer.from("nightlatch grant Ed25519"), 32));
    const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
    const own = createPrivateKey({ key: Buffer.concat([prefix, seed]), format: "der", type: "pkcs8" });
    expect(key.publicKey.equals(createPublicKey(own))).toBe(true);
    expect(publicJwk(key)).toEqual({
      kty: "OKP",
      crv: "Ed25519",
      x: createPublicKey(own).export({ format: "jwk" }).x,
      kid: "k",
      alg: "EdDSA",
      use: "sig",
    });
    expect(verify(null, Buffer.from("text"), key.publicKey, sign(null, Buffer.from("text"), own))).toBe(true);
    expect(key.secret.export().equals(Buffer.alloc(32, "k"))).toBe(true);
  });
});

describe("how long a key is believed", () => {
  const untils = (...ages: [number, ...number[]]): number[] => {
    const [active, ...older] = ages.map((createdAt, index) => dataKey(`k${index}`, createdAt));
    if (!active) throw new Error("There is no key.");
    return grantKeys([active, ...older]).map(({ until }) => until);
  };

  it("R37 the active one without an end, each older one for 25 hours after the next took its place", () => {
    expect(untils(500)).toEqual([Number.POSITIVE_INFINITY]);
    expect(untils(500, 300, 100)).toEqual([Number.POSITIVE_INFINITY, 500 + 25 * HOUR, 300 + 25 * HOUR]);
    expect(untils(500, 100, 300)).toEqual([Number.POSITIVE_INFINITY, 300 + 25 * HOUR, 500 + 25 * HOUR]);
  });

  it("R37 where a clock stepped back between them, from the later of the two", () => {
    expect(untils(500, 900)).toEqual([Number.POSITIVE_INFINITY, 900 + 25 * HOUR]);
    expect(untils(500, 500)).toEqual([Number.POSITIVE_INFINITY, 500 + 25 * HOUR]);
  });

  it.each(["HS256", "EdDSA"] as const)("R37 up to its end, and not from it on, however often it was seen: %s", async (algorithm) => {
    const keys = grantKeys([dataKey("new", 2_000), dataKey("old", 1_000)]);
    const end = 2_000 + 25 * HOUR;
    const [, old] = keys as unknown as [GrantKey, GrantKey];
    const theirs = tokenKind<object>("mfa-grant", [old], { remember: true, algorithm });
    const token = await theirs.sign({ sub: "u" }, 1, end / 1000 + 60);
    const ours = tokenKind<object>("mfa-grant", keys, { remember: true, algorithm: "HS256" });
    expect(await ours.verify(token, end - 1)).toMatchObject({ sub: "u" });
    expect(await ours.verify(token, end)).toBeUndefined();
    expect(await ours.verify(token, end - 1)).toMatchObject({ sub: "u" });
  });
});

describe("a token", () => {
  const keys = grantKeys([dataKey("a", 0), dataKey("b", 0)]);
  const now = 1_700_000_000;
  const kind = (algorithm: "HS256" | "EdDSA" = "HS256", remember = true) =>
    tokenKind<{ purpose?: string }>("mfa-grant", keys, { remember, algorithm });

  it.each(["HS256", "EdDSA"] as const)(
    "R43 bears its algorithm, its type and the active key's id, and what was claimed: %s",
    async (algorithm) => {
      const token = await kind(algorithm).sign({ sub: "u", purpose: "p" }, now, now + 60);
      expect(decodeProtectedHeader(token)).toEqual({ alg: algorithm, typ: "mfa-grant+jwt", kid: "a" });
      expect(signingKeyId(token)).toBe("a");
      const claims = await kind().verify(token, now * 1000);
      expect(claims).toEqual({
        sub: "u",
        purpose: "p",
        aud: "urn:nightlatch:mfa-grant",
        iat: now,
        exp: now + 60,
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
    },
  );

  it.each([
    ["HS256", true],
    ["EdDSA", true],
    ["EdDSA", false],
  ] as const)("R36 is good until it expires, and not at that moment (%s, remembered: %j)", async (algorithm, remember) => {
    const own = kind(algorithm, remember);
    const token = await own.sign({ sub: "u" }, now, now + 60);
    for (let round = 0; round < 2; round += 1) {
      expect(await own.verify(token, (now + 60) * 1000 - 1)).toBeDefined();
      expect(await own.verify(token, (now + 60) * 1000)).toBeUndefined();
    }
  });

  it.each(["HS256", "EdDSA"] as const)("A33 another one that ends as a remembered one does is none of ours: %s", async (algorithm) => {
    const own = kind(algorithm);
    const token = await own.sign({ sub: "u" }, now, now + 60);
    expect(own.recall(token, now * 1000)).toBeUndefined();
    const claims = await own.verify(token, now * 1000);
    expect(own.recall(token, now * 1000)).toBe(claims);
    expect(own.recall(token, (now + 60) * 1000)).toBeUndefined();
    const [header, , mac = ""] = token.split(".");
    const body = Buffer.from(JSON.stringify({ ...claims, sub: "v" })).toString("base64url");
    for (const forged of [`${header}.${body}.${mac}`, `x${token}`, `x${token.slice(1)}`, mac, mac.slice(-43)]) {
      expect(own.recall(forged, now * 1000)).toBeUndefined();
      expect(await own.verify(forged, now * 1000)).toBeUndefined();
    }
  });

  it("is remembered where it comes many times, under the active key, and there alone", async () => {
    const own = kind("EdDSA");
    const token = await own.sign({ sub: "u" }, now, now + 60);
    expect(await own.verify(token, now * 1000)).toBe(await own.verify(token, now * 1000));
    const forgetful = kind("EdDSA", false);
    expect(await forgetful.verify(token, now * 1000)).not.toBe(await forgetful.verify(token, now * 1000));
    const successor = tokenKind<object>("mfa-grant", grantKeys([dataKey("c", now * 1000), dataKey("a", 0)]), {
      remember: true,
      algorithm: "EdDSA",
    });
    expect(await successor.verify(token, now * 1000)).not.toBe(await successor.verify(token, now * 1000));
    expect(await own.verify("a.b.c", now * 1000)).toBeUndefined();
    expect(await own.verify("a.b.c", now * 1000)).toBeUndefined();
  });

  it.each(["HS256", "EdDSA"] as const)(
    "A33 of another type or audience, of no key of ours, or short of a claim is nothing: %s",
    async (alg) => {
      const sound = { sub: "u", jti: "j", iat: now, exp: now + 60, aud: "urn:nightlatch:mfa-grant" };
      const made = (claims: Record<string, unknown>, header: object = {}) =>
        new SignJWT(claims)
          .setProtectedHeader({ alg, typ: "mfa-grant+jwt", kid: "a", ...header })
          .sign(alg === "HS256" ? keys[0].secret : keys[0].privateKey);
      const own = kind();
      expect(await own.verify(await made(sound), now * 1000)).toEqual(sound);
      const forged = [
        await made(sound, { typ: "mfa-challenge+jwt" }),
        await made(sound, { kid: "c" }),
        await made(sound, { kid: "b" }),
        await made(sound, { kid: undefined }),
        await made({ ...sound, aud: "urn:nightlatch:mfa-challenge" }),
        "a.b.c",
        "",
      ];
      for (const name of Object.keys(sound)) forged.push(await made({ ...sound, [name]: undefined }));
      for (const name of alg === "HS256" ? ["sub", "jti", "iat", "exp"] : ["iat", "exp"])
        forged.push(await made({ ...sound, [name]: [now] }));
      for (const token of forged) expect(await own.verify(token, now * 1000)).toBeUndefined();
      for (const token of ["", "a", "a.b.c", "....."]) expect(signingKeyId(token)).toBeUndefined();
    },
  );

  it("R43 under HS256 is one header, one body and one MAC as they were written, and nothing else", async () => {
    const own = kind();
    const token = await own.sign({ sub: "u" }, now, now + 60);
    const [header = "", body = "", mac = ""] = token.split(".");
    expect(JSON.stringify(decodeProtectedHeader(token))).toBe('{"alg":"HS256","typ":"mfa-grant+jwt","kid":"a"}');
    const other = Buffer.from(JSON.stringify({ typ: "mfa-grant+jwt", alg: "HS256", kid: "a" })).toString("base64url");
    const bytes = Buffer.from(mac, "base64url");
    for (const text of [
      ...[
        `${token}.`,
        `${token}.x`,
        `${header}.${body}`,
        `${header}.${body}.`,
        `${header}..${mac}`,
        `${other}.${body}.${mac}`,
        header,
        `${header}.`,
      ],
      ...[`${header}.${body}.${mac}=`, `${header}.${body}.${bytes.subarray(1).toString("base64url")}`, `${header}.${body}.!`],
      `${header}.${body}.${Buffer.concat([bytes, Buffer.alloc(1)]).toString("base64url")}`,
      `${header}.${body}.${Buffer.alloc(32).toString("base64url")}`,
    ]) {
      expect(await own.verify(text, now * 1000), text).toBeUndefined();
    }
  });

  it.each(["HS256", "EdDSA"] as const)("a fault that is not the token's own leaves as it is: %s", async (algorithm) => {
    const none = {} as never;
    const broken = tokenKind<object>("mfa-grant", [{ ...keys[0], secret: none, publicKey: none }], { remember: true, algorithm: "HS256" });
    await expect(broken.verify(await kind(algorithm).sign({ sub: "u" }, now, now + 60), now * 1000)).rejects.toThrow(TypeError);
  });

  it("holds a plain SHA-256 of a list, in which no two lists are alike", () => {
    expect(digest(["ab", "c"])).not.toBe(digest(["a", "bc"]));
    expect(digest([])).toBe("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
  });
});
