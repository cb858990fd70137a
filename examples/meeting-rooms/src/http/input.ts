import express, { type RequestHandler } from "express";
import { z } from "zod";
import { type Fault, Problem } from "./problem.ts";

/** No body of this system comes near it. */
const LARGEST_BODY = 16 * 1024;

const json = express.json({ limit: LARGEST_BODY, inflate: false });
const form = express.urlencoded({ limit: LARGEST_BODY, inflate: false, extended: false });

const ofType = (...types: string[]): RequestHandler =>
  function bodyType(req, _res, next) {
    // Without a body each missing field is told instead. `fetch` says so by a length of 0.
    if (req.is(types) === false && req.get("Content-Length") !== "0") throw new Problem("media_type_unsupported");
    next();
  };

/** Reads a JSON body. */
export const jsonBody: readonly RequestHandler[] = [ofType("json"), json];

/** Reads a body that is JSON or a form. */
export const jsonOrFormBody: readonly RequestHandler[] = [ofType("json", "urlencoded"), json, form];

/**
 * The input as the schema makes it.
 *
 * @throws Problem `input_invalid`, with each field's fault
 */
export function valid<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const judged = schema.safeParse(input ?? {});
  if (judged.success) return judged.data;
  const errors = judged.error.issues.map(({ path, message }): Fault => ({ path: path.join("."), message }));
  throw new Problem("input_invalid", { errors });
}

/** Required text. */
export const text = (): z.ZodString => z.string({ error: ({ input }) => (input === undefined ? "is required" : "must be a string") });

/** No control characters, which PostgreSQL takes some of for no text at all, and no half of a surrogate pair. */
const isLine = (value: string): boolean => value.isWellFormed() && !/\p{Cc}/u.test(value);

/** A line that people read: nothing but text. */
export const line = (longest: number): z.ZodType<string> =>
  text()
    .trim()
    .min(1, "must not be empty")
    .max(longest, `must be ${longest} characters at most`)
    .refine(isLine, "must be one line of text");

/** A line in an address, where it may be empty. */
export const lineInQuery = (longest: number): z.ZodType<string, string> =>
  z.string("must be given once").max(longest, "is too long").refine(isLine, "must be one line of text");
