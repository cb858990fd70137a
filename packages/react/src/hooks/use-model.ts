import { useEffect, useRef, useSyncExternalStore } from "react";
import type { Model, Watched } from "../flow/model.ts";

/** A model's state. The server renders the state it starts in, and so does the browser at first. */
export const useModel = <State>({ subscribe, get }: Watched<State>): State => useSyncExternalStore(subscribe, get, get);

/** What was given at the last render, for what is called later. */
export function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}

/** Runs a model while the component is there. Under StrictMode it comes and goes at once, and nothing is begun twice. */
export function useRunning<State, Actions>(model: Model<State, Actions>, start: () => void): Actions & { state: State } {
  useEffect(() => {
    let isThere = true;
    queueMicrotask(() => isThere && start());
    return () => {
      isThere = false;
      model.stop();
    };
  }, [model, start]);
  return { ...model.actions, state: useModel(model) };
}
