import { z } from "zod";

const limit = z
  .string("must be a number")
  .regex(/^\d{1,3}$/, "must be a number")
  .transform(Number);

/** `limit` and `cursor` of a list. A cursor is opaque to clients; `shape` is what it holds. */
export const pageOf = <Shape extends z.ZodType>(shape: Shape) => ({
  limit: limit.pipe(z.int().min(1, "must be 1 to 100").max(100, "must be 1 to 100")).default(50),
  cursor: z
    .string("must be the next_cursor of a page")
    .max(512, "must be the next_cursor of a page")
    .transform((text, { addIssue }): unknown => {
      try {
        return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
      } catch {
        addIssue({ code: "custom", message: "must be the next_cursor of a page" });
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
