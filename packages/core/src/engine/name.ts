/** Whether a text can name an authenticator or a device: it is shown again later, so nothing that a terminal or a log would act on. */
export const isName = (name: unknown): name is string => typeof name === "string" && /^[^\p{Cc}\p{Cs}]{1,64}$/u.test(name);
