import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { format, inspect } from "node:util";
import { pino } from "pino";
import { eventLine, pinoSink, webhookSink } from "../src/audit/index.ts";
import { createMfa, email, hotp, keyring, type Mfa, type Store, sms, totp } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { canaryRound, KEYRING_SECRET, newClock, type Round } from "./audit-rounds.ts";

/** What was searched, and what was found there. */
export interface Canaries {
  events: number;
  /** Of the engine's verbs, those that were called, and those that were not. */
  called: readonly string[];
  uncalled: readonly string[];
  /** Secrets that were looked for. */
  canaries: number;
  /** Characters searched, by where they came out. */
  searched: Record<string, number>;
  /** Each as where and of what kind. */
  leaks: readonly string[];
}

const WEBHOOK_SECRET = `whsec_${Buffer.from("canary-of-the-webhook-secret-0123").toString("base64")}`;

/** Random digits among what is no text of anybody's: ids, times, MACs, hashes. */
const NOISE = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** The functions of an engine by their paths, each noted in `called` when it is called. */
function watched<T extends object>(target: T, called: Set<string>, all: Set<string>, path = ""): T {
  const entries = Object.entries(target).map(([name, value]) => {
    const own = `${path}${name}`;
    if (typeof value === "function") {
      all.add(own);
      const noting = (...args: unknown[]): unknown => {
        called.add(own);
        return (value as (...given: unknown[]) => unknown)(...args);
      };
      return [name, noting];
    }
    return [name, typeof value === "object" && value !== null ? watched(value as object, called, all, `${own}.`) : value];
  });
  return Object.fromEntries(entries) as T;
}

/** What comes out, by where. */
function surfaces() {
  let fresh: [where: string, text: string][] = [];
  const searched: Record<string, number> = {};
  return {
    searched,
    put(where: string, text: string) {
      fresh.push([where, text]);
      searched[where] = (searched[where] ?? 0) + text.length;
    },
    take() {
      const taken = fresh;
      fresh = [];
      return taken;
    },
  };
}

/** Has what is printed by anybody in this process come here while it runs. */
async function withConsole<T>(put: (where: string, text: string) => void, run: () => Promise<T>): Promise<T> {
  const levels = ["debug", "error", "info", "log", "trace", "warn"] as const;
  const kept = levels.map((level) => console[level]);
  const warned = (warning: Error) => put("console", String(warning.stack));
  for (const level of levels) console[level] = (...args: unknown[]) => put("console", format(...args));
  process.on("warning", warned);
  try {
    return await run();
  } finally {
    process.off("warning", warned);
    for (const [place, level] of levels.entries()) console[level] = kept[place] as (typeof console)["log"];
  }
}

