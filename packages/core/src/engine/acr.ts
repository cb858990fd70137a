/** The assurance level of a second factor. */
export const ACR = "urn:nightlatch:acr:mfa";
