import { ConfigError } from "../errors.ts";
import { toSeconds } from "../internal/duration.ts";
import { PURPOSE } from "../internal/forms.ts";
import type { Demand } from "./requests.ts";

/** A demand with its defaults, checked. */
export interface CheckedDemand extends Demand {
  /** Seconds. */
  maxAge: number;
  once: boolean;
}

const NAMES: ReadonlySet<string> = new Set<keyof Demand>(["purpose", "bind", "maxAge", "methods", "once"]);

/** Whether something is a list of at least one string. */
export const isListOfText = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === "string");

/** What is wrong with a demand, if anything. A misspelt name must not demand less than was meant. */
function faultOf(demand: Demand): string | undefined {
  const { purpose, bind, maxAge = "5m", methods, once = false } = demand;
  const unknown = Object.keys(demand).find((name) => !NAMES.has(name));
  if (unknown !== undefined) return `A demand knows no "${unknown}"; it knows ${[...NAMES].join(", ")}.`;
  if (toSeconds(maxAge) === undefined) return `A demand's maxAge is a duration such as 300 or "5m"; got ${JSON.stringify(maxAge)}.`;
  if (purpose !== undefined && !PURPOSE.test(purpose)) {
    return "A demand's purpose is 1 to 64 printable ASCII characters without spaces, such as booking.cancel.";
  }
  if (bind !== undefined && !isListOfText(bind)) {
    return "A demand's bind is a list of at least one string. With nothing in it the approval would be bound to nothing.";
  }
  if (methods !== undefined && !isListOfText(methods)) return "A demand's methods is a list of at least one method.";
  return typeof once === "boolean" ? undefined : "A demand's once is true or false.";
}

/** Demands that were checked once and for all. */
const fixed = new WeakSet<Demand>();

/** A demand, checked: a mistake in it is the program's, so it throws instead of refusing. */
export function checkDemand(demand: Demand = {}): CheckedDemand {
  if (fixed.has(demand)) return demand as CheckedDemand;
  const fault = faultOf(demand);
  if (fault !== undefined) throw new ConfigError(fault);
  return { ...demand, maxAge: toSeconds(demand.maxAge ?? "5m") as number, once: demand.once ?? false };
}

/** The same for a demand that is made of many requests: nobody can change it, so none of them has it checked anew. */
export function fixDemand(demand: Demand): CheckedDemand {
  const { bind, methods, ...rest } = checkDemand(demand);
  const made = Object.freeze({
    ...rest,
    ...(bind && { bind: Object.freeze([...bind]) }),
    ...(methods && { methods: Object.freeze([...methods]) }),
  });
  fixed.add(made);
  return made;
}
