/** Numbers that look random and are the same each time, from a seed (mulberry32). For demo data alone. */
export interface Chance {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** A whole number from 0 up to, but not including, `below`. */
  whole(below: number): number;
  /** Whether something of this probability happens. */
  happens(probability: number): boolean;
  /** One of a list, by their weights. */
  pick<Item>(items: readonly Item[], weightOf?: (item: Item, index: number) => number): Item;
}

/** Makes a source of such numbers. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Object.freeze({
    next,
    whole: (below) => Math.floor(next() * below),
    happens: (probability) => next() < probability,
    pick(items, weightOf = () => 1) {
      const weights = items.map(weightOf);
      let left = next() * weights.reduce((sum, weight) => sum + weight, 0);
      const index = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      const item = items.at(index);
      if (item === undefined) throw new RangeError("There is nothing to pick from.");
      return item;
    },
  } satisfies Chance);
}
