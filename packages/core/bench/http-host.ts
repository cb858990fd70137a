import { createMfa, keyring, type Mfa } from "../src/index.ts";
import { createRateLimits, memoryLimits, type RateLimits } from "../src/limits/index.ts";
import { fromBase32, totp } from "../src/otp/index.ts";
import { memoryStore } from "../src/stores/memory.ts";

/** What stands before the route: nothing, a guard, a limit, or metrics. */
export const variants = ["bare", "guard", "rateLimit", "httpMetrics"] as const;
export type Variant = (typeof variants)[number];

/** What a server that is measured tells its parent process. */
export interface Told {
  port?: number;
  headers?: Record<string, string>;
  /** Microseconds of processor time since it began. */
  cpu?: number;
}

const SUBJECT = { id: "ada", session: "s1" };

/** Who is asking, from a header as a token's claims would be. */
export const subjectIn = (user: string | string[] | undefined): typeof SUBJECT | undefined => (user === "ada" ? SUBJECT : undefined);

/** More than is asked for, so that all of it is allowed. */
export const limits: RateLimits<"bench"> = createRateLimits({ bench: { points: 1_000_000_000, per: "1h" } }, memoryLimits());

/** An engine on the memory store, and the header fields of somebody who has just proved a second factor. */
export async function hostMfa(): Promise<{ mfa: Mfa; headers: Record<string, string> }> {
  const keys = keyring(`k1:${Buffer.alloc(32, 7).toString("base64")}`);
  const mfa = createMfa({ issuer: "Bench", keys, store: memoryStore() });
  await mfa.ready({ migrate: true });
  const made = await mfa.factors.setup(SUBJECT);
  if (!made.ok) throw new Error(made.reason);
  const enabled = await mfa.factors.enable(SUBJECT, { code: totp(fromBase32(made.secret), Date.now()) });
  if (!enabled.ok) throw new Error(enabled.reason);
  return { mfa, headers: { "x-user": "ada", "mfa-grant": enabled.grant } };
}

/** Tells the parent where the server is, and what it has spent whenever it is asked. */
export function tell(port: number, headers: Record<string, string>): void {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system } satisfies Told);
  });
  process.send?.({ port, headers } satisfies Told);
}
