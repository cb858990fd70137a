/** What the person should know of a key URI: what their app will call the account, and how long its codes are. */
export interface KeyUriFacts {
  issuer: string;
  account: string;
  digits: number;
}

/** Reads a key URI of our own server (`otpauth://totp/Issuer:account?…`). */
export function keyUriFacts(uri: string): KeyUriFacts {
  // Browsers differ in how they read a URL of a scheme they don't know, so it is read as one that they do.
  const { pathname, searchParams } = new URL(uri.replace("otpauth", "http"));
  const [, issuer = "", account = ""] = /^\/(?:(.*?):)?(.*)/.exec(decodeURIComponent(pathname)) ?? [];
  return { issuer: searchParams.get("issuer") ?? issuer, account: account.trim(), digits: Number(searchParams.get("digits") ?? 6) };
}
