import { z } from "zod";
import { ConfigError } from "../errors.ts";
import { type Factor, type Method, totp } from "../factors/index.ts";
import { recoveryCode } from "../factors/recovery-code.ts";
import { toSeconds } from "../internal/duration.ts";
import { LONGEST_INPUT, METHOD } from "../internal/forms.ts";
import { compileLockout, type LockoutPolicy, type LockoutSchedule } from "../lockout/policy.ts";
import { STORE_VERBS } from "./fail-closed.ts";
import { LIVE_CODES } from "./live-codes.ts";
import type { MfaOptions } from "./mfa-options.ts";
import type { Subject } from "./requests.ts";

/** The options with their defaults, checked. */
export interface Settings {
  issuer: (subject: Subject) => string;
  keys: MfaOptions["keys"];
  store: MfaOptions["store"];
  factors: readonly Factor[];
  /** 0 when there are none. */
  recoveryCodes: number;
  schedule: LockoutSchedule;
  /** Seconds. */
  proofMaxAge: number;
  /** Seconds. */
  longestGrant: number;
  grantAlgorithm: "HS256" | "EdDSA";
  /** Whether the epoch is read at each check of a grant. */
  revokesAtOnce: boolean;
  /** Whether a subject must have a second factor. */
  requires: (subject: Subject) => Promise<boolean>;
  /** Milliseconds. */
  grace: number;
  via: Method | undefined;
  /** Milliseconds that a device is trusted; 0 for never. */
  deviceLifetime: number;
  switchedOff: boolean;
  clock: () => number;
  onEvent: MfaOptions["onEvent"];
  keepHead: NonNullable<MfaOptions["audit"]>["keepHead"];
  metrics: MfaOptions["metrics"];
  tracing: MfaOptions["tracing"];
}

const having = (...methods: readonly string[]) =>
  z.custom<object>(
    (value) =>
      typeof value === "object" && value !== null && methods.every((m) => typeof (value as Record<string, unknown>)[m] === "function"),
    { error: `must have ${methods.map((m) => `${m}()`).join(", ")}` },
  );
const fn = z.custom<(...args: never[]) => unknown>((value) => typeof value === "function", { error: "must be a function" });
const duration = (least: number, most: number) =>
  z.custom<string | number>(
    (value) => {
      const seconds = toSeconds(value);
      return seconds !== undefined && seconds >= least && seconds <= most;
    },
    { error: `must be a duration of ${least} to ${most} seconds, such as 300 or "5m"` },
  );

const LOCKOUT_NAMES = ["failures", "lock", "longest", "notice", "suspend", "leak"] as const satisfies readonly (keyof LockoutPolicy)[];

const schema = z.strictObject({
  issuer: z.union([z.string().min(1).max(64), fn], {
    error: "must be the name that authenticator apps show, or a function that gives it",
  }),
  keys: having("wrap", "unwrap"),
  store: having(...STORE_VERBS),
  factors: z.array(having("parse", "match")).min(1).optional(),
  recoveryCodes: z.union([z.literal(false), z.strictObject({ count: z.int().min(1).max(20).optional() })]).optional(),
  // Its numbers are judged by the lockout room; here only a misspelt name is, lest a bound be ignored.
  lockout: z.strictObject(Object.fromEntries(LOCKOUT_NAMES.map((name) => [name, z.unknown().optional()]))).optional(),
  enrolment: z
    .strictObject({
      maxAge: duration(1, 3_600).optional(),
      require: z.union([z.enum(["optional", "always"]), fn], { error: 'must be "optional", "always" or a function' }).optional(),
      grace: duration(0, 365 * 86_400).optional(),
      via: z.string().optional(),
    })
    .optional(),
  grants: z
    .strictObject({
      longest: duration(1, 86_400).optional(),
      algorithm: z.enum(["HS256", "EdDSA"]).optional(),
      revocation: z.enum(["immediate", "on-expiry"]).optional(),
    })
    .optional(),
  trustedDevices: z.union([z.literal(false), z.strictObject({ for: duration(3_600, 90 * 86_400) })]).optional(),
  switchedOff: z.boolean().optional(),
  clock: fn.optional(),
  onEvent: fn.optional(),
  audit: z.strictObject({ keepHead: fn.optional() }).optional(),
  metrics: having("declare", "record").optional(),
  tracing: having("startActiveSpan").optional(),
});

/** An issuer that still says something once the colon, which the label can't hold, is taken out. */
function usableIssuer(issuer: unknown): string {
  if (typeof issuer === "string" && issuer.length <= 64 && issuer.replaceAll(":", "").trim() !== "") return issuer;
  throw new ConfigError("issuer is the name that authenticator apps show: 1 to 64 characters that are not all colons and spaces.");
}

