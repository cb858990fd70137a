import { createHash, type KeyObject, randomBytes, randomUUID } from "node:crypto";
import { lengthPrefixed } from "../internal/bytes.ts";
import { equal } from "../internal/equal.ts";
import { keyedHash } from "../secrets/keyed-hash.ts";
import type { AuditRow, SubjectKey } from "../stores/store.ts";
import type { MfaEvent, NewEvent } from "./events.ts";

const personalHash = (salt: string, { tenant, subject }: SubjectKey): string =>
  createHash("sha256")
    .update(lengthPrefixed([salt, tenant, subject]))
    .digest("base64url");

const macOf = (key: KeyObject, row: Pick<AuditRow, "id" | "at" | "type" | "personal" | "detail">): string =>
  keyedHash(key, ["audit", row.id, String(row.at), row.type, row.personal, row.detail]);

/** Makes the row of an event, with its MAC. */
export function auditRow(key: KeyObject, who: SubjectKey, at: number, { type, ...fields }: NewEvent): AuditRow {
  const salt = randomBytes(16).toString("base64url");
  const row = { id: randomUUID(), at, type, personal: personalHash(salt, who), detail: JSON.stringify(fields) };
  return { ...row, tenant: who.tenant, subject: who.subject, salt, mac: macOf(key, row) };
}

/** Whether a row is as it was written, blanked personal columns aside. */
export function isIntact(keys: readonly KeyObject[], row: AuditRow): boolean {
  const blanked = row.tenant === null && row.subject === null && row.salt === null;
  if (!blanked) {
    if (row.tenant === null || row.subject === null || row.salt === null) return false;
    if (!equal(personalHash(row.salt, { tenant: row.tenant, subject: row.subject }), row.personal)) return false;
  }
  return keys.some((key) => equal(macOf(key, row), row.mac));
}

/** The fields of a row's detail; none when somebody made it unreadable. */
function fieldsOf(detail: string): object {
  try {
    const fields: unknown = JSON.parse(detail);
    return typeof fields === "object" && fields !== null ? fields : {};
  } catch {
    return {};
  }
}

/** The event that a row tells of. */
export function eventOf(row: AuditRow): MfaEvent {
  return {
    ...fieldsOf(row.detail),
    id: row.id,
    type: row.type,
    at: new Date(row.at),
    ...(row.subject === null ? {} : { subject: row.subject }),
    ...(row.tenant ? { tenant: row.tenant } : {}),
  } as MfaEvent;
}
