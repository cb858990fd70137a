import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "./call.ts";

/** What a read has come to. Old data stays while new is fetched. */
export interface Read<T> {
  data: T | undefined;
  /** Whether the data is of another key than is asked for now. */
  stale: boolean;
  error: ApiError | undefined;
  /** Whether something is under way. */
  loading: boolean;
  reload(): void;
  /** Puts something in the place of what was read, until it is read anew. */
  put(change: (data: T) => T): void;
}

/** Reads what `key` names, and again whenever it changes; `undefined` reads nothing. */
export function useRead<T>(key: string | undefined, load: (signal: AbortSignal) => Promise<T>): Read<T> {
  const [state, setState] = useState<{ key?: string; data?: T | undefined; error?: ApiError; loading: boolean }>({ loading: true });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round reads the same key again
  useEffect(() => {
    if (key === undefined) return;
    const controller = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    latest.current(controller.signal).then(
      (data) => !controller.signal.aborted && setState({ key, data, loading: false }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        const told = error instanceof ApiError ? error : new ApiError(0, { title: String(error) });
        // What was read of another key would stand there as if it were of this one.
        setState((before) => ({ ...(before.key === key && { data: before.data }), key, error: told, loading: false }));
      },
    );
    return () => controller.abort();
  }, [key, round]);

  return {
    data: state.data,
    stale: state.data !== undefined && state.key !== key,
    error: state.error,
    loading: state.loading,
    reload: useCallback(() => setRound((before) => before + 1), []),
    put: useCallback((change) => setState((before) => (before.data === undefined ? before : { ...before, data: change(before.data) })), []),
  };
}
