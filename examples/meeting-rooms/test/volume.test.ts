import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { newDatabase } from "@nightlatch/internal-services";
import { Client } from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Report } from "../src/analytics/report.ts";
import { reports } from "../src/analytics/reports.ts";
import { selectBookings } from "../src/bookings/sql.ts";
import type { Database, Queries } from "../src/database/database.ts";
import { migrate } from "../src/database/migrate.ts";
import { connectToServer } from "../src/database/server.ts";
import { createLog } from "../src/log.ts";
import { mayReview, selectReviews } from "../src/reviews/sql.ts";
import { selectRooms, selectTaken } from "../src/rooms/sql.ts";
import { seedVolume } from "../src/volume/seed-volume.ts";

const VOLUME = { bookings: 60_000, rooms: 60, users: 500 };

let url: string;
let database: Database;
let before: string[];
let heard: { part: number; doing: string }[];

/** Every index and constraint, as PostgreSQL would write it. */
const definitions = async (): Promise<string[]> =>
  (
    await database.query<{ made: string }>(
      `SELECT indexdef AS made FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('bookings', 'reviews')
      UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated FROM pg_constraint
        WHERE conrelid IN ('bookings'::regclass, 'reviews'::regclass)
      ORDER BY made`,
    )
  ).map(({ made }) => made);

beforeAll(async () => {
  url = await newDatabase(inject("postgresUrl"));
  database = await connectToServer(url, createLog("warn"), { statementTimeout: 0 });
  await migrate(database);
  before = await definitions();
  heard = [];
  await seedVolume(database, VOLUME, { progress: (part, doing) => heard.push({ part, doing }) });
});
afterAll(() => database.close());

test("seeding makes as many bookings as are asked for, with every index and constraint as before", async () => {
  expect(await definitions()).toEqual(before);
  expect(before.join()).toContain("bookings_overlap");
  const [counts] = await database.query<Record<string, number>>(
    `SELECT (SELECT count(*) FROM bookings)::integer AS bookings, (SELECT count(*) FROM rooms)::integer AS rooms,
      (SELECT count(*) FROM users)::integer AS users, (SELECT count(*) FROM reviews)::integer AS reviews,
      (SELECT count(DISTINCT user_id) FROM bookings)::integer AS bookers, (SELECT count(*) FROM bookings WHERE status = 'cancelled')::integer AS cancelled,
      (SELECT count(*) FROM bookings WHERE starts_at > now())::integer AS ahead`,
  );
  expect(counts).toMatchObject(VOLUME);
  expect(counts?.reviews).toBeGreaterThan(1000);
  expect(counts?.bookers).toBeGreaterThan(400);
  expect(counts?.cancelled).toBeGreaterThan(1000);
  expect(counts?.ahead).toBeGreaterThan(100);
});

test("seeding tells how far it is, never backwards, to the end", () => {
  const parts = heard.map(({ part }) => part);
  expect(parts).toEqual([...parts].sort((a, b) => a - b));
  expect(heard.at(-1)).toEqual({ part: 1, doing: "done" });
  expect(heard.map(({ doing }) => doing)).toEqual(
    expect.arrayContaining(["60000 of 60000 bookings", "building bookings_overlap", "vacuum analyze"]),
  );
});

test("seeding leaves a database with bookings as it is, and none where it fails halfway", async () => {
  await expect(seedVolume(database, VOLUME)).rejects.toThrow(/has bookings already/);
  const empty = await connectToServer(await newDatabase(inject("postgresUrl")), createLog("warn"));
  try {
    await migrate(empty);
    const broken = (): never => {
      throw new Error("stop here");
    };
    const progress = (_part: number, doing: string): void => void (doing === "building bookings_overlap" && broken());
    await expect(seedVolume(empty, { bookings: 500, rooms: 20, users: 5 }, { progress })).rejects.toThrow("stop here");
    expect(
      await empty.query("SELECT (SELECT count(*) FROM rooms)::integer AS rooms, (SELECT count(*) FROM bookings)::integer AS bookings"),
    ).toEqual([{ rooms: 0, bookings: 0 }]);
    expect(await empty.query("SELECT conname FROM pg_constraint WHERE conname = 'bookings_overlap'")).toHaveLength(1);
  } finally {
    await empty.close();
  }
});

