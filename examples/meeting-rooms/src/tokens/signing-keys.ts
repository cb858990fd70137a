import { type KeyProvider, SealError } from "@nightlatch/core";
import { type Sealer, sealer } from "@nightlatch/core/secrets";
import { postgresStore } from "@nightlatch/core/stores/postgres";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTVerifyGetKey,
} from "jose";
import { z } from "zod";
import { type Database, lockFor, type Queries } from "../database/database.ts";
import { Problem } from "../http/problem.ts";
import { StartError } from "../start-error.ts";

/** Seconds for which an old key is still published: longer than any token that it signed. */
const OLD_KEYS_STAY = 31 * 60;

/** Seconds between a new key's being published and its first signature, so that everybody has heard of it by then. */
export const NOTICE = 120;

/** Milliseconds for which a process goes by what it has read. */
const FRESH = 2_000;

/** The key that signs access tokens. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

/** The keys of access tokens: one signs; those before it and the one to come are published beside it. */
export interface SigningKeys {
  /**
   * The key that signs now; where its row was deleted, the one that was to come next.
   *
   * @throws Problem `unavailable` where there is none at all
   */
  current(): Promise<SigningKey>;
  /** The public halves, for `/.well-known/jwks.json`. */
  published(): Promise<readonly JWK[]>;
  /** Finds the key that a token names, among the published ones. */
  readonly find: JWTVerifyGetKey;
  /** Makes the key that signs from `notice` seconds on. Tokens of the one before stay good until they expire. */
  rotate(notice?: number): Promise<string>;
  /** For a key that got out: makes one that signs at once, and forgets all others. What they signed is dead at every service. */
  replace(): Promise<string>;
}

interface Row {
  kid: string;
  private_jwk: string;
  active: boolean;
}

interface OpenedKey extends SigningKey {
  active: boolean;
  publicJwk: JWK;
}

const privateJwk = z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string(), d: z.string() });

const aad = (kid: string): string[] => ["signing_keys", kid, "private_jwk"];

/** Keys that are good: those that no other one has followed for so long that all they signed has expired. */
const GOOD_KEYS = `SELECT kid, private_jwk, activates_at FROM signing_keys k WHERE NOT EXISTS (SELECT FROM signing_keys n
  WHERE n.activates_at > k.activates_at AND n.activates_at <= now() - interval '${OLD_KEYS_STAY} seconds')`;

/** Whether the key whose id is that parameter of a statement is good. */
export const isGoodKey = (parameter: `$${number}`): string => `EXISTS (SELECT FROM (${GOOD_KEYS}) AS good WHERE kid = ${parameter})`;

const rows = (database: Queries): Promise<Row[]> =>
  database.query<Row>(`SELECT kid, private_jwk, activates_at <= now() AS active FROM (${GOOD_KEYS}) AS good ORDER BY activates_at, kid`);

/** A new key, sealed. */
interface Draft {
  kid: string;
  sealed: string;
}

async function newKey(sealing: Sealer): Promise<Draft> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, sealed: await sealing.seal(JSON.stringify(jwk), aad(kid)) };
}

async function insert(database: Queries, { kid, sealed }: Draft, notice: number): Promise<void> {
  await database.query("INSERT INTO signing_keys (kid, private_jwk, activates_at) VALUES ($1, $2, now() + make_interval(secs => $3))", [
    kid,
    sealed,
    notice,
  ]);
}

/** The public half is derived from what was sealed: who can write to the table still can't have tokens of their own believed. */
async function open({ kid, private_jwk, active }: Row, sealing: Sealer): Promise<OpenedKey> {
  try {
    const jwk = privateJwk.parse(JSON.parse(await sealing.open(private_jwk, aad(kid))));
    const { d: _, ...publicJwk } = jwk;
    const privateKey = await importJWK(jwk, "EdDSA");
    if (privateKey instanceof Uint8Array) throw new TypeError("An Ed25519 key was expected.");
    return { kid, privateKey, active, publicJwk: { ...publicJwk, kid, use: "sig", alg: "EdDSA" } };
  } catch (cause) {
    if (!(cause instanceof SealError)) throw cause;
    throw new StartError(
      "The signing key in the table signing_keys does not open: its row was edited, or comes from another database. Restore it, or " +
        "delete the row: a new key is then made, and everybody has to sign in again.",
      { cause },
    );
  }
}

/**
 * The signing keys, kept sealed in the database; the first is made by the first start. Processes that start at once
 * agree on one.
 *
 * @throws StartError when a stored key does not open
 */
export async function loadSigningKeys(database: Database, keys: KeyProvider): Promise<SigningKeys> {
  const store = postgresStore(database.mfaClient);
  await store.migrate();
  const sealing = sealer(keys, store);
  if ((await rows(database)).length === 0) {
    // Sealing has a connection of its own, so it stays outside of the transaction.
    const draft = await newKey(sealing);
    await database.transaction(async (tx) => {
      await lockFor(tx, "signingKeys");
      if ((await rows(tx)).length === 0) await insert(tx, draft, 0);
    });
  }

  const opened = new Map<string, OpenedKey>();
  let read: { at: number; keys: Promise<OpenedKey[]> } | undefined;
  const readKeys = async (): Promise<OpenedKey[]> =>
    await Promise.all(
      (await rows(database)).map(async (row) => {
        const known = opened.get(row.kid) ?? (await open(row, sealing));
        opened.set(row.kid, known);
        return { ...known, active: row.active };
      }),
    );
  const present = async (): Promise<OpenedKey[]> => {
    if (read && performance.now() - read.at < FRESH) return await read.keys;
    const before = read;
    read = { at: performance.now(), keys: readKeys() };
    read.keys.catch(() => {
      read = before;
    });
    return await read.keys;
  };
  const published = async (): Promise<readonly JWK[]> => (await present()).map(({ publicJwk }) => publicJwk);

  await present();
  return Object.freeze({
    async current() {
      const all = await present();
      const signing = all.findLast(({ active }) => active) ?? all[0];
      if (!signing) throw new Problem("unavailable");
      return signing;
    },
    published,
    find: async (header, token) => await createLocalJWKSet({ keys: [...(await published())] })(header, token),
    async rotate(notice = NOTICE) {
      const draft = await newKey(sealing);
      await insert(database, draft, notice);
      read = undefined;
      return draft.kid;
    },
    async replace() {
      const draft = await newKey(sealing);
      await database.transaction(async (tx) => {
        await lockFor(tx, "signingKeys");
        await tx.query("DELETE FROM signing_keys");
        await insert(tx, draft, 0);
      });
      read = undefined;
      return draft.kid;
    },
  } satisfies SigningKeys);
}
