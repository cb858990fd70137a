import { z } from "zod";
import { moment, rowId } from "./values.ts";

const limit = z
  .string("must be a number")
  .regex(/^\d{1,3}$/, "must be a number")
  .transform(Number);

/** What is said of a cursor that is none. */
export const NO_CURSOR = "must be the next_cursor of a page";

/** Where a page ended whose rows are in the order of a time, and then of their number. */
export const placeInTime = z.tuple([moment, rowId("a row's number")], NO_CURSOR);

/** `limit` and `cursor` of a list. A cursor is opaque to clients; `shape` is what it holds. */
export const pageOf = <Shape extends z.ZodType>(shape: Shape) => ({
  limit: limit.pipe(z.int().min(1, "must be 1 to 100").max(100, "must be 1 to 100")).default(50),
  cursor: z
    .string(NO_CURSOR)
    .max(512, NO_CURSOR)
    .transform((text, { addIssue }): unknown => {
      try {
        return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
      } catch {
        addIssue({ code: "custom", message: NO_CURSOR });
        return z.NEVER;
      }
    })
    .pipe(shape)
    .optional(),
});

/** A page of rows, read with one row more than it holds, which tells whether another page follows. */
export function page<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { item, cursor }: { item: (row: Row) => Item; cursor: (last: Row) => unknown },
): { items: Item[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(item),
    next_cursor: last === undefined ? null : Buffer.from(JSON.stringify(cursor(last))).toString("base64url"),
  };
}

/** A page as it is answered. */
export const pageAnswer = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), next_cursor: z.string().nullable() });
