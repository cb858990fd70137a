import type { MfaEvent } from "./events.ts";

/**
 * What an event says of whether its subject is enrolled, for the memory of the app's own; `undefined` where it says nothing.
 *
 * @example
 * ```ts
 * import { enrolledBy, type MfaEvent } from "@nightlatch/core";
 *
 * declare const users: { remember(id: string, enrolled: boolean): Promise<void> };
 *
 * // For `createMfa({ onEvent })`.
 * export async function onEvent(event: MfaEvent) {
 *   const enrolled = enrolledBy(event);
 *   if (enrolled !== undefined && event.subject !== undefined) await users.remember(event.subject, enrolled);
 * }
 * ```
 */
export function enrolledBy(event: MfaEvent): boolean | undefined {
  switch (event.type) {
    case "factor_enabled":
    case "factor_imported":
      return true;
    case "factor_removed":
      return event.last ? false : undefined;
    case "mfa_disabled":
    case "mfa_reset":
      return false;
    default:
      return undefined;
  }
}
