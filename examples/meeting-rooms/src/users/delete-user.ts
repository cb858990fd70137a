import type { Mfa } from "@nightlatch/core";
import type { Logger } from "pino";
import { type Database, lockFor, type Queries } from "../database/database.ts";
import { expendableUser } from "./accounts.ts";
import { deleteErasure, deleteUserRow, selectErasures } from "./sql.ts";

/**
 * Deletes a user: the account, and with it every token; the bookings to come, which are cancelled so that
 * the rooms are free; and the factors. Past bookings stay, as nobody's.
 *
 * @returns the id that the user had
 * @throws Problem `user_not_found`, or `last_admin`
 */
export async function deleteUser(database: Database, mfa: Mfa, log: Logger, username: string): Promise<string> {
  const id = await database.transaction(async (tx) => {
    // Two admins who delete each other at this moment must not both succeed.
    await lockFor(tx, "admins");
    const user = await expendableUser(tx, username);
    await deleteUserRow(tx, user.id);
    return user.id;
  });
  // The account went first: a user who is there without factors would sign in with a password alone.
  await finishErasures(database, mfa).catch((error: unknown) =>
    log.error({ err: error }, "factors of a deleted user are still to be erased"),
  );
  return id;
}

/** Erases the factors of users who are deleted; also those whose turn a fault or a crash cut short. */
export async function finishErasures(database: Queries, mfa: Mfa): Promise<void> {
  for (const id of await selectErasures(database)) {
    await mfa.admin.erase({ id });
    await deleteErasure(database, id);
  }
}