test("the command says what it lacks, and shows its progress", async () => {
  const run = async (env: Record<string, string>, ...args: string[]): Promise<{ code: number; said: string }> => {
    const main = join(import.meta.dirname, "..", "src", "volume", "main.ts");
    const { PATH } = process.env;
    const child = spawn(process.execPath, ["--conditions=@nightlatch/source", main, ...args], { env: { PATH, ...env } });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const [code] = await once(child, "close");
    return { code: Number(code), said };
  };
  const fresh = await newDatabase(inject("postgresUrl"));
  const [none, wrong, production, good] = await Promise.all([
    run({}),
    run({ DATABASE_URL: fresh }, "--bookings", "many"),
    run({ DATABASE_URL: fresh, NODE_ENV: "production" }),
    run({ DATABASE_URL: fresh }, "--bookings", "1000", "--rooms", "20", "--users", "5"),
  ]);
  expect(none).toEqual({ code: 1, said: expect.stringContaining("DATABASE_URL is not set") });
  expect(wrong).toEqual({ code: 1, said: expect.stringContaining("bookings") });
  expect(production).toEqual({ code: 1, said: expect.stringContaining("NODE_ENV is production") });
  expect(good.code).toBe(0);
  expect(good.said).toMatch(/\[={30}\] 100 % .* done/);
});

interface Plan {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  Plans?: Plan[];
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

/** How the server would run a statement, with the values at hand as at the service. */
async function planOf(client: Client, { statement, query }: Report, asked: Record<string, string>): Promise<Plan[]> {
  const { text, values } = statement(query.parse(asked), new Date());
  const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${text}`, [...values]);
  return nodes(rows[0]["QUERY PLAN"][0].Plan);
}

test.each(reports.map((report) => [report.name, report] as const))(
  "%s reads indexes of bookings and reviews, and never a whole table",
  async (_, report) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      for (const asked of [{}, ...("timezone" in report.query.shape ? [{ timezone: "Europe/Berlin" }] : [])]) {
        const plan = await planOf(client, report, asked);
        const read = plan.filter((node) => node["Relation Name"] === "bookings" || node["Relation Name"] === "reviews");
        expect(read.length).toBeGreaterThan(0);
        const how = read.map((node) => `${node["Node Type"]} ${node["Index Name"] ?? node["Relation Name"]}`);

        expect(how.filter((scan) => !/^Index Only Scan /.test(scan))).toEqual([]);
      }
    } finally {
      await client.end();
    }
  },
);

/** Runs statements as the services do, and keeps how the server went about each. */
function explaining(client: Client): Queries & { readonly plans: Plan[] } {
  const plans: Plan[] = [];
  return {
    plans,
    async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${text}`, [...values]);
      plans.push(...nodes(rows[0]["QUERY PLAN"][0].Plan));
      return (await client.query(text, [...values])).rows as Row[];
    },
  };
}

const page = { limit: 50, cursor: undefined };
const filters = { room_id: undefined, username: undefined, status: undefined, from: undefined, to: undefined };
const soon = { from: new Date(Date.now() - 4 * 86_400_000), to: new Date(Date.now() + 4 * 86_400_000) };
const rooms = { capacity: undefined, equipment: undefined, is_available: undefined, free_from: undefined, free_to: undefined };

/** What people ask for all day, but for figures. */
const HOT: readonly (readonly [string, (queries: Queries, userId: string) => Promise<unknown[]>])[] = [
  ["one's own bookings", (queries, id) => selectBookings(queries, id, { ...page, ...filters })],
  ["one's own bookings to come", (queries, id) => selectBookings(queries, id, { ...page, ...filters, from: soon.from })],
  ["everybody's bookings", (queries) => selectBookings(queries, undefined, { ...page, ...filters })],
  ["the next page of them", (queries) => selectBookings(queries, undefined, { ...page, ...filters, cursor: [soon.from, 1] })],
  ["somebody's bookings", (queries) => selectBookings(queries, undefined, { ...page, ...filters, username: "person7" })],
  ["the bookings of a room", (queries) => selectBookings(queries, undefined, { ...page, ...filters, room_id: 7, ...soon })],
  ["a day", (queries) => selectTaken(queries, { starts_at: soon.from, ends_at: soon.to })],
  [
    "the rooms that are free",
    (queries) => selectRooms(queries, { ...page, ...rooms, free_from: soon.to, free_to: new Date(soon.to.getTime() + 3_600_000) }),
  ],
  ["the newest reviews", (queries, id) => selectReviews(queries, id, { ...page, room_id: undefined, mine: undefined })],
  ["the reviews of a room", (queries, id) => selectReviews(queries, id, { ...page, room_id: 7, mine: undefined })],
  ["one's own reviews", (queries, id) => selectReviews(queries, id, { ...page, room_id: undefined, mine: "true" })],
  ["whether one may review", async (queries, id) => [await mayReview(queries, id, 7)]],
];

test.each(HOT)("%s: read by an index, never the whole table", async (_, ask) => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query("SELECT id FROM users WHERE username = 'person1'");
    const queries = explaining(client);
    expect(await ask(queries, rows[0].id)).not.toEqual([]);
    const read = queries.plans.filter((node) => node["Relation Name"] === "bookings" || node["Relation Name"] === "reviews");
    expect(read.length).toBeGreaterThan(0);
    expect(read.filter((node) => /Seq Scan/.test(node["Node Type"]))).toEqual([]);
  } finally {
    await client.end();
  }
});
