/** What most rows of a busy log are of. The index of the rest is small, and costs a verification nothing. */
const COMMON: ReadonlySet<string> = new Set(["verified", "verification_failed", "code_delivered", "device_used"]);

/** The condition of that index, word for word: a database then knows that the index will do. */
export const IS_RARE: string = `type NOT IN (${[...COMMON].map((type) => `'${type}'`).join(", ")})`;

/** Whether rows of these types are all in that index. */
export const areRare = (types: readonly string[] | undefined): boolean => types?.every((type) => !COMMON.has(type)) ?? false;
