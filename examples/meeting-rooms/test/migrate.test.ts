import { newDatabase } from "@nightlatch/internal-services";
import { afterAll, expect, inject, test } from "vitest";
import { selectBookings } from "../src/bookings/sql.ts";
import type { Database } from "../src/database/database.ts";
import { migrate } from "../src/database/migrate.ts";
import { connectToServer } from "../src/database/server.ts";
import { usersAndBookings } from "../src/database/versions/1-users-and-bookings.ts";
import { createLog } from "../src/log.ts";
import { selectUsers } from "../src/users/sql.ts";
import { endAll, newKeys, runToEnd } from "./support/system.ts";

const opened: Database[] = [];
afterAll(async () => {
  for (const database of opened) await database.close();
  await endAll();
});

async function connected(url: string): Promise<Database> {
  const database = await connectToServer(url, createLog("silent"));
  opened.push(database);
  return database;
}

const versions = async (database: Database): Promise<number[]> =>
  (await database.query<{ version: number }>("SELECT version FROM app_migrations ORDER BY version")).map(({ version }) => version);

test("tables of the first release are brought up to date with what is in them, once, however many begin at once", async () => {
  const database = await connected(await newDatabase(inject("postgresUrl")));
  await database.transaction(async (tx) => {
    await tx.script(`CREATE TABLE app_migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
      INSERT INTO app_migrations (version) VALUES (1); ${usersAndBookings}
      INSERT INTO users (username, name, email, role, password_hash) VALUES ('ann', 'Ann', 'ann@example.com', 'admin', 'kept');
      INSERT INTO rooms (name, capacity, location) VALUES ('Attic', 4, 'Above');
      INSERT INTO bookings (room_id, user_id, title, starts_at, ends_at)
        SELECT 1, id, 'A talk', '2030-05-01T09:00Z', '2030-05-01T10:00Z' FROM users;`);
  });
  await Promise.all(Array.from({ length: 5 }, () => migrate(database)));
  const found = await versions(database);
  expect(found.length).toBeGreaterThan(1);
  expect(found).toEqual(found.map((_, index) => index + 1));

  const [ann] = await selectUsers(database, { limit: 10 });
  expect(ann).toMatchObject({ username: "ann", role: "admin", is_active: true });
  const [booking] = await selectBookings(database, ann?.id, { limit: 10 });
  expect(booking).toMatchObject({ title: "A talk", username: "ann", room_name: "Attic", status: "confirmed" });

  await migrate(database);
  expect(await versions(database)).toEqual(found);
});

test("a release that finds tables of a newer one does not start, says so, and touches nothing", async () => {
  const DATABASE_URL = await newDatabase(inject("postgresUrl"));
  const database = await connected(DATABASE_URL);
  await migrate(database);
  await database.query("INSERT INTO app_migrations (version) VALUES (99)");
  const before = await versions(database);
  const { code, output } = await runToEnd({ env: { DATABASE_URL, NIGHTLATCH_KEYS: newKeys() } });
  expect(code).toBe(1);
  expect(output).toMatch(/The database is at version 99, and this release knows \d+\. Start the newer release that wrote it\./);
  expect(output).not.toContain("    at ");
  expect(await versions(database)).toEqual(before);
  expect(await selectUsers(database, { limit: 10 })).toEqual([]);
});
