import { afterAll, beforeAll, expect, test } from "vitest";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { startOnServer } from "./support/server.ts";
import { readEvents } from "./support/stream.ts";
import { endAll, type Started } from "./support/system.ts";

let system: Started;
let admin: string;
let member: string;
let guest: string;

beforeAll(async () => {
  system = await startOnServer();
  [admin = "", member = "", guest = ""] = await Promise.all(
    ["admin", "member", "guest"].map((username) => tokenOf(system.users, username, DEMO_PASSWORD)),
  );
});
afterAll(endAll);

test("GET /events tells of bookings as they come and go: whose, to administrators and the owner alone, and what, to nobody", async () => {
  expectProblem(await call("GET", `${system.bookings}/events`), 401, "unauthenticated");
  const readers = await Promise.all([admin, member, guest].map((token) => readEvents(system.bookings, token)));
  // Whoever begins to read may have missed something.
  for (const reader of readers) expect(await reader.next(() => true)).toEqual({ type: "resync" });

  const json = { room_id: 1, title: "Confidential", starts_at: hoursAhead(10), ends_at: hoursAhead(11) };
  const { id, user_id } = (await call("POST", `${system.bookings}/bookings`, { token: member, json })).body;
  const known = { type: "booking", action: "created", id, room_id: 1, starts_at: json.starts_at, ends_at: json.ends_at };
  const [toAdmin, toMember, toGuest] = await Promise.all(readers.map((reader) => reader.next(({ type }) => type === "booking")));
  expect([toAdmin, toMember, toGuest]).toEqual([{ ...known, user_id }, { ...known, user_id }, known]);

  await call("DELETE", `${system.bookings}/bookings/${id}`, { token: member });
  for (const reader of readers) expect(await reader.next(() => true)).toMatchObject({ type: "booking", action: "cancelled", id });
  for (const reader of readers) reader.close();
});

test("rooms and reviews are told to everybody, users to administrators", async () => {
  const [adminReads, guestReads] = await Promise.all([readEvents(system.bookings, admin), readEvents(system.bookings, guest)]);
  const json = { name: "A Person", username: "newcomer", email: "newcomer@example.com", password: "a long enough one" };
  await call("POST", `${system.users}/auth/register`, { json });
  const room = { name: "Cellar", capacity: 2, location: "Below" };
  const { id } = (await call("POST", `${system.rooms}/rooms`, { token: admin, json: room })).body;
  expect(await adminReads.next(({ type }) => type !== "resync")).toMatchObject({ type: "user", action: "created" });
  expect(await guestReads.next(({ type }) => type !== "resync")).toEqual({ type: "room", action: "created", id, room_id: id });
  adminReads.close();
  guestReads.close();
});

test("a stream beats, and ends for whoever is switched off", async () => {
  const reader = await readEvents(system.bookings, guest);
  await reader.beat();
  await call("PATCH", `${system.users}/users/guest`, { token: admin, json: { is_active: false } });
  await reader.ended();
});

test("a stop ends the streams instead of waiting for them", async () => {
  const reader = await readEvents(system.bookings, member);
  const [code] = await Promise.all([system.stop(), reader.ended()]);
  expect(code).toBe(0);
});
