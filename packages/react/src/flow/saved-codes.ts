/** Recovery codes that are shown this once, and the gate before going on. */
export interface SavedCodes {
  codes: readonly string[];
  /** The box is ticked. */
  saved: boolean;
  /** Going on was tried before it was. */
  nudged: boolean;
}

/** What happens to them. */
export type SavedCodesEvent = { type: "saved"; saved: boolean } | { type: "finish" };

export const unsaved = (codes: readonly string[]): SavedCodes => ({ codes, saved: false, nudged: false });

/** What follows; nothing once they are saved and it goes on. */
export function savedCodesStep<State extends SavedCodes>(state: State, event: SavedCodesEvent): State | undefined {
  if (event.type === "saved") return { ...state, saved: event.saved, nudged: false };
  return state.saved ? undefined : { ...state, nudged: true };
}
