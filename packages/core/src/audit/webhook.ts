import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { ConfigError } from "../errors.ts";
import type { Duration } from "../internal/duration.ts";
import { toSeconds } from "../internal/duration.ts";
import { safeUrl } from "../internal/safe-url.ts";
import type { MfaEvent } from "./events.ts";
import type { EventSink } from "./sink.ts";

/** The options of `webhookSink`. */
export interface WebhookOptions {
  /** Where events are posted: `https:`, or `http:` on this machine. The host's own; never let a user choose it. */
  url: string;
  /**
   * What the posts are signed under: `whsec_` and the base64 of 24 to 64 random bytes. While it is being changed, several:
   * each signs, and a receiver that knows one of them is content.
   */
  secret: string | readonly string[];
  /** How long an answer may take, 1 s to 60 s. @defaultValue "10s" */
  timeout?: Duration;
  /** Also post over `http:` to other machines, within a network of one's own. @defaultValue false */
  allowHttp?: boolean;
  /** Milliseconds since 1970. @defaultValue Date.now */
  clock?: () => number;
}

/** What is posted: the event's own fields are in `data`, under the names that they have. */
export interface WebhookBody {
  type: string;
  /** When it happened, ISO 8601. */
  timestamp: string;
  data: object;
}

const PREFIX = "whsec_";

function keyOf(secret: string): KeyObject {
  const bytes = typeof secret === "string" && secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), "base64") : undefined;
  if (!bytes || bytes.length < 24 || bytes.length > 64 || bytes.toString("base64") !== secret.slice(PREFIX.length)) {
    throw new ConfigError(
      "A webhook's secret is whsec_ and the base64 of 24 to 64 random bytes: without one nobody can tell whose post it is. `openssl rand -base64 32` makes them.",
    );
  }
  return createSecretKey(bytes);
}

function checkedUrl(url: string, allowHttp: boolean): URL {
  const parsed = safeUrl(url, allowHttp);
  if (!parsed) {
    throw new ConfigError(
      "A webhook's url is an https: URL without a user in it; http: will do on this machine, elsewhere only with allowHttp: true, since events name your users.",
    );
  }
  return parsed;
}

const bodyOf = ({ type, at, ...fields }: MfaEvent): string =>
  JSON.stringify({ type: `mfa.${type}`, timestamp: at.toISOString(), data: fields } satisfies WebhookBody);

/**
 * A sink that posts each event, signed as Standard Webhooks has it (standardwebhooks.com): headers `webhook-id`, the
 * event's id and the same at each try; `webhook-timestamp`, seconds; `webhook-signature`, HMAC-SHA-256 over id, timestamp
 * and body. Whatever is not an answer of 2xx in time is a try that failed, redirects too; how often it is tried, and
 * what becomes of what is never taken, the follower says (`attempts`).
 *
 * @throws ConfigError when the URL or the secret will not do
 *
 * @example
 * ```ts
 * import { createMfa, keyring } from "@nightlatch/core";
 * import { webhookSink } from "@nightlatch/core/audit";
 * import { memoryStore } from "@nightlatch/core/stores/memory";
 *
 * const mfa = createMfa({ issuer: "Example", keys: keyring(process.env.NIGHTLATCH_KEYS), store: memoryStore() });
 * const sink = webhookSink({ url: "https://hooks.example.com/mfa", secret: process.env.WEBHOOK_SECRET ?? "" });
 * const follower = mfa.audit.follow({ name: "webhook", sink, attempts: 8 });
 * follower.start();
 * ```
 */
export function webhookSink({ url, secret, timeout = "10s", allowHttp = false, clock = Date.now }: WebhookOptions): EventSink {
  const target = checkedUrl(url, allowHttp);
  const secrets = typeof secret === "string" ? [secret] : secret;
  if (!Array.isArray(secrets) || secrets.length === 0) throw new ConfigError("A webhook is signed under one secret or more.");
  const keys = (secrets as readonly string[]).map(keyOf);
  const seconds = toSeconds(timeout);
  if (seconds === undefined || seconds < 1 || seconds > 60) throw new ConfigError("A webhook's timeout is 1 s to 60 s.");

  return async (event) => {
    const body = bodyOf(event);
    const timestamp = String(Math.floor(clock() / 1000));
    const signed = `${event.id}.${timestamp}.${body}`;
    const signatures = keys.map((key) => `v1,${createHmac("sha256", key).update(signed).digest("base64")}`);
    const headers = {
      "content-type": "application/json",
      "webhook-id": event.id,
      "webhook-timestamp": timestamp,
      "webhook-signature": signatures.join(" "),
    };
    // A redirect may lead anywhere, also to where only this machine can reach.
    const request = { method: "POST", headers, body, redirect: "manual", signal: AbortSignal.timeout(seconds * 1000) } as const;
    let status: number;
    try {
      const response = await fetch(target, request);
      await response.body?.cancel();
      ({ status } = response);
    } catch (cause) {
      // What the cause says names the address, which may bear a secret of its own.
      const code = nameOf(cause);
      throw fault(`The webhook was not reached, or did not answer within ${seconds} s (${code}).`, code);
    }
    if (status < 200 || status > 299) throw fault(`The webhook answered ${status}.`, `HTTP_${status}`);
  };
}

/** An error with a code, which is what a dead letter keeps of it. */
const fault = (message: string, code: string): Error => Object.assign(new Error(message), { code });

const nameOf = (cause: unknown): string => {
  const { cause: inner, name } = Object(cause) as { cause?: unknown; name?: unknown };
  const { code } = Object(inner) as { code?: unknown };
  return typeof code === "string" ? code : String(name);
};
