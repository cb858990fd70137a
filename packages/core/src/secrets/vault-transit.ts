import { ConfigError, KeyError } from "../errors.ts";
import { type Duration, toSeconds } from "../internal/duration.ts";
import { isLoopback } from "../internal/safe-url.ts";
import type { KeyProvider } from "./key-provider.ts";

/** Where Vault is, and what to ask it with. */
export interface VaultTransitOptions {
  /** Vault's address, such as `https://vault.example.com:8200`. Without TLS on loopback alone. */
  address: string | URL;
  /** A token, or what gives the present one: it is asked before every request, since tokens renew. */
  token: string | (() => string | Promise<string>);
  /** The name of the transit key. It is never made here: a misspelt name must not become a key. */
  key: string;
  /** Where the transit engine is mounted. @defaultValue `"transit"` */
  mount?: string;
  /** The namespace, where there are any. */
  namespace?: string;
  /** What makes the requests: one of your own trusts a private CA, say. @defaultValue the global `fetch` */
  fetch?: typeof globalThis.fetch;
  /** How long a request may take. @defaultValue `"5s"` */
  timeout?: Duration;
}

/** What may stand in a header. */
const HEADER_TEXT = /^[\x21-\x7e]+$/;
/** Vault's own rule for the names of keys. */
const KEY_NAME = /^\w(?:[\w.-]*\w)?$/;
const MOUNT = /^(?!\.{1,2}(?:\/|$))[\w.-]+(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)*$/;
const WRAPPED = /^vault:v(\d{1,9}):./;

/** The address up to the API. What is wrong with it is said without it: it may hold a password. */
function apiAt(address: string | URL): string {
  const url = URL.canParse(`${address}`) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new ConfigError('vaultTransit: address is no URL. Give Vault\'s, such as "https://vault.example.com:8200".');
  if (url.protocol === "http:" && !isLoopback(url)) {
    throw new ConfigError(
      "vaultTransit: address has no TLS. The token and the data keys would cross the network in the clear: use https, or an agent on loopback.",
    );
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw new ConfigError("vaultTransit: address has a user, a query or a fragment. Give the scheme, host, port and perhaps a path.");
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}/v1`;
}

interface Checked {
  api: string;
  mount: string;
  key: string;
  headers: Record<string, string>;
  milliseconds: number;
}

function checked({ address, token, key, mount = "transit", namespace, timeout = "5s" }: VaultTransitOptions): Checked {
  const api = apiAt(address);
  if (typeof token !== "function" && !(typeof token === "string" && HEADER_TEXT.test(token)))
    throw new ConfigError(
      "vaultTransit: token is missing, or has a character that no token has, such as a line end. Give Vault's token, or a function that does.",
    );
  if (typeof key !== "string" || !KEY_NAME.test(key))
    throw new ConfigError("vaultTransit: key is the name of a transit key: letters, digits, and dots or hyphens between them.");
  const path = typeof mount === "string" ? mount.replace(/^\/+|\/+$/g, "") : "";
  if (!MOUNT.test(path)) throw new ConfigError('vaultTransit: mount is the path of the transit engine, such as "transit".');
  if (namespace !== undefined && !HEADER_TEXT.test(namespace))
    throw new ConfigError("vaultTransit: namespace is a path of visible ASCII characters.");
  const seconds = toSeconds(timeout);
  if (!seconds || seconds > 60) throw new ConfigError('vaultTransit: timeout is a duration of 1 to 60 seconds, such as "5s".');
  return {
    api,
    mount: path,
    key,
    // An agent of Vault's may refuse requests without the first, as a guard against forged ones.
    headers: { "X-Vault-Request": "true", ...(namespace === undefined ? {} : { "X-Vault-Namespace": namespace }) },
    milliseconds: seconds * 1000,
  };
}

/** Why a request was refused, in words of ours: what a server says may repeat what it was sent. */
function whyRefused(status: number, errors: string, { mount, key }: Checked): string {
  if (status === 400) {
    if (/not found/.test(errors)) return `There is no key "${key}" under "${mount}". Make it there, or correct the name.`;
    if (/associated_data/.test(errors)) return `Key "${key}" is of a type that authenticates no context. Use one of type aes256-gcm96.`;
    if (/derivation/.test(errors)) return `Key "${key}" derives keys, which is not used here. Use one without.`;
    if (/too old|disallowed by policy/.test(errors))
      return `Key "${key}" no longer opens wrappings this old. Lower its min_decryption_version until a start has wrapped them anew.`;
    if (/authentication failed|invalid ciphertext/.test(errors))
      return `Key "${key}" is not the one that wrapped it, or a row was edited. Use the right key, or restore the table nightlatch_data_keys.`;
    return "It did not take the request. Look at its version: transit must know associated_data, as Vault does since 1.13.";
  }
  if (status === 403) {
    return (
      `The token has expired, or its policy does not let it update ${mount}/encrypt/${key} and ${mount}/decrypt/${key} ` +
      `and read ${mount}/keys/${key}. Renew the token, or extend the policy.`
    );
  }
  if (status === 404) return `There is nothing at "${mount}" for key "${key}". Correct the mount, the namespace or the key's name.`;
  if (status >= 300 && status < 400)
    return "It redirects, and the token is not sent after it. Give the address of the active node, or of what stands before it.";
  if (status === 503) return "It is sealed or down for maintenance. Unseal it.";
  return "Try again, and look at its log.";
}

