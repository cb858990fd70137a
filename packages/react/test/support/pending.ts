import { vi } from "vitest";

/** A call that waits for its answer. */
interface Call<Answer> {
  signal: AbortSignal | undefined;
  answer(answer: Answer): void;
}

/** Calls whose answers a test gives when it likes, late ones too. */
export interface Pending<Answer> {
  readonly calls: Call<Answer>[];
  make(signal?: AbortSignal): Promise<Answer>;
}

export function pending<Answer>(): Pending<Answer> {
  const calls: Call<Answer>[] = [];
  return {
    calls,
    make: (signal) => new Promise((answer) => calls.push({ signal, answer })),
  };
}

/** Lets everything happen that was set off, and so many milliseconds of timers pass. */
export const settled = async (milliseconds = 0): Promise<void> => void (await vi.advanceTimersByTimeAsync(milliseconds));
