import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { enrol } from "./support/authenticator.ts";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { startOnServer } from "./support/server.ts";
import { endAll, type Started } from "./support/system.ts";

let system: Started;
let admin: string;
let member: string;
let guest: string;

interface Room {
  id: number;
  name: string;
  capacity: number;
  equipment: string[];
  is_available: boolean;
  busy: Record<string, unknown>[];
}

const url = (path = "") => `${system.rooms}/rooms${path}`;
const NEW = { name: "Cellar", capacity: 6, location: "Below", equipment: ["Screen", "whiteboard", "screen"] };
const names = (rooms: Room[]) => rooms.map(({ name }) => name);

async function list(query = ""): Promise<Room[]> {
  const { status, body } = await call("GET", url(`?limit=100${query}`), { token: member });
  expect(status).toBe(200);
  return body.items;
}

async function added(name: string): Promise<number> {
  const { status, body } = await call("POST", url(), { token: admin, json: { ...NEW, name } });
  expect(status).toBe(201);
  return body.id;
}

async function booked(room_id: number, from: number, token = member): Promise<number> {
  const json = { room_id, title: "A talk", starts_at: hoursAhead(from), ends_at: hoursAhead(from + 1) };
  const { status, body } = await call("POST", `${system.bookings}/bookings`, { token, json });
  expect(status).toBe(201);
  return body.id;
}

beforeAll(async () => {
  system = await startOnServer();
  [admin = "", member = "", guest = ""] = await Promise.all(
    ["admin", "member", "guest"].map((username) => tokenOf(system.users, username, DEMO_PASSWORD)),
  );
});
afterAll(endAll);

describe("GET /rooms", () => {
  test("all 25 of the demo, by name, in pages, each once", async () => {
    const all = names(await list());
    expect(all).toHaveLength(25);
    expect(all).toEqual([...all].sort((one, other) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1)));
    const paged: string[] = [];
    for (let cursor = ""; ; ) {
      const { body } = await call("GET", url(`?limit=7${cursor && `&cursor=${cursor}`}`), { token: member });
      paged.push(...names(body.items));
      if (body.next_cursor === null) break;
      cursor = body.next_cursor;
    }
    expect(paged).toEqual(all);
  });

  test("by capacity, equipment and availability", async () => {
    expect((await list("&capacity=20")).every(({ capacity }) => capacity >= 20)).toBe(true);
    expect(names(await list("&capacity=80"))).toEqual(["Auditorium"]);
    const equipped = await list("&equipment=Projector,%20video");
    expect(names(equipped)).toContain("Board Room");
    expect(equipped.every(({ equipment }) => equipment.includes("projector") && equipment.includes("video"))).toBe(true);
    expect(await list("&is_available=true")).toHaveLength(20);
    expect(await list("&is_available=false")).toHaveLength(5);
    expect(await list("&equipment=submarine")).toEqual([]);
  });

  test("free between two times: on either side of a booking, and not within", async () => {
    await booked(1, 700);
    const free = async (from: number, to: number) => names(await list(`&free_from=${hoursAhead(from)}&free_to=${hoursAhead(to)}`));
    for (const [from, to, expected] of [
      [699, 700, true],
      [701, 702, true],
      [700, 701, false],
      [699, 701, false],
      [700.5, 702, false],
    ] as const) {
      expect({ from, to, free: (await free(from, to)).includes("Conference Room A") }).toEqual({ from, to, free: expected });
    }
    expect(await free(699, 700)).not.toContain("Workshop");
  });

  test.each([
    ["capacity=many", "capacity"],
    ["is_available=perhaps", "is_available"],
    ["free_from=2030-01-01T10:00:00Z", "free_to"],
    ["free_to=2030-01-01T10:00:00Z", "free_from"],
    ["free_from=2030-01-01T10:00:00Z&free_to=2030-01-01T10:00:00Z", "free_to"],
    ["free_from=today&free_to=2030-01-01T10:00:00Z", "free_from"],
    ["cursor=x", "cursor"],
    ["limit=0", "limit"],
  ])("malformed: %s", async (query, path) => {
    const answer = await call("GET", url(`?${query}`), { token: member });
    expectProblem(answer, 422, "input_invalid");
    expect(answer.body.errors[0].path).toBe(path);
  });
});

