import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isIn, numbersOf, rangesOf, without } from "../src/audit/ranges.ts";

const ascending = fc.uniqueArray(fc.integer({ min: 1, max: 60 })).map((numbers) => numbers.sort((one, other) => one - other));

describe("spans of numbers", () => {
  it("give back the numbers that they were made of, in as few spans as there are", () => {
    fc.assert(
      fc.property(ascending, (numbers) => {
        const ranges = rangesOf(numbers);
        expect([...numbersOf(ranges)]).toEqual(numbers);
        for (const [place, [from, to]] of ranges.entries()) {
          expect(from <= to).toBe(true);
          if (place > 0) expect(from - (ranges[place - 1]?.[1] ?? 0)).toBeGreaterThan(1);
        }
        for (let number = 0; number <= 61; number += 1) expect(isIn(ranges, number)).toBe(numbers.includes(number));
      }),
    );
  });

  it("without some numbers are the others of a span", () => {
    fc.assert(
      fc.property(ascending, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 60 }), (numbers, from, length) => {
        const to = from + length - 1;
        const all = Array.from({ length }, (_, place) => from + place);
        expect([...numbersOf(without(from, to, numbers))]).toEqual(all.filter((number) => !numbers.includes(number)));
      }),
    );
  });
});
