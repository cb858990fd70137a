import type { z } from "zod";
import type { Queries } from "../database/database.ts";
import type { Cell } from "./csv.ts";

/** One SQL statement and its values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The query of a report's address, before and after zod has judged it. */
export type ReportQuery = z.ZodObject;

/** A figure or a table of the analytics service: its route, its one statement, and its forms as JSON and as CSV. */
export interface Report<Query extends ReportQuery = ReportQuery, Answer extends z.ZodObject = z.ZodObject> {
  /** Under which it is had as CSV. */
  readonly name: string;
  readonly path: string;
  readonly summary: string;
  readonly query: Query;
  readonly answer: Answer;
  statement(query: z.output<Query>, now: Date): Statement;
  shape(rows: readonly object[], query: z.output<Query>): z.output<Answer>;
  /** The columns of its CSV. */
  readonly columns: readonly string[];
  /** The rows of its CSV. */
  table(answer: z.output<Answer>): readonly Readonly<Record<string, Cell>>[];
}

/** Makes a report: holds its parts' types against each other. */
export const report = <Query extends ReportQuery, Answer extends z.ZodObject>(one: Report<Query, Answer>): Report<Query, Answer> =>
  Object.freeze(one);

/** Works a report out: its one statement, and its answer made of the rows. */
export async function readReport<Query extends ReportQuery, Answer extends z.ZodObject>(
  database: Queries,
  { statement, shape }: Report<Query, Answer>,
  query: z.output<Query>,
  now: Date,
): Promise<z.output<Answer>> {
  const { text, values } = statement(query, now);
  return shape(await database.query(text, values), query);
}

/** Rows as they come from a statement that is known to give them. */
export const rowsAs = <Row>(rows: readonly object[]): Row[] => rows as Row[];
