import type { ProblemCode } from "@nightlatch/core/http";
import { expect } from "vitest";
import type { Answer } from "./app.ts";

/** Holds an answer against RFC 9457 and against the code that is expected. */
export function expectProblem({ status, headers, body }: Answer, code: ProblemCode, expected: number): void {
  expect({ status, code: body.code }).toEqual({ status: expected, code });
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(body).toMatchObject({ type: `urn:nightlatch:error:${code}`, status: expected, title: expect.stringMatching(/.{10,}/) });
}
