import type { MfaEvent } from "./events.ts";
import { printable } from "./printable.ts";

/** A value in a line: as it is where that can't be misread, else in quotes. */
export const written = (value: unknown): string => {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = printable(String(value));
  return /^[\w:.@/+-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`;
};

/** Fields in a line, such as `method=totp factorId=…`. */
export const fieldsInLine = (fields: object): string =>
  Object.entries(fields)
    .map(([name, value]) => `${printable(name)}=${written(value)}`)
    .join(" ");

/**
 * An event in one line for people and for text logs, such as
 * `2027-01-01T12:00:00.000Z verified subject=user-1 method=totp`. Whatever a name or a reason holds, it stays one line
 * and moves no cursor.
 *
 * @example
 * ```ts
 * import { createMfa, keyring } from "@nightlatch/core";
 * import { eventLine } from "@nightlatch/core/audit";
 * import { memoryStore } from "@nightlatch/core/stores/memory";
 *
 * const mfa = createMfa({ issuer: "Example", keys: keyring(process.env.NIGHTLATCH_KEYS), store: memoryStore() });
 * mfa.audit.follow({ name: "console", sink: (event) => console.log(eventLine(event)) }).start();
 * ```
 */
export function eventLine(event: MfaEvent): string {
  const { id: _, type, at, subject, tenant, ...fields } = event;
  const named = { ...(subject === undefined ? {} : { subject }), ...(tenant === undefined ? {} : { tenant }), ...fields };
  return `${at.toISOString()} ${printable(type)} ${fieldsInLine(named)}`.trimEnd();
}
