import type { Mfa } from "@nightlatch/core";
import type { Logger } from "pino";
import { type Database, lockFor, type Queries } from "../database/database.ts";
import { Problem } from "../http/problem.ts";
import { isUsername } from "./user.ts";

/**
 * The id of a user who can be deleted. Asked first of all, so that nobody is asked for a code in vain.
 *
 * @throws Problem `user_not_found`, or `last_admin`
 */
export async function deletableUser(database: Queries, username: string): Promise<string> {
  const [user] = isUsername(username)
    ? await database.query<{ id: string; last_admin: boolean }>(
        `SELECT id, role = 'admin' AND NOT EXISTS (SELECT FROM users o WHERE o.role = 'admin' AND o.id <> u.id) AS last_admin
          FROM users u WHERE lower(username) = lower($1)`,
        [username],
      )
    : [];
  if (!user) throw new Problem("user_not_found");
  if (user.last_admin) throw new Problem("last_admin");
  return user.id;
}

/**
 * Deletes a user: the account, and with it every token; the bookings to come, which are cancelled so that
 * the rooms are free; and the factors. Past bookings stay, as nobody's.
 */
export async function deleteUser(database: Database, mfa: Mfa, log: Logger, username: string): Promise<void> {
  await database.transaction(async (tx) => {
    // Two admins who delete each other at this moment must not both succeed.
    await lockFor(tx, "admins");
    const id = await deletableUser(tx, username);
    // A booking being made by this user is either seen below, or finds the user gone.
    await tx.query("SELECT FROM users WHERE id = $1 FOR UPDATE", [id]);
    await tx.query(
      "UPDATE bookings SET status = 'cancelled', cancelled_at = now() WHERE user_id = $1 AND status = 'confirmed' AND ends_at > now()",
      [id],
    );
    await tx.query("INSERT INTO erasures (user_id) VALUES ($1) ON CONFLICT DO NOTHING", [id]);
    await tx.query("DELETE FROM users WHERE id = $1", [id]);
  });
  // The account went first: a user who is there without factors would sign in with a password alone.
  await finishErasures(database, mfa).catch((error: unknown) =>
    log.error({ err: error }, "factors of a deleted user are still to be erased"),
  );
}

/** Erases the factors of users who are deleted; also those whose turn a fault or a crash cut short. */
export async function finishErasures(database: Queries, mfa: Mfa): Promise<void> {
  for (const { user_id } of await database.query<{ user_id: string }>("SELECT user_id FROM erasures ORDER BY deleted_at")) {
    await mfa.admin.erase({ id: user_id });
    await database.query("DELETE FROM erasures WHERE user_id = $1", [user_id]);
  }
}
