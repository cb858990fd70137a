import type { Factor, Method } from "../factors/factor.ts";

/** Codes of one subject that are valid at one instant, at most: what the lockout's odds are reckoned with. */
export const LIVE_CODES = 7;

/**
 * How many codes are valid at once for somebody who holds authenticators of these types, delivered codes among
 * them. Those of a factor that answers to its name alone are never live beside others.
 */
export function liveCodes({ factors }: { factors: readonly Factor[] }, held: readonly Method[]): number {
  const delivered = factors.filter(({ delivery }) => delivery).map(({ type }) => type);
  const live = [...held, ...delivered].map((type) => {
    const factor = factors.find((known) => known.type === type);
    return factor && !factor.named ? factor.liveCodes : 0;
  });
  return live.reduce((sum, count) => sum + count, 0);
}
