import type { Mfa } from "@nightlatch/core";
import { type Database, lockFor, type Queries } from "../database/database.ts";
import { Problem } from "../http/problem.ts";
import { refusing } from "../http/refusal.ts";
import { endSessionsOf } from "../tokens/sessions.ts";
import { hashPassword, isPassword } from "./passwords.ts";
import { insertUser, type KnownUser, selectCredentials, selectForAdmin, selectUsers, updateActive } from "./sql.ts";
import { isUsername, type ListedUser, type Registration, type User, type UserQuery } from "./user.ts";

const REFUSALS = { users_username: "username_taken", users_email: "email_taken" } as const;

/**
 * Makes an account.
 *
 * @param onlyAsFirst - make it only if there is no other account yet, whoever else is trying at this moment
 * @throws Problem `username_taken`, `email_taken`, or `role_forbidden` when it is not the first
 */
export async function createAccount(
  database: Database,
  { password, ...registration }: Registration,
  { onlyAsFirst }: { onlyAsFirst: boolean },
): Promise<User> {
  const row = { ...registration, passwordHash: await hashPassword(password) };
  const made = await refusing(REFUSALS, async () => {
    if (!onlyAsFirst) return await insertUser(database, row, false);
    return await database.transaction(async (tx) => {
      await lockFor(tx, "admins");
      return await insertUser(tx, row, true);
    });
  });
  if (!made) throw new Problem("role_forbidden");
  return made;
}

/** The user whose password this is. An unknown user takes as long to refuse as a wrong password. */
export async function userWithPassword(database: Queries, username: string, password: string): Promise<KnownUser | undefined> {
  const found = isUsername(username) ? await selectCredentials(database, username) : undefined;
  const { password_hash: kept, ...user } = found ?? {};
  return (await isPassword(password, kept)) ? (user as KnownUser) : undefined;
}

/** Users as administrators see them, with how each one's second factor stands: one read of the engine's for each. */
export async function listUsers(database: Queries, mfa: Mfa, query: UserQuery): Promise<ListedUser[]> {
  const users = await selectUsers(database, query);
  return await Promise.all(users.map((user) => withStatus(mfa, user)));
}

async function withStatus(mfa: Mfa, user: User): Promise<ListedUser> {
  const { enabled, factors, lockedUntil } = await mfa.status({ id: user.id });
  return { ...user, mfa_enabled: enabled, authenticators: factors.length, locked_until: lockedUntil ?? null };
}

/**
 * A user whom administrators may delete or switch off. Asked first of all, so that nobody is asked for a code in vain.
 *
 * @throws Problem `user_not_found`, or `last_admin`
 */
export async function expendableUser(database: Queries, username: string): Promise<User> {
  const user = isUsername(username) ? await selectForAdmin(database, username) : undefined;
  if (!user) throw new Problem("user_not_found");
  if (user.last_admin) throw new Problem("last_admin");
  return user;
}

/**
 * Switches an account off or on. Off, its tokens, trusted devices and grants are dead for good.
 *
 * @throws Problem `user_not_found`, or `last_admin`
 */
export async function setActive(database: Database, mfa: Mfa, username: string, isActive: boolean): Promise<ListedUser> {
  const changed = await database.transaction(async (tx) => {
    // Two administrators who switch each other off at this moment must not both succeed.
    await lockFor(tx, "admins");
    const { id } = await expendableUser(tx, username);
    const updated = await updateActive(tx, id, isActive);
    if (!isActive) await endSessionsOf(tx, id);
    return updated;
  });
  if (!changed) throw new Problem("user_not_found");
  if (!isActive) await mfa.revoke({ id: changed.id });
  return await withStatus(mfa, changed);
}
