import type { PartialStrykerOptions } from "@stryker-mutator/api/core";

/** The rooms whose mutants have to be noticed: those that decide who gets in. */
export const ROOMS: readonly string[] = ["otp", "secrets", "lockout", "grants", "engine"];

/** `pnpm run mutation`, or `pnpm run mutation -- otp` for one room; `scripts/mutation.ts` holds each room to the threshold. */
const options = {
  mutate: ROOMS.map((room) => `src/${room}/**/*.ts`),
  testRunner: "vitest",
  vitest: { configFile: "mutation/vitest.config.ts", related: false },
  plugins: ["@stryker-mutator/vitest-runner", "./mutation/messages.ts"],
  coverageAnalysis: "perTest",
  // What an error's message says in words is left alone, and nothing else: see there.
  ignorers: ["messages"],
  concurrency: 2,
  // A mutant that loops is ended after a while; a busy machine must not make one of a slow test.
  timeoutMS: 10_000,
  dryRunTimeoutMinutes: 20,
  // Without its own tsconfig.json, whose paths do not hold there, the sandbox is under the one of the package.
  ignorePatterns: [".*", "bench", "dist", "tsconfig.json"],
  tempDirName: ".mutation/sandbox",
  reporters: ["clear-text", "progress-append-only", "json", "html"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: ".mutation/report.json" },
  htmlReporter: { fileName: ".mutation/report.html" },
  thresholds: { high: 95, low: 90, break: 90 },
} satisfies PartialStrykerOptions;

export default options;
