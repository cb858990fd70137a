import assert from "node:assert/strict";
import { createHmac, createPublicKey } from "node:crypto";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { type Check, good, HOUR, MINUTE } from "../support/kit.ts";

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
