import fc from "fast-check";
import { expect, test } from "vitest";
import { httpFuzz } from "../figures/http-fuzz.ts";
import { fuzzRequests } from "../figures/http-fuzz-requests.ts";
import { routes } from "../src/http/index.ts";

test("A42 A43 R40 of 400 requests made from the OpenAPI document none is a 5xx, hangs, or brings a secret anywhere", async () => {
  const { serverErrors, hangs, formless, leaks, canaries, byStatus } = await httpFuzz(400, 20_270_115);
  expect({ serverErrors, hangs, formless, leaks }).toEqual({ serverErrors: [], hangs: [], formless: [], leaks: [] });
  expect(canaries).toBeGreaterThan(13);
  for (const status of [200, 400, 401, 403, 405, 413, 415]) expect(byStatus[status] ?? 0, `answers of ${status}`).toBeGreaterThan(0);
});

test("requests are made for every route", () => {
  const made = new Set(fc.sample(fuzzRequests(), { numRuns: 2000, seed: 1 }).map(({ method, path }) => `${method} ${path}`));
  const wanted = routes.map(({ method, path }) => `${method} ${path.replace(":id", "{id}")}`);
  expect(wanted.filter((route) => !made.has(route))).toEqual([]);
});
