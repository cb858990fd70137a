import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from "node:crypto";
import type { DataKey } from "../secrets/data-keys.ts";

/** A public key of a grant (RFC 8037 §2), as `/jwks.json` gives it. */
export interface PublicJwk {
  kty: "OKP";
  crv: "Ed25519";
  x: string;
  kid: string;
  alg: "EdDSA";
  use: "sig";
}

/** The signing keys of one data key, one for each algorithm. */
export interface GrantKey {
  readonly id: string;
  /** HS256. */
  readonly secret: KeyObject;
  /** EdDSA. */
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Milliseconds since 1970, after which nothing that it signed is believed; the active key has no end. */
  readonly until: number;
}

/**
 * Milliseconds that a key is believed after another took its place: a day, which no grant outlives, and an hour,
 * in which every process that signs has met the new one.
 */
const BELIEVED_FOR = 25 * 3_600_000;

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410 §7). */
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

/** The data key's own bytes sign HS256; the key pair is derived from them (RFC 5869), so that neither algorithm tells of the other's key. */
function grantKey({ id, key }: DataKey, until: number): GrantKey {
  const seed = Buffer.from(hkdfSync("sha256", key, "", "nightlatch grant Ed25519", 32));
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: "der", type: "pkcs8" });
  return { id, secret: key, privateKey, publicKey: createPublicKey(privateKey), until };
}

/** The signing keys of all data keys, the active one first: an older one ends with the next, so a leaked one ends with a rotation. */
export function grantKeys([active, ...older]: readonly [DataKey, ...DataKey[]]): readonly [GrantKey, ...GrantKey[]] {
  const replacedAt = ({ createdAt }: DataKey): number =>
    Math.min(...[active, ...older].map((key) => key.createdAt).filter((at) => at > createdAt), Math.max(createdAt, active.createdAt));
  return [grantKey(active, Number.POSITIVE_INFINITY), ...older.map((key) => grantKey(key, replacedAt(key) + BELIEVED_FOR))];
}

/** The public half, for services that verify grants without keys of their own. */
export function publicJwk({ id, publicKey }: GrantKey): PublicJwk {
  const { x = "" } = publicKey.export({ format: "jwk" });
  return { kty: "OKP", crv: "Ed25519", x, kid: id, alg: "EdDSA", use: "sig" };
}
