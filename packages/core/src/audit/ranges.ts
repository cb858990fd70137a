/** Whole numbers, as spans with both ends among them, in their order and apart. */
export type Ranges = readonly (readonly [from: number, to: number])[];

/** The spans of numbers in ascending order. */
export function rangesOf(numbers: readonly number[]): Ranges {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

/** Each number, in ascending order. */
export function* numbersOf(ranges: Ranges): Generator<number> {
  for (const [from, to] of ranges) for (let number = from; number <= to; number += 1) yield number;
}

export const isIn = (ranges: Ranges, number: number): boolean => ranges.some(([from, to]) => from <= number && number <= to);

/** What of a span is not among numbers in ascending order. */
export function without(from: number, to: number, numbers: readonly number[]): Ranges {
  const left: [number, number][] = [];
  let next = from;
  for (const number of numbers) {
    if (number < next || number > to) continue;
    if (number > next) left.push([next, number - 1]);
    next = number + 1;
  }
  if (next <= to) left.push([next, to]);
  return left;
}
