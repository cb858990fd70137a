import { AsyncLocalStorage } from "node:async_hooks";
import { type Context, type ContextManager, context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createMfa, type MfaOptions, type Store, type Tracing } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, good, MINUTE, required } from "./support/kit.ts";

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracing = provider.getTracer("nightlatch");

/** What a host's SDK for Node brings: the active span follows what is awaited. */
const storage = new AsyncLocalStorage<Context>();
const following: ContextManager = {
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (active, run, self, ...args) => storage.run(active, () => run.call(self as never, ...args)),
  bind: (_, target) => target,
  enable: () => following,
  disable: () => following,
};

beforeAll(() => void context.setGlobalContextManager(following));
afterAll(() => context.disable());
beforeEach(() => exporter.reset());

async function start(options: Partial<MfaOptions> = {}) {
  const kit = createKit(createMfa, memoryStore());
  const mfa = await kit.mfa({ tracing, ...options });
  const user = await kit.enrolled(mfa);
  exporter.reset();
  return { kit, mfa, user, subject: user.subject };
}

/** A span with those below it, as they began. */
interface Tree {
  name: string;
  attributes: object;
  status: number;
  below: Tree[];
}

function treesOf(spans: readonly ReadableSpan[]): Tree[] {
  const under = (parent: string | undefined): Tree[] =>
    spans
      .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)
      .map((span) => ({ name: span.name, attributes: span.attributes, status: span.status.code, below: under(span.spanContext().spanId) }));
  return under(undefined);
}

const leaf = (name: string): Tree => ({ name, attributes: {}, status: 0, below: [] });
const CHARGE = leaf("mfa.store.charge");
const SETTLE = leaf("mfa.store.settle");

const verified = (outcome: string, attributes: object, below: Tree[], status = 0): Tree => ({
  name: "mfa.verify",
  attributes: { ...attributes, "mfa.outcome": outcome },
  status,
  below,
});

describe("spans", () => {
  it("one for each code, with method, purpose and outcome; its calls of the store below it", async () => {
    const { mfa, user, subject } = await start();
    good(await mfa.verify({ subject, code: user.code(), demand: { purpose: "pay" } }));
    const about = { "mfa.method": "totp", "mfa.purpose": "pay" };
    expect(treesOf(exporter.getFinishedSpans())).toStrictEqual([verified("ok", about, [CHARGE, SETTLE])]);
    exporter.reset();
    await mfa.verify({ subject, code: user.code(), demand: { purpose: "pay" } });
    await mfa.verify({ subject, code: user.wrong() });
    await mfa.verify({ challenge: "over", code: user.wrong() });
    await mfa.verify({ subject, code: "what?" });
    expect(treesOf(exporter.getFinishedSpans())).toStrictEqual([
      verified("replayed", about, [CHARGE, SETTLE]),
      verified("invalid", { "mfa.method": "totp" }, [CHARGE, SETTLE]),
      verified("expired", {}, []),
      verified("invalid", {}, []),
    ]);
    for (let n = 0; n < 3; n += 1) await mfa.verify({ subject, code: user.wrong() });
    exporter.reset();
    await mfa.verify({ subject, code: user.wrong() });
    expect(treesOf(exporter.getFinishedSpans())).toStrictEqual([
      verified("locked", { "mfa.method": "totp" }, [CHARGE, leaf("mfa.store.apply")]),
    ]);
  });

  it("lie below the host's own, and what the host's libraries trace below those of the store", async () => {
    const inner = memoryStore();
    const query = (): void => tracing.startActiveSpan("SELECT", (span) => span.end());
    const store: Store = {
      ...inner,
      async charge(charge) {
        await Promise.resolve();
        query();
        return await inner.charge(charge);
      },
    };
    const { mfa, user, subject } = await start({ store });
    await tracing.startActiveSpan("POST /transfer", async (span) => {
      await Promise.all([mfa.verify({ subject, code: user.wrong() }), mfa.status(subject)]);
      span.end();
    });
    expect(treesOf(exporter.getFinishedSpans())).toStrictEqual([
      {
        ...leaf("POST /transfer"),
        below: [leaf("mfa.store.read"), verified("invalid", { "mfa.method": "totp" }, [{ ...CHARGE, below: [leaf("SELECT")] }, SETTLE])],
      },
    ]);
  });

  it("a fault is told by its kind, and not by its words", async () => {
    const store: Store = { ...memoryStore(), charge: () => Promise.reject(new Error("password=hunter2")) };
    const mfa = await createKit(createMfa, store).mfa({ tracing });
    exporter.reset();
    await expect(mfa.verify({ subject: { id: "u" }, code: "123456" })).rejects.toMatchObject({ code: "store_failed" });
    const fault = { "error.type": "store_failed" };
    expect(treesOf(exporter.getFinishedSpans())).toStrictEqual([
      verified("fault", { ...fault, "mfa.method": "totp" }, [{ ...CHARGE, attributes: fault, status: 2 }], 2),
    ]);
    expect(exporter.getFinishedSpans().flatMap(({ events, status }) => [...events, status.message ?? ""])).toStrictEqual(["", ""]);
  });

  it("the tracer of @opentelemetry/api will do before the host's SDK has started, and without one", async () => {
    const { mfa, user, subject } = await start({ tracing: trace.getTracer("nightlatch") });
    good(await mfa.verify({ subject, code: user.code() }));
    expect(exporter.getFinishedSpans()).toStrictEqual([]);
  });
});

