import type { Queries } from "../database/database.ts";
import { type AccessToken, TOKEN_LIFETIME } from "./access-token.ts";

/**
 * Begins the session that a token is going to stand for, and forgets what that user's tokens have outlived.
 *
 * @param enrolled - what the sign-in went by. Where that has changed meanwhile, a password alone begins nothing any more
 * @returns whether it began: the user may have been deleted or switched off since the sign-in was judged
 */
export async function beginSession(database: Queries, { userId, session, amr }: AccessToken, enrolled: boolean): Promise<boolean> {
  // The user's row is held, so that whoever ends this user's sessions at that moment either sees this one or was first.
  const begun = await database.query(
    `WITH outlived AS (DELETE FROM sessions WHERE user_id = $2 AND began_at < now() - make_interval(secs => $5))
    INSERT INTO sessions (id, user_id, second_factor)
      SELECT $1, id, $3 FROM users WHERE id = $2 AND is_active AND ($3 OR mfa_enrolled = $4) FOR SHARE RETURNING id`,
    [session, userId, amr.includes("mfa"), enrolled, 2 * TOKEN_LIFETIME],
  );
  return begun.length > 0;
}

/** Ends a session: its token is dead at every service. */
export async function endSession(database: Queries, session: string): Promise<void> {
  await database.query("DELETE FROM sessions WHERE id = $1", [session]);
}

/** Ends all sessions of a user, for good. */
export async function endSessionsOf(database: Queries, userId: string): Promise<void> {
  await database.query("DELETE FROM sessions WHERE user_id = $1", [userId]);
}

/** Ends what a user's password alone has begun, but for the session that has just proved a second factor. */
export async function endPasswordSessions(database: Queries, userId: string, proved: string | undefined): Promise<void> {
  await database.query("UPDATE sessions SET second_factor = true WHERE id = $1 AND user_id = $2", [proved ?? null, userId]);
  await database.query("DELETE FROM sessions WHERE user_id = $1 AND NOT second_factor", [userId]);
}
