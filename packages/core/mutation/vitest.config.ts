import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { warmPool } from "./warm-pool.ts";

/**
 * The tests that mutants have to pass: those that need neither a server nor another process and are over soon, so that
 * thousands of mutants can be tried. Races, loads, imports and a year of guessing are left to the whole suite.
 */
export default defineConfig({
  plugins: [warmPool],
  resolve: { conditions: ["@nightlatch/source"] },
  ssr: { resolve: { conditions: ["@nightlatch/source"] } },
  test: {
    alias: { "@nightlatch/internal-services": fileURLToPath(new URL("./no-tools.ts", import.meta.url)) },
    include: [
      "mutation/*.mutation.ts",
      "test/{admin-acts,delivering,events,grants,host-factors,keeping-keys,keys,lockout,meanwhile,metrics,metrics-tracing,otp,otp-inputs,qr,rotation,sealing,signing-keys,standing,step-up-web,store-faults,subjects}.test.ts",
      "test/{timing,vault,vault-requests}.test.ts",
    ],
    isolate: false,
    setupFiles: [fileURLToPath(new URL("./no-mutant.setup.ts", import.meta.url))],
    testTimeout: 60_000,
  },
});