describe("a tracer is never in the way", () => {
  const broken = (): never => {
    throw new Error("broken");
  };
  const span = { setAttribute: () => undefined, setStatus: () => undefined, end: () => undefined };
  const tracers: [string, Tracing][] = [
    ["throws", { startActiveSpan: broken }],
    ["throws after the work began", { startActiveSpan: (_, run) => [run(span), broken()] }],
    ["runs the work twice", { startActiveSpan: (_, run) => [run(span), run(span)] }],
    ["never runs it", { startActiveSpan: () => undefined }],
    ["runs it late", { startActiveSpan: (_, run) => queueMicrotask(() => run(span)) }],
    ["rejects", { startActiveSpan: async (_, run) => [run(span), broken()] }],
    ["has spans that throw", { startActiveSpan: (_, run) => run({ setAttribute: broken, setStatus: broken, end: broken }) }],
  ];

  it.each(tracers)("one that %s: each code is judged once, with the same answer", async (_, tracer) => {
    const { mfa, user, subject } = await start({ tracing: tracer });
    good(await mfa.verify({ subject, code: user.code() }));
    expect(await mfa.verify({ subject, code: user.wrong() })).toMatchObject({ ok: false, reason: "invalid", attemptsLeft: 4 });
    expect(await mfa.verify({ subject, code: user.wrong() })).toMatchObject({ ok: false, reason: "invalid", attemptsLeft: 3 });
  });

  it("what is no tracer stops the start", () => {
    const given = (tracer: unknown) => () =>
      createMfa({ issuer: "A", keys: {} as never, store: memoryStore(), tracing: tracer as Tracing });
    expect(given({})).toThrow(/tracing: must have startActiveSpan\(\)/);
  });
});

it("A42 no secret and no subject stands in a span", async () => {
  const canary = "canary-7f3a";
  const { kit, mfa } = await start({ trustedDevices: { for: "1d" } });
  const subject = { id: canary, tenant: `${canary}-tenant`, name: `${canary}-name`, session: `${canary}-session` };
  const user = await kit.enrolled(mfa, subject);
  const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
  const code = user.code();
  const { grant, device } = good(await mfa.verify({ challenge, code, session: subject.session, device: { name: canary } }));
  await mfa.verify({ subject, code: user.wrong(), demand: { bind: [canary] } });
  await mfa.verify({ subject, code: canary });
  good(await mfa.verify({ subject, code: user.recoveryCodes[0] ?? "" }));
  await mfa.devices.revoke(subject, canary);
  kit.clock.advance(MINUTE);
  await mfa.admin.erase(subject);

  const spans = exporter.getFinishedSpans();
  expect(spans.filter(({ name }) => name === "mfa.verify")).toHaveLength(5);
  const told = JSON.stringify(spans.map(({ name, attributes, events, links, status }) => ({ name, attributes, events, links, status })));
  const secrets = [canary, user.grant, user.factorId, user.uri, ...user.recoveryCodes, challenge, code, grant, user.wrong()];
  expect([...secrets, device?.token ?? "no device"].filter((secret) => told.includes(secret))).toStrictEqual([]);
});
