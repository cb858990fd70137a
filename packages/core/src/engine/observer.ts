import type { MfaEvent, MfaEventOf, MfaEventType } from "../audit/events.ts";
import { eventOf } from "../audit/row.ts";
import { isMfaError } from "../errors.ts";
import type { Method } from "../factors/factor.ts";
import type { Measurement, VerificationOutcome } from "../metrics/port.ts";
import type { Tracing, TracingSpan } from "../metrics/tracing.ts";
import type { AuditRow, Lane, Store } from "../stores/store.ts";
import { STORE_VERBS } from "./fail-closed.ts";
import type { Settings } from "./options.ts";
import { OWN_PURPOSES } from "./own-purposes.ts";
import type { Refusal } from "./results.ts";

const LANES: readonly Lane[] = ["authenticator", "recovery"];

/** `SpanStatusCode.ERROR` of OpenTelemetry. */
const ERROR = 2;

/** What comes to light of an attempt while it is judged. */
export interface Attempted {
  /** Whose code it is; unknown while several factors could read it and none has claimed it. */
  method?: Method;
}

/** Lets the host see the engine at work, by figures and spans. It is never in the way, and never told of a subject. */
export interface Observer {
  /** Runs the judgement of a code, timed and counted. */
  judging<T extends { ok: true } | Refusal>(purpose: string | undefined, judge: (attempted: Attempted) => Promise<T>): Promise<T>;
  /** Counts what a row of the log tells of. */
  told(row: AuditRow): void;
  /** The store, its faults counted. */
  watched(store: Store): Store;
}

/** What of the events is counted. */
const COUNTED: { readonly [T in MfaEventType]?: (event: MfaEventOf<T>) => Measurement | undefined } = {
  factor_enabled: ({ method }) => ({ type: "enrolment", method, source: "setup" }),
  factor_imported: ({ method }) => ({ type: "enrolment", method, source: "import" }),
  locked: ({ lane }) => ({ type: "lockout", lane }),
  code_replayed: ({ method }) => ({ type: "replay", method }),
  recovery_code_used: () => ({ type: "recovery_code_used" }),
  // The steps of a host's own factor may be of another length.
  verified: ({ method, drift }) => (method === "totp" && drift !== undefined ? { type: "totp_drift", steps: drift } : undefined),
};

const OUTCOMES: ReadonlySet<string> = new Set<VerificationOutcome>(["invalid", "replayed", "locked", "expired"]);

const outcomeOf = (judged: { ok: true } | Refusal): VerificationOutcome => {
  if (judged.ok) return "ok";
  return OUTCOMES.has(judged.reason) ? (judged.reason as VerificationOutcome) : "invalid";
};

/** Runs what belongs to the host; it neither throws nor is waited for. The first fault is a warning of the process. */
function aside<A extends unknown[]>(run: (...args: A) => unknown): (...args: A) => void {
  let hasWarned = false;
  const warn = (): void => {
    if (hasWarned) return;
    hasWarned = true;
    process.emitWarning(
      "The metrics of createMfa({ metrics }) failed, so its figures are not whole; verifications go on. Mend declare() or record().",
      { type: "NightlatchWarning", code: "NIGHTLATCH_METRICS" },
    );
  };
  return (...args) => {
    try {
      const answer = run(...args);
      if (answer instanceof Promise) answer.catch(warn);
    } catch {
      warn();
    }
  };
}

/** Runs what belongs to the host's tracer: a fault of it is the loss of the trace alone. */
function unheard(act: () => unknown): void {
  try {
    const answer = act();
    if (answer instanceof Promise) answer.catch(() => undefined);
  } catch {
    // As said above.
  }
}

const NO_SPAN: TracingSpan = { setAttribute: () => undefined, setStatus: () => undefined, end: () => undefined };

/** Runs something once under a span of its own, whatever becomes of the span. What the host's other libraries trace lies below it. */
async function inSpan<T>(tracing: Tracing, name: string, run: (span: TracingSpan) => Promise<T>): Promise<T> {
  let running: Promise<T> | undefined;
  unheard(() =>
    tracing.startActiveSpan(name, (span) => {
      running ??= run({
        setAttribute: (key, value) => unheard(() => span.setAttribute(key, value)),
        setStatus: (status) => unheard(() => span.setStatus(status)),
        end: () => unheard(() => span.end()),
      });
    }),
  );
  running ??= run(NO_SPAN);
  return await running;
}

/** Says on a span what kind of fault it was, and nothing of what the fault said: drivers quote values. */
function markFault(span: TracingSpan, fault: unknown): void {
  span.setStatus({ code: ERROR });
  span.setAttribute("error.type", isMfaError(fault) ? fault.code : "unexpected");
}

/** The observer of an engine. Without metrics and tracing it does nothing, and costs nothing. */
export function createObserver({ metrics, tracing, factors }: Pick<Settings, "metrics" | "tracing" | "factors">): Observer {
  if (!metrics && !tracing) return { judging: (_, judge) => judge({}), told: () => undefined, watched: (store) => store };

  const record = aside((measurement: Measurement) => metrics?.record(measurement));
  aside(() =>
    metrics?.declare({ methods: factors.map(({ type }) => type), purposes: Object.values(OWN_PURPOSES), lanes: LANES, verbs: STORE_VERBS }),
  )();
  const spanned = <T>(name: string, run: (span: TracingSpan) => Promise<T>): Promise<T> =>
    tracing ? inSpan(tracing, name, run) : run(NO_SPAN);

  return {
    judging: (purpose, judge) =>
      spanned("mfa.verify", async (span) => {
        const attempted: Attempted = {};
        const started = performance.now();
        let outcome: VerificationOutcome = "fault";
        try {
          const judged = await judge(attempted);
          outcome = outcomeOf(judged);
          return judged;
        } catch (fault) {
          markFault(span, fault);
          throw fault;
        } finally {
          const { method } = attempted;
          if (method !== undefined) span.setAttribute("mfa.method", method);
          if (purpose !== undefined) span.setAttribute("mfa.purpose", purpose);
          span.setAttribute("mfa.outcome", outcome);
          span.end();
          record({ type: "verification", method, purpose, outcome, seconds: (performance.now() - started) / 1000 });
        }
      }),
    told(row) {
      const count = COUNTED[row.type as MfaEventType] as ((event: MfaEvent) => Measurement | undefined) | undefined;
      const measurement = metrics && count?.(eventOf(row));
      if (measurement) record(measurement);
    },
    watched(store) {
      const verbs = STORE_VERBS.map((verb) => [
        verb,
        (...args: unknown[]): Promise<unknown> =>
          spanned(`mfa.store.${verb}`, async (span) => {
            try {
              return await (store[verb] as (...args: unknown[]) => Promise<unknown>)(...args);
            } catch (fault) {
              markFault(span, fault);
              record({ type: "store_error", verb });
              throw fault;
            } finally {
              span.end();
            }
          }),
      ]);
      return Object.freeze(Object.fromEntries(verbs)) as Store;
    },
  };
}
