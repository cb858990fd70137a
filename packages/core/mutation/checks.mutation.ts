import { describe, it } from "vitest";
import { createMfa } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { checks } from "../test/checks/index.ts";
import { type Check, createKit } from "../test/support/kit.ts";

/** Rounds of each race. In memory every round takes the same steps, so that one shows what a hundred would. */
const ROUNDS = 1;

/** Signs a thousand challenges; the other checks of the lockout notice what it does. */
const isLong = ({ title }: Check): boolean => title.startsWith("R17 A11");

const quick = checks.filter((check) => !isLong(check));

describe("the engine on memory, quickly", () => {
  it.each(quick.map((check) => [check.title, check] as const))("%s", (_, { run }) => run(createKit(createMfa, memoryStore(), ROUNDS)));
});
