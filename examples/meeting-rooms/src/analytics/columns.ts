import { z } from "zod";

/** `columns` of a CSV's address: some of those there are, with commas between them, in the order wanted. */
export const columnsOf = (all: readonly string[]) =>
  z
    .string({ error: "must be given once" })
    .transform((text) => text.split(","))
    .superRefine((names, { addIssue }) => {
      const unknown = names.filter((name) => !all.includes(name));
      if (unknown.length > 0) addIssue({ code: "custom", message: `must be some of: ${all.join(", ")}` });
      if (new Set(names).size < names.length) addIssue({ code: "custom", message: "must name each column once" });
    })
    .default([...all]);
