import { parseArgs } from "node:util";
import { z } from "zod";
import { migrate } from "../database/migrate.ts";
import { connectToServer } from "../database/server.ts";
import { createLog } from "../log.ts";
import { StartError } from "../start-error.ts";
import { progressBar } from "./progress-bar.ts";
import { seedVolume } from "./seed-volume.ts";

const USAGE = "DATABASE_URL=postgresql://… npm run seed:bookings -- [--bookings 1000000] [--rooms 400] [--users 10000]";

const count = z.coerce.number().int().min(1).max(100_000_000);
const options = z.object({
  bookings: count.default(1_000_000),
  rooms: count.max(10_000).default(400),
  users: count.max(1_000_000).default(10_000),
});

try {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { bookings: text, rooms: text, users: text } });
  const volume = options.parse(values);
  const { DATABASE_URL, NODE_ENV } = process.env;
  if (!DATABASE_URL) throw new StartError(`DATABASE_URL is not set, and so many bookings need a server.\n${USAGE}`);
  if (NODE_ENV === "production") throw new StartError("NODE_ENV is production: made-up bookings have no place there.");
  const database = await connectToServer(DATABASE_URL, createLog("warn"), { statementTimeout: 0 });
  const bar = progressBar();
  try {
    await migrate(database);
    await seedVolume(database, volume, { progress: bar.at });
  } finally {
    bar.done();
    await database.close();
  }
} catch (error) {
  const known = error instanceof StartError || error instanceof z.ZodError || error instanceof TypeError;
  if (!known) throw error;
  console.error(error instanceof z.ZodError ? `${z.prettifyError(error)}\n${USAGE}` : error.message);
  process.exitCode = 1;
}
