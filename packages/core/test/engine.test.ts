import { afterAll, beforeAll, describe, it } from "vitest";
import { createMfa } from "../src/index.ts";
import { checks } from "./checks/index.ts";
import { createKit } from "./support/kit.ts";
import { type OpenedStore, stores } from "./support/stores.ts";

/** Rounds of each race, on each store. */
const ROUNDS = 100;

describe.each(stores)("the engine on $name", ({ open }) => {
  let opened: OpenedStore;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  it.each(checks.map((check) => [check.title, check] as const))("%s", (_, { run }) => run(createKit(createMfa, opened.store, ROUNDS)));
});
