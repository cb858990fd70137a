import { defineConfig } from "vitest/config";

/** Tests run on the sources: the condition picks them out of each package's exports. */
const source = { resolve: { conditions: ["@nightlatch/source"] }, ssr: { resolve: { conditions: ["@nightlatch/source"] } } };

const project = (name: string, root: string) => ({
  ...source,
  test: { name, root, include: ["test/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
});

export default defineConfig({
  test: {
    globalSetup: ["internal/services/src/vitest-global.ts"],
    projects: [
      project("core", "packages/core"),
      project("express", "packages/express"),
      project("meeting-rooms", "examples/meeting-rooms"),
      project("services", "internal/services"),
      project("consumers", "internal/consumers"),
    ],
  },
});
