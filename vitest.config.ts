import { defineConfig } from "vitest/config";

/** Tests run on the sources: the condition picks them out of each package's exports. */
const source = { resolve: { conditions: ["@nightlatch/source"] }, ssr: { resolve: { conditions: ["@nightlatch/source"] } } };

/** Milliseconds until a test counts as stuck: never the measure of anything, so that a slow machine fails no test. */
const PATIENCE = { testTimeout: 180_000, hookTimeout: 180_000 };

const project = (name: string, root: string) => ({
  ...source,
  test: { name, root, include: ["test/**/*.test.ts"], ...PATIENCE },
});

export default defineConfig({
  test: {
    // Tests wait for servers and for processes of their own as much as they compute: two files at a time, also on two cores.
    maxWorkers: 2,
    globalSetup: ["internal/services/src/vitest-global.ts"],
    coverage: {
      provider: "v8",
      // Patterns are of each project that is run: the core, and express, over which the core's protocol is tested.
      include: ["src/**"],
      // The program is run as its users run it, in processes that are not counted here.
      exclude: ["src/cli/**"],
      reporter: ["text", "html"],
      thresholds: { lines: 95, branches: 95 },
    },
    projects: [
      project("core", "packages/core"),
      project("express", "packages/express"),
      project("fastify", "packages/fastify"),
      project("react", "packages/react"),
      project("meeting-rooms", "examples/meeting-rooms"),
      project("services", "internal/services"),
      project("consumers", "internal/consumers"),
      project("quickstarts", "internal/quickstarts"),
    ],
  },
});
