/** Answers that are worked out once for everybody who asks within some seconds. */
export interface SharedAnswers {
  /** What `make` gives. Whoever asks while it is being made waits for the same; what fails is made anew for the next. */
  of<T>(key: string, make: () => Promise<T>): Promise<T>;
  /** Forgets everything: who asks from now on gets what is made from now on. */
  drop(): void;
}

/** Keys that are kept. They hold what callers may choose, so there has to be an end. */
const MOST = 200;

/** Makes a cache of answers. `seconds` is how long one is good; `clock` gives milliseconds. */
export function sharedAnswers({ seconds, clock = Date.now }: { seconds: number; clock?: () => number }): SharedAnswers {
  let kept = new Map<string, { answer: Promise<unknown>; until: number }>();
  return Object.freeze({
    of<T>(key: string, make: () => Promise<T>): Promise<T> {
      const found = kept.get(key);
      if (found && found.until > clock()) return found.answer as Promise<T>;
      const into = kept;
      const answer = make();
      // Until it is there it is good: a slow one is not asked for twice.
      const entry = { answer, until: Number.POSITIVE_INFINITY };
      into.delete(key);
      const [oldest] = into.keys();
      if (into.size >= MOST && oldest !== undefined) into.delete(oldest);
      into.set(key, entry);
      answer.then(
        () => {
          entry.until = clock() + seconds * 1000;
        },
        () => {
          if (into.get(key) === entry) into.delete(key);
        },
      );
      return answer;
    },
    drop() {
      kept = new Map();
    },
  } satisfies SharedAnswers);
}