describe("GET /rooms/day", () => {
  const date = hoursAhead(800).slice(0, 10);
  const day = async (token: string, query = `date=${date}`) => (await call("GET", url(`/day?${query}`), { token })).body;
  const busyOf = (body: { rooms: Room[] }, room: string) => body.rooms.find(({ name }) => name === room)?.busy;

  test("each room's busy spans; title and organiser for administrators and the owner alone", async () => {
    const booking_id = await booked(2, 800);
    const span = { starts_at: hoursAhead(800), ends_at: hoursAhead(801) };
    const told = { booking_id, title: "A talk", organiser: "member" };
    const own = await day(member);
    expect(own.rooms).toHaveLength(25);
    expect(own).toMatchObject({ date, time_zone: "UTC", starts_at: `${date}T00:00:00.000Z` });
    expect(busyOf(own, "Conference Room B")).toEqual([{ ...span, ...told, own: true }]);
    expect(busyOf(await day(admin), "Conference Room B")).toEqual([{ ...span, ...told, own: false }]);
    expect(busyOf(await day(guest), "Conference Room B")).toEqual([{ ...span, own: false }]);
    await call("DELETE", `${system.bookings}/bookings/${booking_id}`, { token: member });
    expect(busyOf(await day(guest), "Conference Room B")).toEqual([]);
  });

  test("a day is that of its time zone, also where clocks change", async () => {
    const berlin = await day(member, "date=2030-03-31&time_zone=Europe/Berlin");
    expect([berlin.starts_at, berlin.ends_at]).toEqual(["2030-03-30T23:00:00.000Z", "2030-03-31T22:00:00.000Z"]);
    const tokyo = await day(member, "date=2030-05-01&time_zone=Asia/Tokyo");
    expect([tokyo.starts_at, tokyo.ends_at]).toEqual(["2030-04-30T15:00:00.000Z", "2030-05-01T15:00:00.000Z"]);
  });

  test.each([
    ["CET", "2030-06-30T22:00:00.000Z"],
    ["EST5EDT", "2030-07-01T04:00:00.000Z"],
    ["Asia/Calcutta", "2030-06-30T18:30:00.000Z"],
    ["+00:00", "2030-07-01T00:00:00.000Z"],
    ["Etc/GMT+2", "2030-07-01T02:00:00.000Z"],
  ])("a zone as a browser may call it is known, its summer too: %s", async (zone, begins) => {
    expect((await day(member, `date=2030-07-01&time_zone=${encodeURIComponent(zone)}`)).starts_at).toBe(begins);
  });

  test("what begins the day before and runs into it is shown", async () => {
    const midnight = Math.ceil(900 / 24) * 24;
    const json = { room_id: 3, title: "Late", starts_at: hoursAhead(midnight - 1), ends_at: hoursAhead(midnight + 1) };
    expect((await call("POST", `${system.bookings}/bookings`, { token: member, json })).status).toBe(201);
    for (const hours of [midnight - 1, midnight]) {
      const found = busyOf(await day(member, `date=${hoursAhead(hours).slice(0, 10)}`), "Board Room");
      expect(found).toEqual([expect.objectContaining({ title: "Late" })]);
    }
  });

  test.each(["", "date=tomorrow", "date=2030-02-30", `date=${date}&time_zone=Mars/Olympus`, `date=${date}&time_zone=UTC'`])(
    "malformed: %s",
    async (query) => {
      expectProblem(await call("GET", url(`/day?${query}`), { token: member }), 422, "input_invalid");
    },
  );
});