/** Codes that one subject is sent in a day, at most: each is an id of its own in the store. */
const MOST_DAILY = 100;

/** What of a factor the road can't rely on, if anything. */
function faultOf({ type, lane, liveCodes, longest = 0, weaker, delivery }: Factor): string | undefined {
  if (typeof type !== "string" || !METHOD.test(type)) {
    return `a type is 1 to 32 characters of a-z, 0-9 and _, beginning with a letter; got ${JSON.stringify(type)}.`;
  }
  if (lane !== "authenticator" && lane !== "recovery") return `"${type}" has no lane, so its guesses would not count.`;
  if (!(liveCodes >= 0 && liveCodes <= LIVE_CODES)) return `"${type}" has ${liveCodes} codes live at once; ${LIVE_CODES} is the most.`;
  if (!(longest <= LONGEST_INPUT)) return `"${type}" takes input of ${longest} characters; ${LONGEST_INPUT} is the most.`;
  if (delivery && !(delivery.lifetime <= 600 && delivery.every >= 1)) {
    return `"${type}" delivers codes that live longer than 600 s, or with no pause between them.`;
  }
  if (delivery && !(Number.isSafeInteger(delivery.daily) && delivery.daily >= 1 && delivery.daily <= MOST_DAILY)) {
    return `"${type}" delivers ${delivery.daily} codes a day; 1 to ${MOST_DAILY} is what can be counted.`;
  }
  if (delivery && weaker !== true) return `"${type}" delivers codes and does not say that it is weaker.`;
  return undefined;
}

function checkFactors(factors: readonly Factor[]): void {
  const faults = factors.map(faultOf).filter((fault) => fault !== undefined);
  const types = factors.map(({ type }) => type);
  const twice = types.find((type, index) => types.indexOf(type) !== index);
  if (twice !== undefined) faults.push(`two of them have the type "${twice}". Give each type once.`);
  const delivered = factors.reduce((sum, { delivery, liveCodes }) => sum + (delivery ? liveCodes : 0), 0);
  if (delivered > 2) faults.push("delivered codes are live beside those of authenticators; two at once is the most.");
  if (faults.length > 0) throw new ConfigError(`factors: ${faults.join(" ")}`);
}

/** Checks the options once, at construction. */
export function checkedOptions(options: MfaOptions): Settings {
  const checked = schema.safeParse(options);
  if (!checked.success) {
    const faults = checked.error.issues.map(({ path, message }) => `${path.join(".") || "options"}: ${message}`);
    const wrap = checked.error.issues.some(({ path }) => path[0] === "store")
      ? " Make a store of a client with postgresStore(client)."
      : "";
    throw new ConfigError(`createMfa can't start with these options. ${faults.join("; ")}.${wrap}`);
  }
  const { issuer, keys, store, factors = [totp()], recoveryCodes = {}, lockout, clock = Date.now, onEvent } = options;
  const { enrolment = {}, grants = {}, trustedDevices = false, switchedOff = false, metrics, tracing } = options;
  const all = recoveryCodes === false ? factors : [...factors, recoveryCode()];
  if (typeof issuer === "string") usableIssuer(issuer);
  checkFactors(all);
  const { via, require = "optional" } = enrolment;
  if (via !== undefined && !factors.some(({ type, delivery }) => delivery && type === via)) {
    const missing = via === "email" || via === "sms" ? `${via}(deliver)` : "factor of that type";
    throw new ConfigError(`enrolment.via is "${via}", and factors lists no ${missing} that could send the code.`);
  }
  return {
    issuer: (subject) => usableIssuer(typeof issuer === "string" ? issuer : issuer(subject)),
    keys,
    store,
    factors: all,
    recoveryCodes: recoveryCodes === false ? 0 : (recoveryCodes.count ?? 10),
    schedule: compileLockout(lockout),
    proofMaxAge: toSeconds(enrolment.maxAge ?? "5m") as number,
    longestGrant: toSeconds(grants.longest ?? "15m") as number,
    grantAlgorithm: grants.algorithm ?? "HS256",
    revokesAtOnce: grants.revocation !== "on-expiry",
    // Only a plain no lets anyone sign in without: a predicate that answers nonsense must not open the door.
    requires: async (subject) => (typeof require === "function" ? (await require(subject)) !== false : require === "always"),
    grace: (toSeconds(enrolment.grace ?? 0) as number) * 1000,
    via,
    deviceLifetime: trustedDevices === false ? 0 : (toSeconds(trustedDevices.for) as number) * 1000,
    switchedOff,
    clock() {
      const now = clock();
      if (!Number.isSafeInteger(now)) throw new ConfigError(`clock gives whole milliseconds since 1970; it gave ${now}.`);
      return now;
    },
    onEvent,
    keepHead: options.audit?.keepHead,
    metrics,
    tracing,
  };
}
