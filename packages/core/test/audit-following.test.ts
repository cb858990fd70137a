import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError, createMfa, type FollowOptions, type MfaEvent, type Store } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, DAY, MINUTE, SECOND } from "./support/kit.ts";
import { type OpenedStore, stores } from "./support/stores.ts";

/** Waits for nobody: it moves the clock, and notes for how long. */
const waiting = (clock: { advance(ms: number): void }) => {
  const waits: number[] = [];
  const wait = async (ms: number, signal: AbortSignal) => {
    if (signal.aborted) throw signal.reason;
    waits.push(ms);
    clock.advance(ms);
  };
  return { waits, wait };
};

async function start(store: Store = memoryStore()) {
  const kit = createKit(createMfa, store);
  const mfa = await kit.mfa();
  const told: string[] = [];
  const sink = (event: MfaEvent) => void told.push(event.subject ?? "nobody");
  const { waits, wait } = waiting(kit.clock);
  const follow = (options: Partial<FollowOptions> = {}) => mfa.audit.follow({ name: "test", sink, from: "start", wait, ...options });
  const write = async (...subjects: string[]) => {
    for (const id of subjects) await mfa.revoke({ id });
  };
  return { kit, mfa, told, sink, waits, follow, write };
}

const many = (count: number, from = 0) => Array.from({ length: count }, (_, n) => `user-${n + from}`);

describe.each(stores)("following the log on $name", ({ open }) => {
  let opened: OpenedStore;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  it("each event comes once and in order, to each name, and goes on behind the last in another process", async () => {
    const { mfa, told, follow, write } = await start(opened.store);
    await write(...many(45));
    const drained = await follow().drain();
    expect(drained).toEqual({ delivered: told.length, dead: 0, held: true });
    expect(told.slice(-45)).toEqual(many(45));
    expect(await follow().drain()).toEqual({ delivered: 0, dead: 0, held: true });
    await write(...many(3, 45));
    const other: MfaEvent[] = [];
    const next = mfa.audit.follow({ name: "test", sink: async (event) => void other.push(event) });
    await next.drain();
    expect(other.map(({ subject, type }) => [subject, type])).toEqual(many(3, 45).map((id) => [id, "revoked"]));
    const again: string[] = [];
    await follow({ name: "test-2", sink: ({ subject = "nobody" }) => void again.push(subject) }).drain();
    expect(again).toEqual([...told, ...many(3, 45)]);
  });

  it("of two processes one delivers at a time, and none an event that the other has delivered", async () => {
    const { kit, told, follow, write } = await start(opened.store);
    const options = { name: "two", from: "now" } as const;
    await follow(options).drain();
    let delivered = 0;
    for (let round = 0; round < 5; round += 1) {
      await write(...many(10, round * 10));
      const both = await Promise.all([follow(options).drain(), follow(options).drain(), follow(options).drain()]);
      for (const drained of both) delivered += drained.delivered;
    }
    delivered += (await follow(options).drain()).delivered;
    expect([delivered, told]).toEqual([50, many(50)]);
    expect(kit.events.length).toBeGreaterThanOrEqual(50);
  });

  it("beside ten who write and others who seal, none is missed or comes twice, and those of a subject come in their order", async () => {
    const { kit, mfa, follow } = await start(opened.store);
    const seen: MfaEvent[] = [];
    const options = { name: "beside", from: "now", sink: (event: MfaEvent) => void seen.push(event) } as const;
    await follow(options).drain();
    kit.events.length = 0;
    let isWriting = true;
    const writers = Promise.all(
      Array.from({ length: 10 }, async (_, writer) => {
        for (let n = 0; n < 20; n += 1) await mfa.revoke({ id: `writer-${writer}` });
      }),
    ).finally(() => {
      isWriting = false;
    });
    const whileWriting = async (run: () => Promise<unknown>) => {
      while (isWriting) await run();
    };
    await Promise.all([
      writers,
      whileWriting(() => follow(options).drain()),
      whileWriting(() => follow(options).drain()),
      whileWriting(() => mfa.audit.seal()),
    ]);
    await follow(options).drain();
    const idsOf = (events: readonly MfaEvent[], subject: string) => events.filter((event) => event.subject === subject).map(({ id }) => id);
    expect(seen).toHaveLength(200);
    for (let writer = 0; writer < 10; writer += 1) {
      expect(idsOf(seen, `writer-${writer}`)).toEqual(idsOf(kit.events, `writer-${writer}`));
    }
    expect(await mfa.audit.verify()).toMatchObject({ ok: true, unsealed: 0 });
  });

  it("an event that is never taken is laid aside, is listed, and is taken in the end; those behind it had their turn", async () => {
    const { kit, mfa, told, sink, waits, follow, write } = await start(opened.store);
    await follow({ name: "dead", from: "now" }).drain();
    let isDown = true;
    const failing = (event: MfaEvent) => {
      if (isDown && event.subject !== "fine") throw new RangeError(`no\n\u001b[31m${"x".repeat(300)}`);
      sink(event);
    };
    const follower = follow({ name: "dead", sink: failing, attempts: 3 });
    await write("one", "fine", "two");
    expect(await follower.drain()).toEqual({ delivered: 1, dead: 2, held: true });
    expect([told, waits.length]).toEqual([["fine"], 4]);
    const letters = await follower.deadLetters();
    expect(letters).toMatchObject([
      { attempts: 3, error: "RangeError" },
      { attempts: 3, error: "RangeError" },
    ]);
    expect(letters[1]?.at).toEqual(new Date(kit.clock.now));
    expect(await follower.deadLetters({ after: letters[0]?.eventId ?? "", limit: 5 })).toEqual(letters.slice(1));
    expect(await follow({ name: "dea" }).deadLetters()).toEqual([]);
    expect(await follower.replay()).toEqual({ delivered: 0, failed: 2 });
    isDown = false;
    expect(await follower.replay([letters[1]?.eventId ?? ""])).toEqual({ delivered: 1, failed: 0 });
    expect(await follower.deadLetters()).toEqual(letters.slice(0, 1));
    await mfa.admin.erase({ id: "one" });
    expect(await follower.replay()).toEqual({ delivered: 1, failed: 0 });
    expect([told, await follower.deadLetters()]).toEqual([["fine", "two", "nobody"], []]);
  });
});

