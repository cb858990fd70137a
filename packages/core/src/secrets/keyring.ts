import { createSecretKey, type KeyObject } from "node:crypto";
import { ConfigError, KeyError } from "../errors.ts";
import { lengthPrefixed } from "../internal/bytes.ts";
import { decrypt, encrypt } from "./aead.ts";
import type { KeyProvider } from "./key-provider.ts";

/** The mend of a keyring that isn't there. */
export const HOW_TO_MAKE_ONE: string =
  `Make a key with: node -p "'k1:' + crypto.randomBytes(32).toString('base64')" and keep it where your other secrets are, ` +
  "never beside the database. Without it no enrolled authenticator can be checked.";

const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

const wrapAad = (context: string): Buffer => lengthPrefixed(["nightlatch", "data-key", context]);

function parse(keys: string): Map<string, KeyObject> {
  const ring = new Map<string, KeyObject>();
  for (const entry of keys.split(",")) {
    const [id = "", text = "", ...rest] = entry.trim().split(":");
    const bytes = Buffer.from(text, "base64");
    // The entry's text is a secret: an error names the id at most, and nothing where there is no colon to tell the two apart.
    if (!KEY_ID.test(id) || text === "" || rest.length > 0) {
      throw new ConfigError(
        `A keyring is "id:base64" entries separated by commas, the newest first. One entry has no such form. ${HOW_TO_MAKE_ONE}`,
      );
    }
    if (bytes.length !== 32 || bytes.toString("base64").replace(/=+$/, "") !== text.replace(/=+$/, "")) {
      throw new ConfigError(`Key "${id}" of the keyring is not 32 bytes of base64. ${HOW_TO_MAKE_ONE}`);
    }
    if (ring.has(id)) throw new ConfigError(`Key id "${id}" stands in the keyring twice. Give each key an id of its own.`);
    ring.set(id, createSecretKey(bytes));
  }
  return ring;
}

/**
 * A key provider from a string such as `process.env.NIGHTLATCH_KEYS`: `"k2:base64,k1:base64"`. The first
 * key wraps, all of them unwrap, so a rotation puts the new key in front and keeps the old one behind until every
 * data key is wrapped by the new one.
 *
 * @throws ConfigError when it is missing or malformed; the message says how to make a key, and shows none
 *
 * @example
 * ```ts
 * import { keyring } from "@nightlatch/core";
 *
 * const keys = keyring(process.env.NIGHTLATCH_KEYS);
 * ```
 */
export function keyring(keys: string | undefined): KeyProvider {
  if (!keys?.trim()) throw new ConfigError(`The keyring is missing. ${HOW_TO_MAKE_ONE}`);
  const ring = parse(keys);
  const ids = [...ring.keys()];
  // A text that is not blank has an entry, and each is a key or was refused.
  const [[newestId, newestKey]] = [...ring] as [[string, KeyObject]];

  return Object.freeze({
    async wrap(dataKey, context) {
      return `${newestId}.${encrypt(newestKey, dataKey, wrapAad(context))}`;
    },
    async unwrap(wrapped, context) {
      const id = wrapped.slice(0, Math.max(0, wrapped.indexOf(".")));
      const key = ring.get(id);
      if (!KEY_ID.test(id))
        throw new KeyError("A data key in the store has no form that a keyring wraps: its row was edited, or a KMS wrapped it.");
      if (!key) {
        throw new KeyError(
          `The store's data keys are wrapped by key "${id}", and the keyring holds ${ids.map((k) => `"${k}"`).join(", ")}. ` +
            "Put the missing key back behind the newest one, or point this service at the database it belongs to.",
        );
      }
      const dataKey = decrypt(key, wrapped.slice(id.length + 1), wrapAad(context));
      if (!dataKey) {
        throw new KeyError(
          `Key "${id}" of the keyring does not open the store's data keys: another key once bore that id, or a row was edited. ` +
            "Put the right key back, or restore the table nightlatch_data_keys. Nothing has been changed.",
        );
      }
      return dataKey;
    },
    isCurrent: (wrapped) => wrapped.startsWith(`${newestId}.`),
  } satisfies KeyProvider);
}
