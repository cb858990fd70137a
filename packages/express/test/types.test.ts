import type { Mfa } from "@nightlatch/core";
import express from "express";
import { expect, test } from "vitest";
import { expressMfa } from "../src/index.ts";

/** Compiled, never called: a route behind the guard keeps the type of its parameters. */
export function typed(mfa: Mfa): express.Express {
  const { stepUp } = expressMfa(mfa, { subject: () => undefined });
  const app = express();
  app.delete("/bookings/:id", stepUp({ bind: (req) => [String(req.params.id)] }), (req, res) => {
    const id: string = req.params.id;
    res.send(id);
  });
  return app;
}

test("a guarded route keeps the types of its parameters", () => {
  expect(typed).toBeTypeOf("function");
});
