import { violated } from "../database/database.ts";
import { Problem, type ProblemCode } from "./problem.ts";

/**
 * Runs what the database may refuse. The constraint or index that it ran against says which problem that is.
 *
 * @throws Problem of the constraint that is named; anything else as it comes
 */
export async function refusing<T>(problems: Readonly<Record<string, ProblemCode>>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = problems[violated(cause) ?? ""];
    throw code ? new Problem(code, { cause }) : cause;
  }
}
