import { type Database, lockFor, type Queries, violated } from "../database/database.ts";
import { Problem } from "../http/problem.ts";
import { hashPassword, isPassword } from "./passwords.ts";
import { isUsername, type Registration, USER_COLUMNS, type User } from "./user.ts";

const TAKEN = { users_username: "username_taken", users_email: "email_taken" } as const;

/** The problem behind an insert that a unique index refused. */
function taken(error: unknown): unknown {
  const index = violated(error);
  return index === "users_username" || index === "users_email" ? new Problem(TAKEN[index], { cause: error }) : error;
}

/**
 * Makes an account.
 *
 * @param onlyAsFirst - make it only if there is no other account yet, whoever else is trying at this moment
 * @throws Problem `username_taken`, `email_taken`, or `role_forbidden` when it is not the first
 */
export async function createAccount(
  database: Database,
  { name, username, email, password, role }: Registration,
  { onlyAsFirst }: { onlyAsFirst: boolean },
): Promise<User> {
  const passwordHash = await hashPassword(password);
  const insert = async (queries: Queries): Promise<User | undefined> => {
    const [user] = await queries.query<User>(
      `INSERT INTO users (username, name, email, role, password_hash) SELECT $1, $2, $3, $4, $5
        WHERE NOT ($6 AND EXISTS (SELECT FROM users)) RETURNING ${USER_COLUMNS}`,
      [username, name, email, role, passwordHash, onlyAsFirst],
    );
    return user;
  };
  try {
    const made = onlyAsFirst
      ? await database.transaction(async (tx) => {
          await lockFor(tx, "admins");
          return await insert(tx);
        })
      : await insert(database);
    if (!made) throw new Problem("role_forbidden");
    return made;
  } catch (error) {
    throw taken(error);
  }
}

/** Whether nobody has an account yet. */
export async function isEmpty(database: Queries): Promise<boolean> {
  const [row] = await database.query<{ empty: boolean }>("SELECT NOT EXISTS (SELECT FROM users) AS empty");
  return row?.empty === true;
}

/** The user whose password this is. An unknown user takes as long to refuse as a wrong password. */
export async function userWithPassword(database: Queries, username: string, password: string): Promise<User | undefined> {
  const [found] = isUsername(username)
    ? await database.query<User & { password_hash: string }>(
        `SELECT ${USER_COLUMNS}, password_hash FROM users WHERE lower(username) = lower($1)`,
        [username],
      )
    : [];
  const { password_hash: kept, ...user } = found ?? {};
  return (await isPassword(password, kept)) ? (user as User) : undefined;
}

/** A user by id; `undefined` once deleted. */
export async function userById(database: Queries, id: string): Promise<User | undefined> {
  const [user] = await database.query<User>(`SELECT ${USER_COLUMNS} FROM users WHERE id = $1`, [id]);
  return user;
}

/** A page of all users in the order of their names. */
export async function listUsers(database: Queries, { after, limit }: { after?: string | undefined; limit: number }): Promise<User[]> {
  return await database.query<User>(
    `SELECT ${USER_COLUMNS} FROM users WHERE $1::text IS NULL OR lower(username) > $1 ORDER BY lower(username) LIMIT $2`,
    [after ?? null, limit],
  );
}
