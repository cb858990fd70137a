/** One side of a comparison. */
export interface Contender {
  name: string;
  /** Makes so many verifications ready, each of a right code that was never used; none is begun. */
  ready(count: number): Promise<Verification[]>;
}

/** One verification, from the code to the answer; rejects unless the answer is yes. */
export type Verification = () => Promise<void>;

/** So many things made one after another. */
export async function many<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let index = 0; index < count; index += 1) made.push(await make(index));
  return made;
}
