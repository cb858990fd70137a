/** No program of the machine's: a test that needs one is skipped. */
export const hasTool = (): boolean => false;

const missing = (): never => {
  throw new Error("Mutants are tried without other programs.");
};

export const oathtool: () => never = missing;
export const zbarimg: () => never = missing;
