import type { KeyObject } from "node:crypto";
import type { Method } from "../factors/factor.ts";
import { generateRecoveryCode, parseRecoveryCode, RECOVERY_CODE } from "../factors/recovery-code.ts";
import { keyedHash } from "../secrets/keyed-hash.ts";
import type { Change, SubjectKey } from "../stores/store.ts";

/** The keyed hash that a one-time code is known by: bound to whose it is, its factor, and the challenge it was sent for. */
export const codeHash = (pepper: KeyObject, { tenant, subject }: SubjectKey, type: Method, code: string, challenge = ""): string =>
  keyedHash(pepper, ["code", type, tenant, subject, challenge, code]);

/** A new set of recovery codes: in clear for their owner, hashed for the store. */
export function newRecoveryCodes(
  pepper: KeyObject,
  who: SubjectKey,
  count: number,
): { shown: string[]; kept: NonNullable<Change["codes"]> } {
  const shown = Array.from({ length: count }, generateRecoveryCode);
  const hashes = shown.map((code) => codeHash(pepper, who, RECOVERY_CODE, parseRecoveryCode(code) as string));
  return { shown, kept: { type: RECOVERY_CODE, hashes, expiresAt: null } };
}