describe("changing rooms", () => {
  test("an administrator adds one, in one spelling; a name is taken once, whatever its case", async () => {
    const { status, headers, body } = await call("POST", url(), { token: admin, json: NEW });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: "Cellar", capacity: 6, location: "Below", equipment: ["screen", "whiteboard"], is_available: true });
    expect(headers.get("Location")).toBe(`/rooms/${body.id}`);
    expect((await call("GET", url(`/${body.id}`), { token: member })).body).toEqual(body);
    expectProblem(await call("POST", url(), { token: admin, json: { ...NEW, name: "CELLAR" } }), 409, "room_name_taken");
  });

  test.each([
    [{ name: undefined }, "name"],
    [{ name: "a\nb" }, "name"],
    [{ capacity: 0 }, "capacity"],
    [{ capacity: 2.5 }, "capacity"],
    [{ capacity: "6" }, "capacity"],
    [{ location: "" }, "location"],
    [{ equipment: "screen" }, "equipment"],
    [{ equipment: [7] }, "equipment.0"],
    [{ is_available: "yes" }, "is_available"],
  ])("malformed: %j", async (fault, path) => {
    const answer = await call("POST", url(), { token: admin, json: { ...NEW, name: "Malformed", ...fault } });
    expectProblem(answer, 422, "input_invalid");
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([path]);
  });

  test("a change leaves alone what it does not name, and bookings too", async () => {
    const id = await added("Attic");
    const bookingId = await booked(id, 10);
    const { body } = await call("PATCH", url(`/${id}`), { token: admin, json: { capacity: 9, is_available: false } });
    expect(body).toMatchObject({ id, name: "Attic", capacity: 9, is_available: false, equipment: ["screen", "whiteboard"] });
    const json = { room_id: id, title: "A talk", starts_at: hoursAhead(12), ends_at: hoursAhead(13) };
    expectProblem(await call("POST", `${system.bookings}/bookings`, { token: member, json }), 409, "room_unavailable");
    expect((await call("GET", `${system.bookings}/bookings/${bookingId}`, { token: member })).body.status).toBe("confirmed");
    expectProblem(await call("PATCH", url(`/${id}`), { token: admin, json: {} }), 422, "input_invalid");
    expectProblem(await call("PATCH", url(`/${id}`), { token: admin, json: { name: "board room" } }), 409, "room_name_taken");
    expectProblem(await call("PATCH", url("/9999"), { token: admin, json: { capacity: 9 } }), 404, "room_not_found");
  });

  test.each(["0", "9999", "x", "99999999999"])("there is none at /rooms/%s", async (id) => {
    expectProblem(await call("GET", url(`/${id}`), { token: member }), 404, "room_not_found");
    expectProblem(await call("DELETE", url(`/${id}`), { token: admin }), 404, "room_not_found");
  });

  test("deleting one cancels what is to come, keeps what has been, frees the name, and takes a fresh code", async () => {
    const id = await added("Bunker");
    const bookingId = await booked(id, 20);
    const { authenticator } = await enrol(system.users, admin);
    // Enrolling earned a grant, which was not sent along.
    expectProblem(await call("DELETE", url(`/${id}`), { token: admin }), 401, "step_up_required");
    const headers = { "X-MFA-Code": await authenticator.next() };
    expect((await call("DELETE", url(`/${id}`), { token: admin, headers })).status).toBe(204);
    expectProblem(await call("GET", url(`/${id}`), { token: member }), 404, "room_not_found");
    expect(names(await list())).not.toContain("Bunker");
    const { body } = await call("GET", `${system.bookings}/bookings/${bookingId}`, { token: member });
    expect(body).toMatchObject({ status: "cancelled", cancelled_by: "admin", room_name: "Bunker" });
    const json = { room_id: id, title: "A talk", starts_at: hoursAhead(22), ends_at: hoursAhead(23) };
    expectProblem(await call("POST", `${system.bookings}/bookings`, { token: member, json }), 404, "room_not_found");
    await added("Bunker");
  });
});
