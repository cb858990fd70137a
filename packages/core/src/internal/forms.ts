/** What an authenticator or a device is called: it is shown again later, so nothing that a terminal or a log would act on. */
export const NAME: RegExp = /^[^\p{Cc}\p{Cs}]{1,64}$/u;

/** What an approval is for: printable ASCII without spaces. */
export const PURPOSE: RegExp = /^[\x21-\x7e]{1,64}$/;

/** What a factor calls its kind. */
export const METHOD: RegExp = /^[a-z][a-z0-9_]{0,31}$/;

/** Characters of the longest text that any factor may be shown as a code. */
export const LONGEST_INPUT = 4_096;
