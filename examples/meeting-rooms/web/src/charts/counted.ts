const format = new Intl.NumberFormat("en-GB");

/** "1,517". */
export const counted = (count: number): string => format.format(count);
