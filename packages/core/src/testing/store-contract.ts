import { adminCases } from "./contract-admin.ts";
import { applyCases } from "./contract-apply.ts";
import { attemptCases } from "./contract-attempts.ts";
import { auditCases } from "./contract-audit.ts";
import { codeCases } from "./contract-codes.ts";
import { deviceCases } from "./contract-devices.ts";
import { factorCases } from "./contract-factors.ts";
import { keepingCases } from "./contract-keeping.ts";
import { keyCases } from "./contract-keys.ts";
import type { ContractCase } from "./contract-kit.ts";

/**
 * The published contract of a store, as data for any test runner. Cases use subjects of their own, so they
 * may share one migrated store and run in any order.
 *
 * @example
 * ```ts
 * import { memoryStore } from "@nightlatch/core/stores/memory";
 * import { storeContract } from "@nightlatch/core/testing";
 *
 * const store = memoryStore();
 * await store.migrate();
 * for (const { id, name, run } of storeContract) {
 *   await run(store);
 *   console.log(`${id} ${name}`);
 * }
 * ```
 */
export const storeContract: readonly ContractCase[] = Object.freeze([
  ...attemptCases,
  ...codeCases,
  ...applyCases,
  ...factorCases,
  ...deviceCases,
  ...adminCases,
  ...keepingCases,
  ...keyCases,
  ...auditCases,
]);