describe("a follower", () => {
  it("begins with what happens from now on, unless told otherwise", async () => {
    const { told, follow, write } = await start();
    await write("before");
    const follower = follow({ from: "now" });
    expect(await follower.drain()).toEqual({ delivered: 0, dead: 0, held: true });
    await write("after");
    await follower.drain();
    expect(told).toEqual(["after"]);
  });

  it("tries an event again with longer and longer waits, by chance, and meanwhile stays the one that delivers", async () => {
    const { told, waits, sink, follow, write } = await start();
    let failures = 0;
    const heard: unknown[] = [];
    const other = follow();
    const failing = async (event: MfaEvent) => {
      failures += 1;
      expect(await other.drain()).toEqual({ delivered: 0, dead: 0, held: false });
      if (failures < 12) throw new Error(`failure ${failures}`);
      sink(event);
    };
    await write("a", "b");
    await follow({ sink: failing, onError: (error, event) => heard.push([(error as Error).message, event?.subject]) }).drain();
    expect([told, failures, heard[0], heard.length]).toEqual([["a", "b"], 13, ["failure 1", "a"], 11]);
    for (const [n, ms] of waits.entries()) {
      const full = Math.min(SECOND * 2 ** n, MINUTE);
      expect([ms >= full / 2, ms <= full]).toEqual([true, true]);
    }
    expect(new Set(waits.slice(6)).size).toBeGreaterThan(1);
  });

  it("that died is taken over two minutes later, and what it had not noted comes again", async () => {
    const { kit, told, sink, follow, write } = await start();
    await write(...many(30));
    const dying = (event: MfaEvent) => {
      sink(event);
      if (told.length === 25) return new Promise<void>(() => {});
    };
    void follow({ sink: dying }).drain();
    while (told.length < 25) await new Promise(setImmediate);
    kit.clock.advance(2 * MINUTE - 1);
    expect((await follow().drain()).held).toBe(false);
    kit.clock.advance(1);
    expect(await follow().drain()).toEqual({ delivered: 10, dead: 0, held: true });
    expect(told).toEqual([...many(25), ...many(10, 20)]);
  });

  it("whose place was taken by another while its sink took its time stops there", async () => {
    const { kit, told, sink, follow, write } = await start();
    await write(...many(3));
    let isFirst = true;
    const slow = async (event: MfaEvent) => {
      sink(event);
      if (!isFirst) return;
      isFirst = false;
      kit.clock.advance(5 * MINUTE);
      await follow().drain();
    };
    expect(await follow({ sink: slow }).drain()).toMatchObject({ held: true });
    // Twenty events may come twice at most.
    expect([told.length <= 6, new Set(told).size]).toEqual([true, 3]);
    expect((await follow().drain()).delivered).toBe(0);
  });

  it("runs in the background until it is stopped, through faults of the store, and can be started again", async () => {
    const inner = memoryStore();
    let isDown = false;
    const store: Store = {
      ...inner,
      async auditPage(query) {
        if (isDown) throw new Error("down");
        return await inner.auditPage(query);
      },
    };
    const { told, follow, write } = await start(store);
    const heard: string[] = [];
    const wait = async (_: number, signal: AbortSignal) => {
      await new Promise(setImmediate);
      if (signal.aborted) throw signal.reason;
    };
    const onError = (error: unknown) => {
      heard.push((error as Error).message);
      throw new Error("and so does who hears of it");
    };
    const follower = follow({ wait, onError });
    follower.start();
    follower.start();
    const comes = async (isThere: () => boolean) => {
      while (!isThere()) await new Promise(setImmediate);
    };
    await write("a");
    await comes(() => told.length === 1);
    isDown = true;
    await write("b");
    await comes(() => heard.length > 2);
    expect(heard[0]).toMatch(/^The store failed in auditPage/);
    isDown = false;
    await comes(() => told.length === 2);
    await follower.stop();
    await write("c");
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    expect(told).toEqual(["a", "b"]);
    follower.start();
    await comes(() => told.length === 3);
    await follower.stop();
    await follow().stop();
  });

  it("is stopped while an event is tried again and again: the event comes again later", async () => {
    const { told, follow, write } = await start();
    const follower = follow({
      sink() {
        void follower.stop();
        throw new Error("no");
      },
    });
    await write("a");
    expect(await follower.drain()).toEqual({ delivered: 0, dead: 0, held: true });
    await follow().drain();
    expect(told).toEqual(["a"]);
  });

  it("hands over no row that was edited, and says so", async () => {
    const store = memoryStore();
    const { kit, told, sink, write } = await start(store);
    await write("a", "b");
    const edited: Store = {
      ...store,
      auditPage: async (query) => (await store.auditPage(query)).map((row) => (row.seq === 1 ? { ...row, subject: "x" } : row)),
    };
    const heard: string[] = [];
    const onError = (error: unknown) => void heard.push((error as Error).message);
    const mfa = await kit.mfa({ store: edited });
    await mfa.audit.follow({ name: "test", sink, from: "start", onError }).drain();
    expect([told, heard]).toEqual([["b"], ["Row 1 of the audit log is not as it was written. Run audit.verify()."]]);
  });

  it("whose place was edited begins anew: at least once", async () => {
    const store = memoryStore();
    const { told, follow, write } = await start(store);
    await write("a");
    await follow().drain();
    const [{ key, value } = { key: "", value: "" }] = await store.auditNotes({ prefix: "follower/test", after: "", limit: 1 });
    await store.auditNote({ key, from: value, to: "{" });
    await follow().drain();
    expect(told).toEqual(["a", "a"]);
  });

  it("finds nothing to replay of an event whose row was removed", async () => {
    const { kit, mfa, follow, write } = await start();
    await write("a");
    const sink = () => {
      throw "a string";
    };
    const follower = follow({ sink, attempts: 1 });
    expect(await follower.drain()).toMatchObject({ dead: 1 });
    expect(await follower.deadLetters()).toMatchObject([{ error: "string" }]);
    kit.clock.advance(2 * DAY);
    await mfa.audit.prune({ olderThan: "1d" });
    expect(await follower.replay()).toEqual({ delivered: 0, failed: 0 });
    expect(await follower.deadLetters()).toEqual([]);
  });

  it("A42 keeps name and code of an error alone: what it says may name who was erased since", async () => {
    const { follow, write } = await start();
    const said = "550 no mailbox for ada@example.com";
    const errors = [
      Object.assign(new Error(said), { name: "ada@example.com", code: "EENVELOPE" }),
      Object.assign(new TypeError(said), { code: 550 }),
      new Error(said, { cause: Object.assign(new Error(said), { code: "ECONNREFUSED" }) }),
      Object.assign(new Error(said), { code: said }),
      said,
      undefined,
    ];
    const left = [...errors];
    const heard: unknown[] = [];
    const follower = follow({
      attempts: 1,
      onError: (error) => void heard.push(error),
      sink() {
        throw left.shift();
      },
    });
    await write(...many(errors.length));
    expect(await follower.drain()).toMatchObject({ dead: errors.length });
    expect((await follower.deadLetters()).map(({ error }) => error)).toEqual([
      "EENVELOPE",
      "TypeError 550",
      "Error ECONNREFUSED",
      "Error",
      "string",
      "undefined",
    ]);
    expect(heard).toEqual(errors);
  });

  it("is checked when it is made", async () => {
    const { mfa, sink } = await start();
    const wrong: object[] = [
      { name: "" },
      { name: "Capital" },
      { name: "x".repeat(65) },
      { name: undefined },
      { sink: undefined },
      { from: "end" },
      { every: 0 },
      { every: "2d" },
      { every: "soon" },
      { attempts: 0 },
      { attempts: 1.5 },
    ];
    for (const one of wrong) {
      expect(() => mfa.audit.follow({ name: "test", sink, ...one } as FollowOptions), JSON.stringify(one)).toThrow(ConfigError);
    }
  });
});