/** A webhook's receiver: it turns one post of ten away, so that dead letters come about. */
async function receiver(put: (where: string, text: string) => void): Promise<{ url: string; close(): Promise<void> }> {
  let posts = 0;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { "webhook-signature": _, ...headers } = request.headers;
    put("webhook", `${JSON.stringify(headers)}${body}`);
    posts += 1;
    response.writeHead(posts % 10 === 0 ? 500 : 204).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/**
 * Puts a unique secret into every place that takes or makes one, calls every verb, and looks for each secret in all that
 * comes out where no secret belongs.
 */
export async function canaries({ events: wanted, progress }: { events: number; progress?: (part: number) => void }): Promise<Canaries> {
  const { put, take, searched } = surfaces();
  const store = memoryStore();
  const clock = newClock();
  const [called, all] = [new Set<string>(), new Set<string>()];
  let events = 0;
  const sent: Round["sent"] = [];
  const deliver = async ({ code }: { code: string }) => {
    sent.push(code);
    if (sent.length % 3 === 0) throw new Error("the provider is down");
    return { to: "***" };
  };
  const engine = (over: Store, algorithm: "HS256" | "EdDSA" = "HS256"): Mfa =>
    watched(
      createMfa({
        issuer: "Canary",
        keys: keyring(`k1:${KEYRING_SECRET}`),
        store: over,
        factors: [totp(), hotp(), email(deliver), sms(deliver)],
        trustedDevices: { for: "30d" },
        grants: { algorithm },
        clock: () => clock.now,
        metrics: { declare: () => {}, record: (measured) => put("metrics", JSON.stringify(measured)) },
        tracing: {
          startActiveSpan(name, run) {
            put("traces", name);
            return run({ setAttribute: (key, value) => put("traces", `${key}=${value}`), setStatus() {}, end() {} });
          },
        },
        audit: { keepHead: (head) => put("kept heads", JSON.stringify(head)) },
        onEvent(event) {
          events += 1;
          put("onEvent", JSON.stringify(event));
        },
      }),
      called,
      all,
    );
  const down: Store = {
    ...store,
    settle: () => Promise.reject(new Error("connection lost")),
    read: () => Promise.reject(new Error("connection lost")),
  };

  const hooks = await receiver(put);
  const logged = new Writable({
    write(chunk, _, done) {
      put("pino", String(chunk));
      done();
    },
  });
  const leaks = new Set<string>();
  let count = 0;
  let after = 0;
  let dead = "";

  const search = (known: ReadonlyMap<string, string>): void => {
    for (const [where, text] of take()) {
      const clean = text.replace(NOISE, "");
      for (const [secret, kind] of known) {
        const isFound = /^\d{6,8}$/.test(secret) ? new RegExp(`(?<![\\w])${secret}(?![\\w])`).test(clean) : clean.includes(secret);
        if (isFound) leaks.add(`${kind} in ${where}`);
      }
    }
  };

  const readLog = async (): Promise<void> => {
    for (;;) {
      const rows = await store.auditPage({ after, limit: 1000 });
      // MACs and salted hashes are digests, and digits come up in them by chance.
      for (const { mac: _, salt: __, personal: ___, ...row } of rows) put("rows of the log", JSON.stringify(row));
      after = rows.at(-1)?.seq ?? after;
      if (rows.length < 1000) break;
    }
    for (const { key, value } of await store.auditNotes({ prefix: "dead/", after: dead, limit: 1000 })) {
      put("dead letters", key + value);
      dead = key;
    }
  };

  try {
    await withConsole(put, async () => {
      const mfa = engine(store);
      await mfa.ready({ migrate: true });
      const followers = [
        mfa.audit.follow({ name: "pino", from: "start", sink: pinoSink(pino({ level: "trace" }, logged)) }),
        mfa.audit.follow({ name: "console", from: "start", sink: (event) => console.log(eventLine(event)) }),
        mfa.audit.follow({
          name: "webhook",
          from: "start",
          sink: webhookSink({ url: hooks.url, secret: WEBHOOK_SECRET }),
          attempts: 1,
          onError: (error) => put("errors", inspect(error, { depth: 9 })),
        }),
      ];
      for (let number = 0; events < wanted; number += 1) {
        const round: Round = { number, mfa, signing: engine(store, "EdDSA"), down: engine(down), clock, sent, known: new Map() };
        round.known.set(KEYRING_SECRET, "keyring").set(WEBHOOK_SECRET.slice(6), "webhook secret").set(WEBHOOK_SECRET, "webhook secret");
        await canaryRound(round, (error) => put("errors", `${inspect(error, { depth: 9 })}${JSON.stringify(error)}`));
        for (const follower of followers) await follower.drain();
        if (number === 0) await followers[2]?.replay();
        await readLog();
        count += round.known.size;
        search(round.known);
        sent.length = 0;
        progress?.(Math.min(1, events / wanted));
      }
      put("verification", JSON.stringify(await mfa.audit.verify()));
    });
  } finally {
    await hooks.close();
  }
  const uncalled = [...all].filter((path) => !called.has(path));
  return { events, called: [...called].sort(), uncalled, canaries: count, searched, leaks: [...leaks].sort() };
}
