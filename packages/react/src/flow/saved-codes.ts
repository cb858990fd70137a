/** Recovery codes that are shown this once, and the gate before going on. */
export interface SavedCodes {
  codes: readonly string[];
  /** The box is ticked. */
  saved: boolean;
  /** Going on was tried before it was. */
  nudged: boolean;
}

export const unsaved = (codes: readonly string[]): SavedCodes => ({ codes, saved: false, nudged: false });
