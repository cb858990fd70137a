import { SealError } from "@nightlatch/core";
import type { Sealer } from "@nightlatch/core/secrets";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { z } from "zod";
import type { Queries } from "../database/database.ts";
import { StartError } from "../start-error.ts";

/** The key that signs access tokens, and what others verify them with. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

const privateJwk = z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string(), d: z.string() });

const aad = (kid: string): string[] => ["signing_keys", kid, "private_jwk"];

async function stored(database: Queries): Promise<{ kid: string; private_jwk: string } | undefined> {
  const [row] = await database.query<{ kid: string; private_jwk: string }>("SELECT kid, private_jwk FROM signing_keys WHERE active");
  return row;
}

async function make(database: Queries, sealer: Sealer): Promise<void> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  const sealed = await sealer.seal(JSON.stringify(jwk), aad(kid));
  await database.query("INSERT INTO signing_keys (kid, private_jwk) VALUES ($1, $2) ON CONFLICT (active) WHERE active DO NOTHING", [
    kid,
    sealed,
  ]);
}

/**
 * The signing key, made on the first start and kept sealed in the database. Processes that start at once
 * agree on one. The public half is derived from what was sealed, so that who can write to the table still
 * can't have tokens of their own believed.
 *
 * @throws StartError when the stored key does not open
 */
export async function loadSigningKey(database: Queries, sealer: Sealer): Promise<SigningKey> {
  if (!(await stored(database))) await make(database, sealer);
  const row = await stored(database);
  if (!row) throw new StartError("The signing key is missing from the table signing_keys just after it was made.");
  try {
    const jwk = privateJwk.parse(JSON.parse(await sealer.open(row.private_jwk, aad(row.kid))));
    const { d: _, ...publicJwk } = jwk;
    const privateKey = await importJWK(jwk, "EdDSA");
    if (privateKey instanceof Uint8Array) throw new TypeError("An Ed25519 key was expected.");
    return Object.freeze({ kid: row.kid, privateKey, publicJwk: { ...publicJwk, kid: row.kid, use: "sig", alg: "EdDSA" } });
  } catch (cause) {
    if (!(cause instanceof SealError)) throw cause;
    throw new StartError(
      "The signing key in the table signing_keys does not open: its row was edited, or comes from another database. Restore it, or " +
        "delete the row: a new key is then made, and everybody has to sign in again.",
      { cause },
    );
  }
}
