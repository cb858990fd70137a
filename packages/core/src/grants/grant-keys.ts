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
}

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410 §7). */
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

/** The data key's own bytes sign HS256; the key pair is derived from them (RFC 5869), so that neither algorithm tells of the other's key. */
export function grantKey({ id, key }: DataKey): GrantKey {
  const seed = Buffer.from(hkdfSync("sha256", key, "", "nightlatch grant Ed25519", 32));
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: "der", type: "pkcs8" });
  return { id, secret: key, privateKey, publicKey: createPublicKey(privateKey) };
}

/** The public half, for services that verify grants without keys of their own. */
export function publicJwk({ id, publicKey }: GrantKey): PublicJwk {
  const { x = "" } = publicKey.export({ format: "jwk" });
  return { kty: "OKP", crv: "Ed25519", x, kid: id, alg: "EdDSA", use: "sig" };
}
