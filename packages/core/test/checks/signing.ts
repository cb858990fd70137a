import assert from "node:assert/strict";
import { createHmac, createPublicKey } from "node:crypto";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, SignJWT } from "jose";
import { keyring } from "../../src/index.ts";
import { type Check, DAY, good, HOUR, type Kit, MINUTE, SECOND, TEST_KEYS } from "../support/kit.ts";

/** The bytes of a data key, as somebody has them who has the database and the keyring. */
async function stolen(kit: Kit, id: string): Promise<Uint8Array> {
  const row = (await kit.store.dataKeys()).find((known) => known.id === id);
  return await keyring(TEST_KEYS).unwrap(row?.wrapped ?? "", `grant:${id}`);
}

const EDDSA = { grants: { algorithm: "EdDSA" } } as const;

export const signingChecks: Check[] = [
  {
    title: "R43 with EdDSA another service verifies a grant by the published keys alone; with HS256 nothing is published",
    async run(kit) {
      const mfa = await kit.mfa(EDDSA);
      const user = await kit.enrolled(mfa);
      const jwks = await mfa.jwks();
      for (const key of jwks.keys) {
        assert.deepEqual(Object.keys(key).sort(), ["alg", "crv", "kid", "kty", "use", "x"]);
        assert.deepEqual([key.kty, key.crv, key.alg, key.use], ["OKP", "Ed25519", "EdDSA", "sig"]);
      }
      const keys = createLocalJWKSet({ keys: [...jwks.keys] });
      const checks = { typ: "mfa-grant+jwt", audience: "urn:nightlatch:mfa-grant", currentDate: new Date(kit.clock.now) };
      const { payload } = await jwtVerify(user.grant, keys, checks);
      assert.deepEqual([payload.sub, payload.acr], [user.subject.id, "urn:nightlatch:acr:mfa"]);
      assert.equal((await mfa.verifyGrant(user.grant, user.subject)).ok, true);
      const plain = await kit.mfa();
      assert.deepEqual(await plain.jwks(), { keys: [] });
    },
  },
  {
    title: "A32 a grant under either algorithm serves while a host changes over, and neither key verifies the other's",
    async run(kit) {
      const [hmac, eddsa] = [await kit.mfa(), await kit.mfa(EDDSA)];
      const [one, two] = [await kit.enrolled(hmac), await kit.enrolled(eddsa)];
      for (const mfa of [hmac, eddsa]) {
        assert.equal((await mfa.verifyGrant(one.grant, one.subject)).ok, true);
        assert.equal((await mfa.verifyGrant(two.grant, two.subject)).ok, true);
      }
      // RFC 8725 §2.1: the public key as an HMAC secret, and no algorithm at all.
      const [key] = (await eddsa.jwks()).keys;
      assert.ok(key);
      const [, payload = ""] = two.grant.split(".");
      const header = (alg: string): string =>
        Buffer.from(JSON.stringify({ ...decodeProtectedHeader(two.grant), alg })).toString("base64url");
      const publicKey = createPublicKey({ key: { ...key }, format: "jwk" });
      const secrets = [
        Buffer.from(key.x, "base64url"),
        publicKey.export({ format: "der", type: "spki" }),
        publicKey.export({ format: "pem", type: "spki" }),
      ];
      for (const secret of secrets) {
        const signed = `${header("HS256")}.${payload}`;
        const forged = `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
        assert.equal((await eddsa.verifyGrant(forged, two.subject)).ok, false);
      }
      assert.equal((await eddsa.verifyGrant(`${header("none")}.${payload}.`, two.subject)).ok, false);
    },
  },
  {
    title: "R37 a grant key that another replaced is believed for 25 hours, and nothing that it signs after that",
    async run(kit) {
      const options = { grants: { longest: "24h" } } as const;
      const [mfa, other] = [await kit.mfa(options), await kit.mfa(options)];
      const user = await kit.enrolled(mfa);
      const demand = { maxAge: "365d" } as const;
      const { keyId: old } = await mfa.keys.rotate("grant");
      const signed = good(await mfa.verify({ subject: user.subject, code: user.code() })).grant;
      kit.clock.advance(SECOND);
      const { keyId } = await other.keys.rotate("grant");
      const key = await stolen(kit, old);
      const claims = JSON.parse(Buffer.from(signed.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;
      const seconds = (at: number): number => Math.floor(at / 1000);
      const forged = () =>
        new SignJWT({ ...claims, auth_time: seconds(kit.clock.now), iat: seconds(kit.clock.now), exp: seconds(kit.clock.now + 365 * DAY) })
          .setProtectedHeader({ alg: "HS256", typ: "mfa-grant+jwt", kid: old })
          .sign(key);
      assert.equal((await mfa.verifyGrant(signed, user.subject)).ok, true);
      const early = await forged();
      for (const engine of [mfa, other]) assert.equal((await engine.verifyGrant(early, user.subject, demand)).ok, true);
      kit.clock.advance(25 * HOUR);
      // A process that has met the new key since believes the old one no longer; signing, it looks for it once an hour.
      const { grant } = good(await mfa.verify({ subject: user.subject, code: user.code() }));
      assert.equal(decodeProtectedHeader(grant).kid, keyId);
      for (const token of [early, await forged()]) {
        for (const engine of [mfa, other]) assert.equal((await engine.verifyGrant(token, user.subject, demand)).ok, false);
      }
    },
  },
  {
    title: "R34 with revocation on expiry a grant is checked without the store and lives until it expires; otherwise it ends at once",
    async run(kit) {
      let reads = 0;
      const store = {
        ...kit.store,
        read: (...args: Parameters<typeof kit.store.read>) => {
          reads += 1;
          return kit.store.read(...args);
        },
      };
      const mfa = await kit.mfa({ store, grants: { revocation: "on-expiry" } });
      const atOnce = await kit.mfa();
      const user = await kit.enrolled(mfa);
      await mfa.revoke(user.subject);
      const before = reads;
      assert.equal((await mfa.verifyGrant(user.grant, user.subject)).ok, true);
      assert.equal(reads, before);
      assert.equal((await atOnce.verifyGrant(user.grant, user.subject)).ok, false);
      // A change of factors reads the store all the same.
      assert.equal((await mfa.disable(user.subject, { grant: user.grant })).ok, false);
      kit.clock.advance(16 * MINUTE);
      assert.equal((await mfa.verifyGrant(user.grant, user.subject, { maxAge: "1h" })).ok, false);
    },
  },
  {
    title: "R16 options of grants that make no sense stop the start",
    async run(kit) {
      for (const grants of [{ algorithm: "none" }, { algorithm: "RS256" }, { revocation: "never" }, { longest: "25h" }, { longest: 0 }]) {
        await assert.rejects(kit.mfa({ grants: grants as never }), { code: "config_invalid" });
      }
      const mfa = await kit.mfa({ grants: { longest: "24h" } });
      const user = await kit.enrolled(mfa);
      kit.clock.advance(HOUR);
      assert.equal(
        (await mfa.verifyGrant(good(await mfa.verify({ subject: user.subject, code: user.code() })).grant, user.subject)).ok,
        true,
      );
    },
  },
];
