import type { Request, Response } from "express";
import { decodeJwt } from "jose";

const PLAIN = "meeting-rooms";

/** RFC 6265bis §4.1.3.2: over TLS the prefix binds the cookie to this very host, whatever a sibling domain sets. */
const HOST_BOUND = `__Host-${PLAIN}`;

/** A token as the users service issues it; nothing else ever becomes a header. */
const TOKEN = /^[A-Za-z0-9._~+/-]{1,4096}=*$/;

const cookiesOf = (req: Request): [name: string, value: string][] =>
  (req.get("Cookie") ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter(Boolean)
    .map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return [name, value.join("=")];
    });

/** The access token in a request's cookie. */
export function sessionToken(req: Request): string | undefined {
  const name = req.secure ? HOST_BOUND : PLAIN;
  const token = cookiesOf(req).find(([key]) => key === name)?.[1];
  return token !== undefined && TOKEN.test(token) ? token : undefined;
}

/** The cookies that are the services' own, such as that of a trusted device. */
export function otherCookies(req: Request): string | undefined {
  const others = cookiesOf(req).filter(([name]) => name !== PLAIN && name !== HOST_BOUND);
  return others.map(([name, value]) => `${name}=${value}`).join("; ") || undefined;
}

const attributes = (req: Request) => ({ httpOnly: true, sameSite: "strict", secure: req.secure, path: "/" }) as const;

/** Keeps an access token where no script can read it, for as long as it is good: it says itself until when. */
export function startSession(req: Request, res: Response, token: string): void {
  const { exp = 0 } = decodeJwt(token);
  const seconds = Math.max(0, exp - Math.floor(Date.now() / 1000));
  res.cookie(req.secure ? HOST_BOUND : PLAIN, token, { ...attributes(req), maxAge: seconds * 1000, encode: String });
}

/** Has the browser forget the token. */
export function endSession(req: Request, res: Response): void {
  res.clearCookie(req.secure ? HOST_BOUND : PLAIN, attributes(req));
}
