import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { CodeEvent } from "../flow/code.ts";
import type { Model } from "../flow/model.ts";
import type { CodeActions } from "./types.ts";

/** A model's state. The server renders the state it starts in, and so does the browser at first. */
export const useModel = <State>({ subscribe, get }: Pick<Model<State, never>, "subscribe" | "get">): State =>
  useSyncExternalStore(subscribe, get, get);

/** What was given at the last render, for what is called later. */
export function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}

/** Runs a model while the component is there. Under StrictMode it comes and goes at once, and nothing is begun twice. */
export function useRunning(model: Pick<Model<never, never>, "stop">, start?: () => void): void {
  const latest = useLatest(start);
  useEffect(() => {
    let isThere = true;
    queueMicrotask(() => isThere && latest.current?.());
    return () => {
      isThere = false;
      model.stop();
    };
  }, [model, latest]);
}

/** What drives a code field; the same functions as long as the model is the same. */
export const useCodeActions = (send: (event: CodeEvent) => void, now: () => number): CodeActions =>
  useMemo(
    () => ({
      input: (text) => send({ type: "input", text }),
      submit: () => send({ type: "submit" }),
      use: (method) => send({ type: "method", method, now: now() }),
      resend: () => send({ type: "send", now: now() }),
    }),
    [send, now],
  );
