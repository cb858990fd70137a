// A stand-in for Vault: the part of its transit engine that the provider speaks, over real HTTP on loopback, with real
// AES-256-GCM. It follows Vault's documented API and the errors of its source; it is not Vault.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** What a request brought. */
export interface Seen {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

/** An answer as Vault gives it. */
export interface Said {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

interface TransitKey {
  versions: Buffer[];
  minDecryptionVersion: number;
}

/** The stand-in, running. */
export interface StandIn {
  address: string;
  token: string;
  /** Of the namespace that alone is served, if any. */
  namespace: string | undefined;
  sealed: boolean;
  /** The `update` or `read` that the token's policy doesn't grant. */
  forbidden: Set<string>;
  /** What is answered instead, whatever is asked. */
  instead: ((seen: Seen) => Said) | undefined;
  /** Whether requests are left without an answer. */
  isMute: boolean;
  seen: Seen[];
  rotate(): void;
  /** Versions before this one no longer decrypt. */
  retire(before: number): void;
  /** The key's versions gone, others in their place, as in another Vault. */
  replace(): void;
  /** The next request, once it has arrived. */
  arrival(): Promise<void>;
  stop(): Promise<void>;
}

const json = (status: number, value: object): Said => ({ status, body: JSON.stringify(value) });
const failed = (status: number, ...errors: string[]): Said => json(status, { errors });
const data = (value: object): Said =>
  json(200, {
    request_id: "0",
    lease_id: "",
    renewable: false,
    lease_duration: 0,
    data: value,
    wrap_info: null,
    warnings: null,
    auth: null,
  });

/** Standard base64, as Go's StdEncoding takes it. */
function bytesOf(text: unknown): Buffer | undefined {
  if (typeof text !== "string") return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

function encrypted(key: TransitKey, { plaintext, associated_data: aad = "" }: Record<string, unknown>): Said {
  const bytes = bytesOf(plaintext);
  const additional = bytesOf(aad);
  if (!bytes || !additional) return failed(400, "illegal base64 data at input byte 0");
  const nonce = randomBytes(12);
  const version = key.versions.length;
  const cipher = createCipheriv("aes-256-gcm", key.versions[version - 1] as Buffer, nonce).setAAD(additional);
  const ciphertext = Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  return data({ ciphertext: `vault:v${version}:${ciphertext.toString("base64")}`, key_version: version });
}

function decrypted(key: TransitKey, { ciphertext, associated_data: aad = "" }: Record<string, unknown>): Said {
  if (typeof ciphertext !== "string" || ciphertext === "") return failed(400, "missing ciphertext to decrypt");
  if (!ciphertext.startsWith("vault:v")) return failed(400, "invalid ciphertext: no prefix");
  const [, number = "", text = ""] = /^vault:v(\d+):(.*)$/.exec(ciphertext) ?? [];
  const version = Number(number);
  if (version > key.versions.length) return failed(400, "invalid ciphertext: version is too new");
  if (version < key.minDecryptionVersion) return failed(400, "ciphertext or signature version is disallowed by policy (too old)");
  const bytes = bytesOf(text);
  const additional = bytesOf(aad);
  if (!bytes || !additional) return failed(400, "invalid ciphertext: could not decode base64");
  const decipher = createDecipheriv("aes-256-gcm", key.versions[version - 1] as Buffer, bytes.subarray(0, 12));
  decipher.setAAD(additional).setAuthTag(bytes.subarray(-16));
  try {
    return data({ plaintext: Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("base64") });
  } catch {
    return failed(400, "cipher: message authentication failed");
  }
}

/** Starts the stand-in with one transit key. */
export async function vaultStandIn({ key: name = "nightlatch", mount = "transit" } = {}): Promise<StandIn> {
  const key: TransitKey = { versions: [randomBytes(32)], minDecryptionVersion: 1 };
  let arrived: (() => void)[] = [];

  const refusal = ({ headers, path }: Seen): Said | undefined => {
    if (vault.sealed) return failed(503, "Vault is sealed");
    if (headers["x-vault-request"] !== "true") return failed(412, "missing 'X-Vault-Request' header");
    if (headers["x-vault-namespace"] !== vault.namespace) return failed(404, `no handler for route "${path}". route entry not found.`);
    return headers["x-vault-token"] === vault.token ? undefined : failed(403, "permission denied");
  };

  const read = (): Said =>
    data({ name, type: "aes256-gcm96", latest_version: key.versions.length, min_decryption_version: key.minDecryptionVersion });

  const served: Record<string, (fields: Record<string, unknown>) => Said> = {
    "GET keys": read,
    "POST encrypt": (fields) => encrypted(key, fields),
    "POST decrypt": (fields) => decrypted(key, fields),
  };

  const answer = (seen: Seen): Said => {
    const refused = vault.instead?.(seen) ?? refusal(seen);
    if (refused) return refused;
    const [, verb = "", asked = ""] = new RegExp(`^/v1/${mount}/(encrypt|decrypt|keys)/([^/]+)$`).exec(seen.path) ?? [];
    if (verb === "") return failed(404, `no handler for route "${seen.path}". route entry not found.`);
    if (vault.forbidden.has(verb)) return failed(403, "1 error occurred:\n\t* permission denied\n\n");
    if (asked !== name) return verb === "keys" ? failed(404) : failed(400, "encryption key not found");
    const serve = served[`${seen.method} ${verb}`];
    return serve ? serve(JSON.parse(seen.body || "{}")) : failed(405, "unsupported operation");
  };

  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const seen = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      vault.seen.push(seen);
      for (const tell of arrived) tell();
      arrived = [];
      if (vault.isMute) return;
      const said = answer(seen);
      response.writeHead(said.status, { "content-type": "application/json", ...said.headers }).end(said.body);
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const vault: StandIn = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: `hvs.${randomBytes(18).toString("base64url")}`,
    namespace: undefined,
    sealed: false,
    forbidden: new Set(),
    instead: undefined,
    isMute: false,
    seen: [],
    rotate: () => void key.versions.push(randomBytes(32)),
    retire(before) {
      key.minDecryptionVersion = before;
    },
    replace() {
      key.versions = key.versions.map(() => randomBytes(32));
    },
    arrival: () => new Promise((resolve) => arrived.push(resolve)),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return vault;
}
