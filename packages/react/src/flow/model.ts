/** What a transition comes to: the state after it, and perhaps something to do. */
export type Step<State, Effect> = readonly [state: State, effect?: Effect | undefined];

/** A state machine that runs: its state can be read and watched, and events sent to it. */
export interface Model<State, Event> {
  /** The same object until it changes. */
  get(): State;
  /** Tells it what happened. */
  send(event: Event): void;
  /** Calls back after each change, until what it returns is called. */
  subscribe(listener: () => void): () => void;
  /** Ends what is under way: its answer changes nothing any more. */
  stop(): void;
}

/**
 * Makes a machine run. One effect is under way at a time: the next one, or `stop`, ends the one before by its signal.
 *
 * @param step - pure: the state and an event, to the next state and an effect
 * @param run - does what an effect says, and sends what came of it
 */
export function createModel<State, Event, Effect>(
  initial: State,
  step: (state: State, event: Event) => Step<State, Effect>,
  run: (effect: Effect, send: (event: Event) => void, signal: AbortSignal) => void,
): Model<State, Event> {
  let state = initial;
  let under = new AbortController();
  const listeners = new Set<() => void>();
  const send = (event: Event): void => {
    const [next, effect] = step(state, event);
    const changed = next !== state;
    state = next;
    if (effect) {
      under.abort();
      under = new AbortController();
      const { signal } = under;
      run(effect, (answer) => signal.aborted || send(answer), signal);
    }
    if (changed) for (const listener of [...listeners]) listener();
  };
  return {
    get: () => state,
    send,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => under.abort(),
  };
}

/** Calls back once the clock says so, however long the device slept meanwhile. */
export function at(until: number, now: () => number, signal: AbortSignal, call: () => void): void {
  let timer: ReturnType<typeof setTimeout>;
  signal.addEventListener("abort", () => clearTimeout(timer));
  const look = (): void => {
    const left = until - now();
    if (left <= 0) call();
    else if (!signal.aborted) timer = setTimeout(look, Math.min(left, 1000));
  };
  look();
}
