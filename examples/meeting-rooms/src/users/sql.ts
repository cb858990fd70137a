import type { Queries } from "../database/database.ts";
import type { Registration, User, UserQuery } from "./user.ts";

const COLUMNS = "id, username, name, email, role, is_active, created_at";

/** Inserts an account; `onlyAsFirst` only where there is none yet. */
export async function insertUser(
  database: Queries,
  { name, username, email, role, passwordHash }: Omit<Registration, "password"> & { passwordHash: string },
  onlyAsFirst: boolean,
): Promise<User | undefined> {
  const [user] = await database.query<User>(
    `INSERT INTO users (username, name, email, role, password_hash) SELECT $1, $2, $3, $4, $5
      WHERE NOT ($6 AND EXISTS (SELECT FROM users)) RETURNING ${COLUMNS}`,
    [username, name, email, role, passwordHash, onlyAsFirst],
  );
  return user;
}

/** Whether nobody has an account yet. */
export async function hasNoUsers(database: Queries): Promise<boolean> {
  const [row] = await database.query<{ empty: boolean }>("SELECT NOT EXISTS (SELECT FROM users) AS empty");
  return row?.empty === true;
}

/** What a sign-in goes by: the user, and whether the app remembers that they have enrolled. */
export interface KnownUser extends User {
  mfa_enrolled: boolean;
}

/** A user by name, with the hash of the password. */
export async function selectCredentials(database: Queries, username: string): Promise<(KnownUser & { password_hash: string }) | undefined> {
  const [user] = await database.query<KnownUser & { password_hash: string }>(
    `SELECT ${COLUMNS}, mfa_enrolled, password_hash FROM users WHERE lower(username) = lower($1)`,
    [username],
  );
  return user;
}

/** A user by id; `undefined` once deleted. */
export async function selectUser(database: Queries, id: string): Promise<User | undefined> {
  const [user] = await database.query<User>(`SELECT ${COLUMNS} FROM users WHERE id = $1`, [id]);
  return user;
}

/** All users in the order of their names. One more than `limit`, if there are more. */
export async function selectUsers(database: Queries, { search, cursor, limit }: UserQuery): Promise<User[]> {
  return await database.query<User>(
    `SELECT ${COLUMNS} FROM users WHERE ($1::text IS NULL OR lower(username) > $1)
      AND ($3::text IS NULL OR strpos(lower(username), lower($3)) > 0 OR strpos(lower(name), lower($3)) > 0)
    ORDER BY lower(username) LIMIT $2`,
    [cursor ?? null, limit + 1, search || null],
  );
}

/** A user, and whether nobody else who is active is an administrator. */
export async function selectForAdmin(database: Queries, username: string): Promise<(User & { last_admin: boolean }) | undefined> {
  const [user] = await database.query<User & { last_admin: boolean }>(
    `SELECT ${COLUMNS}, role = 'admin' AND NOT EXISTS (SELECT FROM users o WHERE o.role = 'admin' AND o.is_active AND o.id <> u.id) AS last_admin
      FROM users u WHERE lower(username) = lower($1)`,
    [username],
  );
  return user;
}

export async function updateActive(database: Queries, id: string, isActive: boolean): Promise<User | undefined> {
  const [user] = await database.query<User>(`UPDATE users SET is_active = $2 WHERE id = $1 RETURNING ${COLUMNS}`, [id, isActive]);
  return user;
}

/** Deletes a user in a transaction: the bookings to come are cancelled, and the erasure of the factors is noted. */
export async function deleteUserRow(tx: Queries, id: string): Promise<void> {
  // A booking being made by this user is either seen below, or finds the user gone.
  await tx.query("SELECT FROM users WHERE id = $1 FOR UPDATE", [id]);
  await tx.query(
    "UPDATE bookings SET status = 'cancelled', cancelled_at = now() WHERE user_id = $1 AND status = 'confirmed' AND ends_at > now()",
    [id],
  );
  await tx.query("INSERT INTO erasures (user_id) VALUES ($1) ON CONFLICT DO NOTHING", [id]);
  await tx.query("DELETE FROM users WHERE id = $1", [id]);
}

/** Deleted users whose factors have still to be erased. */
export async function selectErasures(database: Queries): Promise<string[]> {
  const rows = await database.query<{ user_id: string }>("SELECT user_id FROM erasures ORDER BY deleted_at");
  return rows.map(({ user_id }) => user_id);
}

export async function deleteErasure(database: Queries, userId: string): Promise<void> {
  await database.query("DELETE FROM erasures WHERE user_id = $1", [userId]);
}

/** Remembers whether a user is enrolled, unless something newer is remembered. */
export async function updateEnrolled(database: Queries, id: string, enrolled: boolean, at: Date): Promise<void> {
  await database.query(
    "UPDATE users SET mfa_enrolled = $2, mfa_changed_at = $3 WHERE id = $1 AND (mfa_changed_at IS NULL OR mfa_changed_at <= $3)",
    [id, enrolled, at],
  );
}
