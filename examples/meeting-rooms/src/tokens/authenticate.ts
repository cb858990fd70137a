import type { Subject } from "@nightlatch/core";
import type { Request, RequestHandler } from "express";
import type { JWTVerifyGetKey } from "jose";
import type { Queries } from "../database/database.ts";
import { Problem } from "../http/problem.ts";
import { readToken } from "./access-token.ts";
import { isGoodKey } from "./signing-keys.ts";

/** The user behind a request. */
export interface Caller {
  id: string;
  username: string;
  role: "user" | "admin";
  /** Whether the app remembers that they have enrolled. */
  enrolled: boolean;
  session: string;
}

/** Tells who sends a request; asked again about the same one, it remembers. */
export interface Authentication {
  /** The caller; `undefined` without a good token. */
  find(req: Request): Promise<Caller | undefined>;
  /** The caller as the token and the database have it now, whatever is remembered. */
  again(req: Request): Promise<Caller | undefined>;
  /** The caller, or the problem `unauthenticated`. */
  caller(req: Request): Promise<Caller>;
  /** The caller as the MFA engine names users. */
  subject(req: Request): Promise<Subject | undefined>;
  /** Lets through who is signed in. */
  readonly signedIn: RequestHandler;
  /** Lets through admins. */
  readonly admins: RequestHandler;
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]{1,4096}=*)$/i;

/**
 * Authentication by access token: the signature is held against the published keys, and one read by
 * primary keys tells whether the session goes on, the user is still there and active, and as what, and whether the key
 * that signed is one of ours still. So a token dies at once when its session ends, with its user, and with its key.
 * `clock`, in milliseconds, tells which have expired.
 */
export function createAuthentication(
  database: Queries,
  keys: JWTVerifyGetKey,
  { clock = Date.now }: { clock?: () => number } = {},
): Authentication {
  const known = new WeakMap<Request, Promise<Caller | undefined>>();

  const authenticate = async (req: Request): Promise<Caller | undefined> => {
    const [, token] = BEARER.exec(req.headers.authorization ?? "") ?? [];
    const claims = token === undefined ? undefined : await readToken(token, keys, new Date(clock()));
    if (!claims) return undefined;
    const [user] = await database.query<Pick<Caller, "username" | "role" | "enrolled">>(
      `SELECT u.username, u.role, u.mfa_enrolled AS enrolled FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.id = $1 AND u.id = $2 AND u.is_active AND ${isGoodKey("$3")}`,
      [claims.session, claims.userId, claims.kid],
    );
    return user && { id: claims.userId, username: user.username, role: user.role, enrolled: user.enrolled, session: claims.session };
  };

  const find = (req: Request): Promise<Caller | undefined> => {
    const found = known.get(req) ?? authenticate(req);
    known.set(req, found);
    return found;
  };

  const caller = async (req: Request): Promise<Caller> => {
    const found = await find(req);
    if (!found)
      throw new Problem("unauthenticated", {
        headers: req.headers.authorization ? { "WWW-Authenticate": 'Bearer error="invalid_token"' } : {},
      });
    return found;
  };

  return Object.freeze({
    find,
    again: authenticate,
    caller,
    async subject(req) {
      const found = await find(req);
      return found && { id: found.id, name: found.username, session: found.session, enrolled: found.enrolled };
    },
    async signedIn(req, _res, next) {
      await caller(req);
      next();
    },
    async admins(req, _res, next) {
      if ((await caller(req)).role !== "admin") throw new Problem("admins_only");
      next();
    },
  } satisfies Authentication);
}