describe("the sealed log, read by hand", () => {
  it("comes page by page, in the order in which it was sealed, with a cursor that stays good", async () => {
    const { mfa, write } = await start();
    expect(await mfa.audit.sealed()).toEqual({ events: [], cursor: expect.any(String), more: false });
    await write(...many(5));
    await mfa.audit.seal();
    await write(...many(5, 5));
    expect((await mfa.audit.sealed()).events).toHaveLength(5);
    await mfa.audit.seal();
    const read: string[] = [];
    let page = await mfa.audit.sealed({ limit: 3 });
    const [{ cursor }] = [page];
    for (; ; page = await mfa.audit.sealed({ limit: 3, after: page.cursor })) {
      read.push(...page.events.map(({ subject = "" }) => subject));
      if (!page.more) break;
    }
    expect(read).toEqual(many(10));
    expect((await mfa.audit.sealed({ after: cursor, limit: 2 })).events.map(({ subject }) => subject)).toEqual(many(2, 3));
    expect(await mfa.audit.sealed({ after: page.cursor })).toEqual({ events: [], cursor: page.cursor, more: false });
    for (const after of ["", "x", (await mfa.audit.list({ limit: 1 })).cursor]) {
      await expect(mfa.audit.sealed({ after }), after).rejects.toThrow(ConfigError);
    }
  });
});
