import { inject } from "vitest";

/** What Stryker provides for its own set-up file, where it runs. */
const provided = (name: string): unknown => inject(name as never);

/**
 * The mutant of the run before is switched off while a test file loads; Stryker switches the next one on before the first
 * test, or has done so already where it is one of what runs while modules load.
 */
const stryker = Reflect.get(globalThis, String(provided("globalNamespace"))) as { activeMutant?: unknown } | undefined;
if (stryker && provided("mutantActivation") !== "static") delete stryker.activeMutant;
