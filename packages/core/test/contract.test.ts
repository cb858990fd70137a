import { afterAll, beforeAll, describe, it } from "vitest";
import { storeContract } from "../src/testing/index.ts";
import { type OpenedStore, stores } from "./support/stores.ts";

describe.each(stores)("the store contract on $name", ({ open }) => {
  let opened: OpenedStore;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  it.each(storeContract.map((one) => [`${one.id}: ${one.name}`, one] as const))("%s", (_, { run }) => run(opened.store));
});
