/** Something that is waited for. */
interface Waiting {
  until: number;
  /** Gone once there is an answer. */
  giveUp: (() => void) | undefined;
  next: Waiting | undefined;
}

/**
 * Makes what waits for an answer no longer than so many milliseconds; what comes later is nobody's. All may take
 * equally long, so they end in the order in which they began, and one timer does for all: one for each would be a
 * twentieth of what a count on a server takes. The timer holds up no process that has nothing else to do.
 */
export function deadline(milliseconds: number): <T>(pending: Promise<T>) => Promise<T> {
  let first: Waiting | undefined;
  let last: Waiting | undefined;
  let isTimed = false;

  const passAnswered = (): void => {
    while (first && !first.giveUp) first = first.next;
    if (!first) last = undefined;
  };
  const watch = (): void => {
    if (isTimed || !first) return;
    isTimed = true;
    // A timer may come a fraction of a millisecond early.
    setTimeout(look, Math.max(1, Math.ceil(first.until - performance.now()))).unref();
  };
  const look = (): void => {
    isTimed = false;
    const now = performance.now();
    for (; first && (!first.giveUp || first.until <= now); first = first.next) first.giveUp?.();
    if (!first) last = undefined;
    watch();
  };

  return (pending) =>
    new Promise((resolve, reject) => {
      const mine: Waiting = {
        until: performance.now() + milliseconds,
        giveUp: () => reject(new Error(`There was no answer for ${milliseconds / 1000} s.`)),
        next: undefined,
      };
      if (last) last.next = mine;
      else first = mine;
      last = mine;
      watch();
      pending.then(
        (value) => {
          mine.giveUp = undefined;
          passAnswered();
          resolve(value);
        },
        (error: unknown) => {
          mine.giveUp = undefined;
          passAnswered();
          reject(error);
        },
      );
    });
}
