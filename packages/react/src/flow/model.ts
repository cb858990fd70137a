/** A state that can be read and watched. */
export interface Watched<State> {
  /** The same object until it changes. */
  get(): State;
  /** Calls back after each change, until what it returns is called. */
  subscribe(listener: () => void): () => void;
}

/** A state machine that runs. */
export interface Model<State, Actions> extends Watched<State> {
  /** What can be done about it; the same functions for as long as it is there. */
  readonly actions: Actions;
  /** Ends what is under way: its answer changes nothing any more. */
  stop(): void;
}

/** One whose state its maker may also set. */
export interface Machine<State, Actions> extends Model<State, Actions> {
  set(next: State): void;
}

/** Pure: the next state, which is the same object where nothing changes. `now` is in milliseconds since 1970. */
export type Step<State> = (state: State, now: number) => State;

/** A pure step for each action. */
export type Steps<State, Actions> = {
  [Name in keyof Actions]: Actions[Name] extends (...args: infer Args) => void
    ? (state: State, now: number, ...args: Args) => State
    : never;
};

/** What goes on by itself in a state. */
export interface Work<State> {
  /** What is under way, told apart by identity: as long as it is the same, it goes on. */
  under(state: State): unknown;
  /** Does what is under way, and comes back with the step that follows from it. */
  work(state: State, signal: AbortSignal): Promise<Step<State> | undefined>;
}

/**
 * Makes a machine run. What is under way follows from the state: when that changes the work before is ended by its signal,
 * and its answer, should it come all the same, changes nothing.
 *
 * @param now - milliseconds since 1970
 */
export function createModel<State, Actions extends object>(
  initial: State,
  steps: Steps<State, Actions>,
  { under, work }: Work<State>,
  now: () => number,
): Machine<State, Actions> {
  let state = initial;
  let controller = new AbortController();
  const listeners = new Set<() => void>();
  const set = (next: State): void => {
    if (next === state) return;
    const isNew = under(next) !== under(state);
    state = next;
    if (isNew) {
      controller.abort();
      controller = new AbortController();
      const { signal } = controller;
      work(state, signal).then((step) => step && !signal.aborted && set(step(state, now())));
    }
    for (const listener of [...listeners]) listener();
  };
  const act =
    (step: (state: State, now: number, ...args: unknown[]) => State) =>
    (...args: unknown[]): void =>
      set(step(state, now(), ...args));
  return {
    get: () => state,
    set,
    actions: mapped(steps, act) as Actions,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => controller.abort(),
  };
}

/** The same names, with something else under each. */
export const mapped = <From, To>(from: object, to: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(from).map(([name, value]) => [name, to(value)]));

/** Milliseconds between looks at the clock. */
const LOOK = 1000;

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Waits until the clock says so, however long the device slept meanwhile. */
export async function clockAt(until: number, now: () => number, signal: AbortSignal): Promise<void> {
  while (now() < until && !signal.aborted) await sleep(Math.min(until - now(), LOOK));
}
