import fc from "fast-check";
import { fromBase32, totp } from "../src/otp/index.ts";
import { type Answer, DRIVER, fuzzGround, type Ground, KEY, send } from "./http-fuzz-ground.ts";
import { type FuzzRequest, fuzzRequests } from "./http-fuzz-requests.ts";

/** What came of it. */
export interface Fuzzed {
  requests: number;
  byStatus: Record<string, number>;
  /** Answers of 5xx while nothing had failed. */
  serverErrors: string[];
  /** Requests that had no answer after ten seconds. */
  hangs: string[];
  /** Refusals that are no problem of ours. */
  formless: string[];
  /** Secrets that were looked for, and where each was found that it should not be. */
  canaries: number;
  leaks: string[];
}

/** The secrets that answers gave away as they should, and where each may not turn up afterwards. */
interface Known {
  secrets: Map<string, string>;
  grants: string[];
  challenges: string[];
  factorIds: string[];
}

function remember({ secrets, grants, challenges, factorIds }: Known, { status, body }: Answer): void {
  if (status !== 200 && status !== 401) return;
  const { secret, recovery_codes: codes, grant, challenge, factor_id: factorId } = body;
  if (typeof secret === "string") secrets.set(secret, "an authenticator's secret");
  for (const code of Array.isArray(codes) ? (codes as string[]) : []) secrets.set(code, "a recovery code");
  if (typeof grant === "string") grants.push(grant);
  if (typeof challenge === "string") challenges.push(challenge);
  if (typeof factorId === "string") factorIds.push(factorId);
}

const lastOf = (list: readonly string[], index: number): string | undefined => list[Math.max(0, list.length - 1 - index)];

/** Found in no place but the answer that gives them, ever. */
const ALWAYS: readonly (readonly [string, string])[] = [
  [KEY, "the key encryption key"],
  [DRIVER, "a driver's error"],
];

/** The request with codes, grants and challenges that there are. */
function filledIn(request: FuzzRequest, index: number, known: Known, code: string): FuzzRequest {
  const { grant, challenge, code: given } = request.bears;
  const fields = {
    ...request.headers,
    authorization: request.who === "none" ? undefined : `Bearer ${request.who}`,
    "mfa-grant": grant === undefined ? undefined : lastOf(known.grants, grant),
    "mfa-challenge": challenge !== undefined && challenge > 4 ? lastOf(known.challenges, challenge - 4) : undefined,
    "x-mfa-code": given && { right: code, wrong: "000000", odd: "%00" }[given],
  };
  const headers = Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined));
  const body = request.body?.replaceAll('"CODE"', `"${code}"`).replaceAll('"CHALLENGE"', `"${known.challenges.at(-1) ?? ""}"`);
  const path = index % 9 === 0 ? "/guarded/7" : request.path.replace("{id}", known.factorIds.at(-1) ?? "x");
  return { ...request, path, headers, ...(body === undefined ? {} : { body }) };
}

/** Holds an answer to what every answer must be. */
function judge(found: Fuzzed, known: Known, { method, path, who, body: sent }: FuzzRequest, answer: Answer, failed: boolean): void {
  const what = `${method} ${path} as ${who}: ${sent?.slice(0, 200)}`;
  const { status, type, text, body } = answer;
  found.byStatus[status] = (found.byStatus[status] ?? 0) + 1;
  if (status >= 500 && !(failed && status === 503)) found.serverErrors.push(`${status} ${what}`);
  const isOurs = type.startsWith("application/problem+json");
  if (status >= 400 && status !== 404 && method !== "HEAD" && !isOurs) found.formless.push(`${status} ${what}`);
  // What this very answer gives is its own to give.
  const own = new Set([body.secret, ...((body.recovery_codes as string[] | undefined) ?? [])]);
  for (const [secret, name] of [...known.secrets, ...ALWAYS]) {
    if (!own.has(secret) && text.includes(secret)) found.leaks.push(`${name} in the answer of ${what}`);
  }
}

/** All that was written down meanwhile. */
async function writtenDown({ mfa, events, register, errors }: Ground): Promise<[place: string, text: string][]> {
  const log: unknown[] = [];
  let page = await mfa.audit.list({ limit: 1000 });
  log.push(...page.events);
  while (page.more) {
    page = await mfa.audit.list({ limit: 1000, after: page.cursor });
    log.push(...page.events);
  }
  return [
    ["events", JSON.stringify(events)],
    ["the audit log", JSON.stringify(log)],
    ["metrics", await register.metrics()],
    ["errors", errors.map(({ name, message, stack }) => `${name} ${message} ${stack}`).join("\n")],
  ];
}

/** Somebody with an authenticator. */
async function enrolled({ mfa, clock }: Ground, known: Known): Promise<() => string> {
  const subject = { id: "enrolled", session: "s1" };
  const made = await mfa.factors.setup(subject);
  if (!made.ok) throw new Error(`No set-up: ${made.reason}`);
  const secret = fromBase32(made.secret);
  const enabled = await mfa.factors.enable(subject, { code: totp(secret, clock.now) });
  if (!enabled.ok) throw new Error(`Not enabled: ${enabled.reason}`);
  const body = { secret: made.secret, recovery_codes: enabled.recoveryCodes, grant: enabled.grant, factor_id: made.factorId };
  remember(known, { status: 200, type: "", text: "", body });
  return () => totp(secret, clock.now);
}

/**
 * Sends requests made from the OpenAPI document to the protocol on a live port, in turn, with secrets put where a
 * careless program would repeat them; then looks for every secret in answers, events, log, metrics and errors.
 */
export async function httpFuzz(requests: number, seed: number, progress: (part: number) => void = () => {}): Promise<Fuzzed> {
  const ground = await fuzzGround();
  const { server, clock, fault } = ground;
  const found: Fuzzed = { requests, byStatus: {}, serverErrors: [], hangs: [], formless: [], canaries: 0, leaks: [] };
  const known: Known = { secrets: new Map(), grants: [], challenges: [], factorIds: [] };
  const code = await enrolled(ground, known);
  try {
    for (const [index, sample] of fc.sample(fuzzRequests(), { numRuns: requests, seed }).entries()) {
      progress(index / requests);
      // Past the end of most locks now and then, so that codes are judged too.
      clock.now += index % 50 === 0 ? 86_400_000 : 30_000;
      const request = filledIn(sample, index, known, code());
      fault.isDue = request.isFaulty;
      const answer = await send(server, request);
      const failed = request.isFaulty && !fault.isDue;
      fault.isDue = false;
      if (!answer) found.hangs.push(`${request.method} ${request.path}`);
      else {
        judge(found, known, request, answer, failed);
        remember(known, answer);
      }
    }
  } finally {
    progress(1);
    server.closeAllConnections();
    server.close();
  }

  const tokens = [...known.grants, ...known.challenges].map((text) => [text, "a grant or challenge"] as const);
  const canaries = [...known.secrets, ...ALWAYS, ...tokens];
  found.canaries = canaries.length;
  for (const [place, text] of await writtenDown(ground)) {
    // What a driver said is for the operator to read, and for nobody else.
    const sought = place === "errors" ? canaries.filter(([canary]) => canary !== DRIVER) : canaries;
    for (const [canary, name] of sought) if (text.includes(canary)) found.leaks.push(`${name} in ${place}`);
  }
  return found;
}
