import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { freshServer } from "./support/server.ts";
import { readEvents } from "./support/stream.ts";
import { endAll, type Started, startSystem } from "./support/system.ts";

let system: Started;
let admin: string;
let databaseUrl: string;

const ask = async (path: string) => await call("GET", `${system.analytics}/analytics/${path}`, { token: admin });

/** How many bookings there are, and how many cancelled ones of the first room. */
async function counted(): Promise<{ count: number; cancelled: number }> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query(
    "SELECT count(*)::integer, (count(*) FILTER (WHERE status = 'cancelled' AND room_id = 1))::integer AS cancelled FROM bookings",
  );
  await client.end();
  return rows[0];
}

beforeAll(async () => {
  const server = await freshServer();
  databaseUrl = server.DATABASE_URL;
  system = await startSystem({ env: server });
  admin = await tokenOf(system.users, "admin", DEMO_PASSWORD);
});
afterAll(endAll);

test("all of it is for admins", async () => {
  const member = await tokenOf(system.users, "member", DEMO_PASSWORD);
  const paths: string[] = Object.keys((await call("GET", `${system.analytics}/openapi.json`)).body.paths).filter((path) =>
    path.startsWith("/analytics/"),
  );
  expect(paths.length).toBe(23);
  for (const path of paths) {
    expectProblem(await call("GET", system.analytics + path, { token: member }), 403, "admins_only");
    expectProblem(await call("GET", system.analytics + path), 401, "unauthenticated");
  }
});

test("what is wrong with a query is told, each fault by its parameter", async () => {
  const faults = async (path: string): Promise<string[]> => {
    const answer = await ask(path);
    expectProblem(answer, 422, "input_invalid");
    return answer.body.errors.map(({ path }: { path: string }) => path);
  };
  expect(await faults("bookings/frequency?period=hourly&days=0&timezone=Moon")).toEqual(["period", "days", "timezone"]);
  expect(await faults("bookings/by-user?days=367&limit=101")).toEqual(["days", "limit"]);
  expect(await faults("trends/monthly?months=2.5")).toEqual(["months"]);
  expect(await faults("peak-hours?days=1&days=2")).toEqual(["days"]);
  expect(await faults("peak-hours?timezone=%2B02:00")).toEqual(["timezone"]);
  expect(await faults("rooms/ratings?days=3")).toEqual([""]);
  expect(await faults("system?hours=6")).toEqual([""]);
  expect(await faults("reports/by-room.csv?columns=room_name,secret&days=-1")).toEqual(["days", "columns"]);
  expect(await faults("reports/bookings.csv?from=yesterday&room_id=x&status=lost&columns=id,id")).toEqual([
    "room_id",
    "status",
    "from",
    "columns",
  ]);
});

describe("reports as CSV", () => {
  test("hold what the JSON holds, in the columns that are asked for", async () => {
    const { users } = (await ask("bookings/by-user?limit=3")).body;
    const answer = await ask("reports/by-user.csv?limit=3&columns=booking_count,username");
    expect(answer.headers.get("Content-Type")).toMatch(/^text\/csv/);
    expect(answer.headers.get("Content-Disposition")).toBe('attachment; filename="by-user.csv"');
    const rows = users.map((user: { booking_count: number; username: string }) => `${user.booking_count},${user.username}\r\n`);
    expect(answer.text).toBe(`booking_count,username\r\n${rows.join("")}`);
  });

  test("of bookings: every row that the filter lets through, more than are read at a time", async () => {
    const { count, cancelled } = await counted();
    const all = (await ask("reports/bookings.csv?columns=id,starts_at")).text.trimEnd().split("\r\n");
    expect(all).toHaveLength(count + 1);
    expect(new Set(all).size).toBe(all.length);
    expect(count).toBeGreaterThan(2000);
    const some = (await ask("reports/bookings.csv?status=cancelled&room_id=1&columns=status,room_id")).text.trimEnd().split("\r\n");
    expect(new Set(some.slice(1))).toEqual(new Set(["cancelled,1"]));
    expect(some.length - 1).toBe(cancelled);
  });

  test("run nothing in a spreadsheet", async () => {
    const title = '=HYPERLINK("http://evil.example","Click")';
    const json = { room_id: 1, title, starts_at: hoursAhead(500), ends_at: hoursAhead(501) };
    expect((await call("POST", `${system.bookings}/bookings`, { token: admin, json })).status).toBe(201);
    const { text } = await ask(`reports/bookings.csv?from=${hoursAhead(500)}&to=${hoursAhead(501)}&columns=title`);
    expect(text).toBe(`title\r\n"'=HYPERLINK(""http://evil.example"",""Click"")"\r\n`);
  });
});

test("a booking is told to whoever looks, and the figures asked for after that know of it", async () => {
  const reader = await readEvents(system.analytics, admin, "/analytics/live");
  await reader.next(({ type }) => type === "resync");
  for (const hour of [600, 602, 604]) {
    const before = (await ask("dashboard/overview")).body.bookings.confirmed;
    const json = { room_id: 1, title: "Seen", starts_at: hoursAhead(hour), ends_at: hoursAhead(hour + 1) };
    const { id } = (await call("POST", `${system.bookings}/bookings`, { token: admin, json })).body;
    await reader.next((event) => event.type === "booking" && event.id === id);
    expect((await ask("dashboard/overview")).body.bookings.confirmed).toBe(before + 1);
  }
  reader.close();
});

test("the system page shows an hour of five services", async () => {
  const { status, body } = await ask("system");
  expect(status).toBe(200);
  expect(body.services.map(({ name }: { name: string }) => name)).toEqual(["users", "rooms", "bookings", "reviews", "analytics"]);
  for (const { minutes } of body.services) expect(minutes).toHaveLength(60);
  expect(Object.keys(body.mfa)).toEqual(["accepted", "wrong", "replayed", "recovery_codes_used", "locks"]);
});