/** The code of a network fault; nothing else of it, since a fetch may put the request into its errors. */
function networkCode(fault: unknown): string {
  const { code, cause } = (fault ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  const found = cause?.code ?? code;
  return typeof found === "string" && /^[A-Z][A-Z0-9_]{2,40}$/.test(found) ? ` (${found})` : "";
}

/** JSON's object of a body; empty for anything else. */
function fieldsOf(body: string): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/**
 * A key provider on the transit engine of HashiCorp Vault 1.13 or later, or of OpenBao. Data keys are encrypted by a
 * key that never leaves Vault, with their context as associated data; `latest_version` tells which are wrapped by an
 * older version of it. Vault is asked when a process starts and when a data key has been added, not when codes are judged.
 *
 * The token needs `update` on `transit/encrypt/<key>` and `transit/decrypt/<key>`, and `read` on `transit/keys/<key>`;
 * without the last, data keys stay under the version that wrapped them. A refusal or a fault is a `KeyError`
 * that says why and shows neither the token nor a key.
 *
 * @throws ConfigError when an option makes no sense, or the address has no TLS and is not loopback
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { vaultTransit } from "@nightlatch/core/secrets";
 *
 * const keys = vaultTransit({
 *   address: "https://vault.example.com:8200",
 *   token: async () => (await readFile("/run/secrets/vault-token", "utf8")).trim(),
 *   key: "nightlatch",
 * });
 * ```
 */
export function vaultTransit(options: VaultTransitOptions): KeyProvider {
  const vault = checked(options);
  const { token } = options;
  const fetching = options.fetch ?? globalThis.fetch;

  const presentToken = async (): Promise<string> => {
    let text: unknown;
    try {
      text = typeof token === "function" ? await token() : token;
    } catch {
      // The fault is not passed on: it may hold what it failed to read.
      throw new KeyError("vaultTransit: the function that gives Vault's token failed. Mend it: no data key can be opened without a token.");
    }
    if (typeof text === "string" && HEADER_TEXT.test(text)) return text;
    throw new KeyError("vaultTransit: the function that gives Vault's token gave none, or one with a line end or space in it. Trim it.");
  };

  /** The `data` of an answer. */
  const ask = async (what: string, path: string, body?: object): Promise<Partial<Record<string, unknown>>> => {
    const headers = { ...vault.headers, "X-Vault-Token": await presentToken(), ...(body ? { "Content-Type": "application/json" } : {}) };
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), vault.milliseconds);
    let status: number;
    let text: string;
    try {
      const answer = await fetching(`${vault.api}/${vault.mount}/${path}/${vault.key}`, {
        ...(body ? { method: "POST", body: JSON.stringify(body) } : { method: "GET" }),
        headers,
        // A redirect would carry the token to wherever it points.
        redirect: "manual",
        signal: abort.signal,
      });
      ({ status } = answer);
      text = await answer.text();
    } catch (fault) {
      const why = abort.signal.aborted
        ? `It did not answer within ${vault.milliseconds / 1000} s.`
        : `It can't be reached${networkCode(fault)}.`;
      throw new KeyError(`Vault did not ${what}. ${why} Nothing can be verified until it does. Look at its address and the network.`);
    } finally {
      clearTimeout(timer);
    }
    const { data, errors } = fieldsOf(text);
    if (status === 200 && typeof data === "object" && data !== null) return data;
    const why =
      status === 200 ? "Its answer has no data: something else answers at its address." : whyRefused(status, String(errors), vault);
    throw new KeyError(`Vault did not ${what} (${status}). ${why}`);
  };

  const associated = (context: string): string => Buffer.from(context).toString("base64");

  let asking: Promise<number> | undefined;
  /** One question for all data keys that are looked at together. */
  const latestVersion = (): Promise<number> => {
    asking ??= ask("tell its key's version", "keys")
      .then(({ latest_version: latest }) => {
        if (Number.isSafeInteger(latest)) return latest as number;
        throw new KeyError("Vault told no latest_version of its key. Without it, data keys stay under the version that wrapped them.");
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  };

  return Object.freeze({
    async wrap(dataKey, context) {
      const plaintext = Buffer.from(dataKey).toString("base64");
      const { ciphertext } = await ask("wrap a data key", "encrypt", { plaintext, associated_data: associated(context) });
      if (typeof ciphertext === "string" && WRAPPED.test(ciphertext)) return ciphertext;
      throw new KeyError("Vault wrapped a data key in a form that is not its own: something else answers at its address.");
    },
    async unwrap(wrapped, context) {
      if (!WRAPPED.test(wrapped))
        throw new KeyError(
          "A data key in the store was not wrapped by Vault: a keyring or a KMS did that, or its row was edited. Start with the provider that wrapped it.",
        );
      const { plaintext } = await ask("open a data key", "decrypt", { ciphertext: wrapped, associated_data: associated(context) });
      if (typeof plaintext === "string") return Buffer.from(plaintext, "base64");
      throw new KeyError("Vault gave no plaintext for a data key: something else answers at its address.");
    },
    async isCurrent(wrapped) {
      const [, version] = WRAPPED.exec(wrapped) ?? [];
      return version !== undefined && Number(version) >= (await latestVersion());
    },
  } satisfies KeyProvider);
}
