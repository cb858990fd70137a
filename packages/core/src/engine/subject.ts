import { ConfigError } from "../errors.ts";
import type { Bearer } from "../grants/grant.ts";
import type { SubjectKey } from "../stores/store.ts";
import type { Subject } from "./requests.ts";

/** A subject within its tenant, as stores name it. */
export const keyOf = ({ id, tenant = "" }: { id: string; tenant?: string | undefined }): SubjectKey => ({ tenant, subject: id });

/** A subject in its session, as grants name it. */
export const bearerOf = (subject: Subject): Bearer => ({ ...keyOf(subject), session: subject.session });

/** Under this key stands what belongs to no subject. */
export const NOBODY: SubjectKey = keyOf({ id: "" });

/** Longest texts of a subject. An id has to fit an index, a name the QR picture. */
const LONGEST = { id: 255, tenant: 255, session: 1024, name: 128 };

/** A text that a store can't tell from another is refused: a lone surrogate or a NUL has no UTF-8 of its own. */
export function checkText(part: keyof typeof LONGEST, text: unknown): void {
  if (typeof text !== "string" || text === "" || text.length > LONGEST[part] || !text.isWellFormed() || text.includes("\0")) {
    throw new ConfigError(
      `A subject's ${part} is a well-formed string of 1 to ${LONGEST[part]} characters${part === "id" ? "" : " where there is one"}.`,
    );
  }
}

/** A subject without an id would share its factors with every other one. */
export function checked(subject: Subject): Subject {
  checkText("id", subject?.id);
  for (const part of ["tenant", "session", "name"] as const) if (subject[part] !== undefined) checkText(part, subject[part]);
  return subject;
}
