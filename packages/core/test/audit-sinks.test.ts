import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventLine, type MfaEvent, type MfaEventType, pinoSink, type WebhookOptions, webhookSink } from "../src/audit/index.ts";
import { ConfigError, createMfa } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit } from "./support/kit.ts";

/** What would write lines of its own into a log, or steer a terminal. */
const HOSTILE = 'x\n2030-01-01 verified subject=root\r\u001b[2J\u009b31m\u2028\u202e"\\ é 🔑';

const event = (fields: object = {}): MfaEvent =>
  ({ id: "0197", type: "unlocked", at: new Date(0), subject: "ada", actor: "boss", reason: "asked", ...fields }) as MfaEvent;

describe("an event in a line", () => {
  it("R41 stays one line that steers nothing, and can be told apart", () => {
    expect(eventLine(event())).toBe("1970-01-01T00:00:00.000Z unlocked subject=ada actor=boss reason=asked");
    const line = eventLine(event({ reason: HOSTILE, subject: "a b", tenant: "", count: 3, last: true, "na\nme": 1 }));
    expect(line).toBe(
      '1970-01-01T00:00:00.000Z unlocked subject="a b" tenant="" actor=boss reason=' +
        '"x\\u{a}2030-01-01 verified subject=root\\u{d}\\u{1b}[2J\\u{9b}31m\\u{2028}\\u{202e}\\"\\\\ é 🔑" count=3 last=true na\\u{a}me=1',
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
    expect(eventLine(event({ reason: "\ud800" }))).toContain("\\u{d800}");
  });
});

describe("the pino sink", () => {
  const logged = async (...events: MfaEvent[]) => {
    const out = new PassThrough();
    const sink = pinoSink(pino({ level: "trace", base: null }, out));
    for (const one of events) await sink(one);
    return String(out.read()).trimEnd().split("\n");
  };

  it("R41 logs each as one object, with a warning where somebody should look, and no text that is more than text", async () => {
    const lines = await logged(event({ reason: HOSTILE }), event({ type: "locked", lane: "recovery", until: 1 }));
    expect(lines).toHaveLength(2);
    const [unlocked, locked] = lines.map((line) => JSON.parse(line));
    expect(unlocked).toMatchObject({
      level: 30,
      msg: "mfa unlocked",
      mfa: { id: "0197", type: "unlocked", subject: "ada", at: "1970-01-01T00:00:00.000Z" },
    });
    expect(unlocked.mfa.reason).toBe('x\\u{a}2030-01-01 verified subject=root\\u{d}\\u{1b}[2J\\u{9b}31m\\u{2028}\\u{202e}"\\\\ é 🔑');
    expect(locked).toMatchObject({ level: 40, msg: "mfa locked", mfa: { lane: "recovery", until: 1 } });
  });

  it("warns of what an attack, an admin or a fault looks like, and of nothing daily", async () => {
    const levelOf = async (type: MfaEventType) => JSON.parse((await logged(event({ type })))[0] as string).level;
    for (const type of ["code_replayed", "mfa_reset", "switch_forged", "enrolment_mismatch", "guessing_noticed"] as const) {
      expect(await levelOf(type), type).toBe(40);
    }
    for (const type of ["verified", "factor_enabled", "device_used", "verification_failed"] as const)
      expect(await levelOf(type), type).toBe(30);
  });
});

describe("the webhook sink", () => {
  const SECRET = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;
  const NOW = Date.UTC(2030, 0, 1, 12, 0, 0, 999);

  let server: Server;
  let url: string;
  let got: { method: string | undefined; path: string | undefined; headers: IncomingHttpHeaders; body: string }[];
  /** How each request in turn is answered; 204 when there is none left. A string is a redirect, 0 never answers. */
  let answers: (number | string)[];

  beforeEach(async () => {
    [got, answers] = [[], []];
    server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      got.push({ method: request.method, path: request.url, headers: request.headers, body });
      const answer = answers.shift() ?? 204;
      if (answer === 0) return;
      if (typeof answer === "string") response.writeHead(307, { location: answer }).end();
      else response.writeHead(answer).end(answer === 204 ? undefined : "a body that nobody reads");
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks?token=not-for-logs`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  const sinkTo = (options: Partial<WebhookOptions> = {}) => webhookSink({ url, secret: SECRET, clock: () => NOW, ...options });

  /** As a receiver checks it, by the text of Standard Webhooks. */
  const isSigned = ({ headers, body }: (typeof got)[number], secret: string): boolean => {
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    const expected = createHmac("sha256", Buffer.from(secret.slice("whsec_".length), "base64"))
      .update(signed)
      .digest();
    return String(headers["webhook-signature"])
      .split(" ")
      .map((signature) => signature.split(","))
      .some(([version, text = ""]) => {
        const given = Buffer.from(text, "base64");
        return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
      });
  };

  it("posts the event with its id, the time and a signature that the receiver can check", async () => {
    await sinkTo()(event({ reason: HOSTILE }));
    const [post] = got as [(typeof got)[number]];
    expect([post.method, post.path, post.headers["content-type"]]).toEqual(["POST", "/hooks?token=not-for-logs", "application/json"]);
    expect([post.headers["webhook-id"], post.headers["webhook-timestamp"]]).toEqual(["0197", "1893499200"]);
    expect(JSON.parse(post.body)).toEqual({
      type: "mfa.unlocked",
      timestamp: "1970-01-01T00:00:00.000Z",
      data: { id: "0197", subject: "ada", actor: "boss", reason: HOSTILE },
    });
    expect([isSigned(post, SECRET), isSigned({ ...post, body: `${post.body} ` }, SECRET)]).toEqual([true, false]);
    expect(isSigned(post, `whsec_${Buffer.alloc(32, 4).toString("base64")}`)).toBe(false);
  });

  it("signs under each of several secrets, while one takes the place of another", async () => {
    const other = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;
    await sinkTo({ secret: [other, SECRET] })(event());
    const [post] = got as [(typeof got)[number]];
    expect([isSigned(post, SECRET), isSigned(post, other)]).toEqual([true, true]);
  });

  it("an answer that is none of 2xx is a failure, a redirect is not gone after, and silence ends in time; none tells the address", async () => {
    const sink = sinkTo({ timeout: "1s" });
    const why = async (answer: number | string) => {
      answers = [answer];
      return await Promise.resolve(sink(event())).then(
        () => "taken",
        (error: Error) => {
          expect(`${error.stack}${JSON.stringify(error)}${String(error.cause)}`).not.toMatch(/not-for-logs|whsec/);
          return error.message;
        },
      );
    };
    expect([await why(200), await why(299)]).toEqual(["taken", "taken"]);
    expect([await why(500), await why(410), await why(300)]).toEqual([
      "The webhook answered 500.",
      "The webhook answered 410.",
      "The webhook answered 300.",
    ]);
    const before = got.length;
    expect(await why(url)).toBe("The webhook answered 307.");
    expect(got.length).toBe(before + 1);
    expect(await why(0)).toBe("The webhook was not reached, or did not answer within 1 s (TimeoutError).");
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    expect(await why(200)).toBe("The webhook was not reached, or did not answer within 1 s (ECONNREFUSED).");
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  });

  it("behind a follower: failed posts come again with the same id, later ones wait, and what never gets through is laid aside", async () => {
    const kit = createKit(createMfa, memoryStore());
    const mfa = await kit.mfa();
    const waits: number[] = [];
    const wait = async (ms: number) => {
      waits.push(ms);
      kit.clock.advance(ms);
    };
    const follower = mfa.audit.follow({ name: "webhook", from: "start", attempts: 3, wait, sink: sinkTo({ clock: () => kit.clock.now }) });
    for (const id of ["a", "b", "c"]) await mfa.revoke({ id });
    answers = [503, 200, 500, 500, 500, 200];
    expect(await follower.drain()).toEqual({ delivered: 2, dead: 1, held: true });
    const subjects = got.map(({ body }) => JSON.parse(body).data.subject);
    expect(subjects).toEqual(["a", "a", "b", "b", "b", "c"]);
    const ids = got.map(({ headers }) => headers["webhook-id"]);
    expect([new Set(ids).size, ids[0] === ids[1], waits.length]).toEqual([3, true, 3]);
    expect(got.every((post) => isSigned(post, SECRET))).toBe(true);
    const times = got.map(({ headers }) => Number(headers["webhook-timestamp"]));
    expect([...times].sort((one, other) => one - other)).toEqual(times);
    expect(await follower.deadLetters()).toMatchObject([{ eventId: ids[2], attempts: 3, error: "Error HTTP_500" }]);
    expect(await follower.replay()).toEqual({ delivered: 1, failed: 0 });
    expect(got.at(-1)?.headers["webhook-id"]).toBe(ids[2]);
  });

  it("goes nowhere but over https:, or on this machine, unless that is asked for", () => {
    const make = (options: Partial<WebhookOptions>) => () => sinkTo(options);
    for (const one of [
      "https://hooks.example.com/x",
      "http://localhost:1/",
      "http://a.localhost/",
      "http://127.1.2.3/",
      "http://[::1]:8080/",
    ]) {
      expect(make({ url: one }), one).not.toThrow();
    }
    for (const one of [
      "http://hooks.example.com/",
      "http://10.0.0.1/",
      "http://127.example.com/",
      "http://localhost.example.com/",
      "ftp://localhost/",
      "file:///etc/passwd",
      "https://user:pass@example.com/",
      "hooks",
      "",
    ]) {
      expect(make({ url: one }), one).toThrow(ConfigError);
    }
    expect(make({ url: "http://10.0.0.1/", allowHttp: true })).not.toThrow();
    expect(make({ url: "ftp://10.0.0.1/", allowHttp: true })).toThrow(ConfigError);
    const secrets = [
      "",
      "x",
      "whsec_",
      "whsec_####",
      `whsec_${Buffer.alloc(23).toString("base64")}`,
      `whsec_${Buffer.alloc(65).toString("base64")}`,
      Buffer.alloc(32).toString("base64"),
    ];
    for (const secret of [...secrets, [], [SECRET, "x"], undefined as never]) expect(make({ secret }), String(secret)).toThrow(ConfigError);
    for (const timeout of [0, 61, "2m", "soon"] as never[]) expect(make({ timeout })).toThrow(ConfigError);
  });
});
