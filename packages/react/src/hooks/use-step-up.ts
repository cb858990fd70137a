import { useMemo } from "react";
import { stepUpFetch } from "../client/step-up-fetch.ts";
import { offered } from "../flow/code.ts";
import { useShared } from "./context.ts";
import type { UseStepUp, UseStepUpDialog, UseStepUpOptions } from "./types.ts";
import { useLatest, useModel } from "./use-model.ts";

/**
 * A `fetch` that has a code entered where a request needs one, in the dialog of `MfaProvider`, and then repeats the
 * request once. Closing the dialog rejects with `StepUpCancelledError`.
 *
 * @example
 * ```tsx
 * import { useStepUp } from "@nightlatch/react/hooks";
 *
 * export function CancelBooking({ id }: { id: string }) {
 *   const { fetch } = useStepUp({ about: { action: "cancel this booking", verb: "cancel", keep: "Keep booking" } });
 *   return <button onClick={() => void fetch(`/bookings/${id}`, { method: "DELETE" })}>Cancel booking</button>;
 * }
 * ```
 */
export function useStepUp(options: UseStepUpOptions = {}): UseStepUp {
  const { client, stepUp } = useShared();
  const latest = useLatest(options);
  return useMemo(() => ({ fetch: stepUpFetch(client, stepUp.ask, () => latest.current) }), [client, stepUp, latest]);
}

/** The question that is open, for a dialog of the host's own; one on the page is enough. */
export function useStepUpDialog(): UseStepUpDialog {
  const { stepUp } = useShared();
  const { question, code } = useModel(stepUp);
  return { ...stepUp.actions, question, state: code, offered: code ? offered(code) : [], cancel: stepUp.cancel };
}
