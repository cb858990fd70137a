/** What the person should know of a key URI: what their app will call the account, and how long its codes are. */
export interface KeyUriFacts {
  issuer: string;
  account: string;
  digits: number;
}

/** Reads a key URI of our own server (`otpauth://totp/Issuer:account?…`). */
export function keyUriFacts(uri: string): KeyUriFacts {
  // Browsers differ in how they read a URL of a scheme they don't know, so it is taken apart here.
  const [, label = "", query = ""] = /^otpauth:\/\/\w+\/([^?]*)\??(.*)$/.exec(uri) ?? [];
  const params = new URLSearchParams(query);
  const [first = "", ...rest] = decodeURIComponent(label).split(":");
  const account = rest.length > 0 ? rest.join(":").trim() : first;
  return { issuer: params.get("issuer") ?? (rest.length > 0 ? first : ""), account, digits: Number(params.get("digits") ?? 6) };
}
