/** Whether somebody wants the program to stop, and whether it may stop at once. */
export interface Stop {
  /** Asked for by Ctrl-C or SIGTERM: work that is held ends at its next batch. */
  readonly isAsked: boolean;
  /** Does something that is not to be cut off in the middle of a batch. */
  held<T>(work: () => Promise<T>): Promise<T>;
  /** Somebody asks. True where nothing is held, or it was asked before: then the process may end at once. */
  ask(): boolean;
}

/** Where nothing is held, Ctrl-C ends the process as it always does. */
export function createStop(): Stop {
  let isAsked = false;
  let held = 0;
  return Object.freeze({
    get isAsked() {
      return isAsked;
    },
    async held<T>(work: () => Promise<T>): Promise<T> {
      held += 1;
      try {
        return await work();
      } finally {
        held -= 1;
      }
    },
    ask() {
      const mayEnd = held === 0 || isAsked;
      isAsked = true;
      return mayEnd;
    },
  });
}
