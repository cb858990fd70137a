import { ConfigError } from "@nightlatch/core";
import { expect, test } from "vitest";
import { expressMfa } from "../src/index.ts";
import { startHost } from "./support/app.ts";

test.each<[what: string, options: object]>([
  ["no subject", {}],
  ["a subject that is no function", { subject: "alice" }],
  ["a misspelt option", { subject: () => undefined, onErorr: () => undefined }],
  ["origins that are no list", { subject: () => undefined, origins: "https://console.example.com" }],
])("A13 %s stops the start", async (_what, options) => {
  const { mfa } = await startHost();
  expect(() => expressMfa(mfa, options as never)).toThrow(ConfigError);
});
