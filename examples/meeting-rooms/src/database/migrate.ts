import { StartError } from "../start-error.ts";
import { type Database, lockFor } from "./database.ts";
import { usersAndBookings } from "./versions/1-users-and-bookings.ts";
import { allServices } from "./versions/2-all-services.ts";
import { analytics } from "./versions/3-analytics.ts";
import { enrolment } from "./versions/4-enrolment.ts";
import { reviewers } from "./versions/5-reviewers.ts";
import { sessions } from "./versions/6-sessions.ts";

/** The tables, version by version. A version that has been in use is never edited. */
const VERSIONS: readonly string[] = [usersAndBookings, allServices, analytics, enrolment, reviewers, sessions];

/**
 * Brings the tables up to date. Several processes may do it at once: the first does the work.
 *
 * @throws StartError when a newer release has been here
 */
export async function migrate(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    await lockFor(tx, "migrate");
    await tx.script(
      "CREATE TABLE IF NOT EXISTS app_migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())",
    );
    const [found] = await tx.query<{ installed: number }>("SELECT coalesce(max(version), 0) AS installed FROM app_migrations");
    const installed = found?.installed ?? 0;
    if (installed > VERSIONS.length) {
      throw new StartError(
        `The database is at version ${installed}, and this release knows ${VERSIONS.length}. Start the newer release that wrote it.`,
      );
    }
    for (const [index, statements] of VERSIONS.entries()) {
      if (index < installed) continue;
      await tx.script(statements);
      await tx.query("INSERT INTO app_migrations (version) VALUES ($1)", [index + 1]);
    }
  });
}
