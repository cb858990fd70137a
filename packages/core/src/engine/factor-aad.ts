import type { FactorRow, SubjectKey } from "../stores/store.ts";

/**
 * What a sealed secret is bound to: whose it is, which row it stands in, and the settings it is checked
 * with. A secret moved to another row, or a row with edited settings, does not open.
 */
export const factorAad = (
  { tenant, subject }: SubjectKey,
  { id, type, algorithm, digits, period }: Pick<FactorRow, "id" | "type" | "algorithm" | "digits" | "period">,
): string[] => ["factor", tenant, subject, id, type, algorithm, String(digits), String(period)];
