import { hash, type KeyObject } from "node:crypto";
import { lengthPrefixed } from "../internal/bytes.ts";
import { equal } from "../internal/equal.ts";
import { randomText } from "../internal/random.ts";
import { keyedHash } from "../secrets/keyed-hash.ts";
import type { AuditRow, Outcome, SubjectKey } from "../stores/store.ts";
import { eventId } from "./event-id.ts";
import type { MfaEvent, NewEvent } from "./events.ts";

const personalHash = (salt: string, { tenant, subject }: SubjectKey): string =>
  hash("sha256", lengthPrefixed([salt, tenant, subject]), "base64url");

const macOf = (key: KeyObject, row: Pick<AuditRow, "id" | "at" | "type" | "personal" | "detail">): string =>
  keyedHash(key, ["audit", row.id, String(row.at), row.type, row.personal, row.detail]);

/** What a row bears whatever it tells: its id, its personal columns, and their hash under a salt of its own. */
export type Bearing = Pick<AuditRow, "id" | "at" | "personal"> & SubjectKey & { salt: string };

/** Begins a row, when it is not yet known what it will tell. */
export function bearing({ tenant, subject }: SubjectKey, at: number): Bearing {
  const salt = randomText(16, "base64url");
  return { id: eventId(at), at, tenant, subject, salt, personal: personalHash(salt, { tenant, subject }) };
}

function telling(key: KeyObject, borne: Bearing, { type, ...fields }: NewEvent): AuditRow {
  const row = { ...borne, type, detail: JSON.stringify(fields) };
  return { ...row, mac: macOf(key, row) };
}

/** Makes the row of an event, with its MAC. */
export const auditRow = (key: KeyObject, who: SubjectKey, at: number, event: NewEvent): AuditRow => telling(key, bearing(who, at), event);

/**
 * The rows of each outcome, made when they are first asked for. Those of one are appended and no others: so the first rows
 * of all are one row, begun before and told in three ways.
 */
export function rowsByOutcome(
  key: KeyObject,
  first: Bearing,
  events: Record<Outcome, readonly NewEvent[]>,
): Readonly<Record<Outcome, readonly AuditRow[]>> {
  const borne = [first];
  const made: Partial<Record<Outcome, AuditRow[]>> = {};
  const rowsOf = (outcome: Outcome): AuditRow[] => {
    made[outcome] ??= events[outcome].map((event, place) => {
      borne[place] ??= bearing(first, first.at);
      return telling(key, borne[place], event);
    });
    return made[outcome];
  };
  return {
    get won() {
      return rowsOf("won");
    },
    get lost() {
      return rowsOf("lost");
    },
    get stale() {
      return rowsOf("stale");
    },
  };
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
