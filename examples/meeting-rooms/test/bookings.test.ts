import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { enrol } from "./support/authenticator.ts";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { freshServer, startOnServer } from "./support/server.ts";
import { endAll, type Started, startSystem } from "./support/system.ts";

let system: Started;
let member: string;
let guest: string;
let admin: string;

const url = (path = "") => `${system.bookings}/bookings${path}`;
const request = (from: number, to: number, more: object = {}) => ({
  room_id: 4,
  title: "A talk",
  starts_at: hoursAhead(from),
  ends_at: hoursAhead(to),
  ...more,
});
const book = (json: unknown, token = member) => call("POST", url(), { json, token });

async function booked(from: number, more: object = {}, token = member): Promise<number> {
  const { status, body } = await book(request(from, from + 1, more), token);
  expect(status).toBe(201);
  return body.id;
}

beforeAll(async () => {
  system = await startOnServer();
  [member = "", guest = "", admin = ""] = await Promise.all(
    ["member", "guest", "admin"].map((username) => tokenOf(system.users, username, DEMO_PASSWORD)),
  );
});
afterAll(endAll);

describe("booking", () => {
  test("201, with the booking in UTC, whatever offset it was given in", async () => {
    const starts = new Date(hoursAhead(1000));
    const local = `${new Date(starts.getTime() + 2 * 3_600_000).toISOString().slice(0, 16)}+02:00`;
    const { status, headers, body } = await book(request(1000, 1001, { starts_at: local }));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.any(Number),
      room_id: 4,
      room_name: "Focus Room",
      username: "member",
      title: "A talk",
      starts_at: starts.toISOString(),
      status: "confirmed",
      cancelled_at: null,
    });
    expect(headers.get("Location")).toBe(`/bookings/${body.id}`);
    expect((await call("GET", url(`/${body.id}`), { token: member })).body).toEqual(body);
  });

  test.each([
    ["past", { starts_at: "2020-01-01T10:00:00Z", ends_at: "2020-01-01T11:00:00Z" }, ["starts_at"]],
    ["inverted", { starts_at: hoursAhead(11), ends_at: hoursAhead(10) }, ["ends_at"]],
    ["of no length", { starts_at: hoursAhead(10), ends_at: hoursAhead(10) }, ["ends_at"]],
    ["over 12 hours", { starts_at: hoursAhead(10), ends_at: hoursAhead(22.5) }, ["ends_at"]],
    ["past and inverted", { starts_at: "2020-01-01T10:00:00Z", ends_at: "2019-01-01T10:00:00Z" }, ["starts_at", "ends_at"]],
    ["without offset", { starts_at: "2030-01-01T10:00:00", ends_at: "2030-01-01T11:00:00" }, ["starts_at", "ends_at"]],
    ["on a day that does not exist", { starts_at: "2030-02-30T10:00:00Z", ends_at: "2030-02-30T11:00:00Z" }, ["starts_at", "ends_at"]],
    ["in words", { starts_at: "tomorrow", ends_at: 7 }, ["starts_at", "ends_at"]],
    ["without a room", { room_id: undefined }, ["room_id"]],
    ["of a room by name", { room_id: "4" }, ["room_id"]],
    ["of a room beyond numbers", { room_id: 2 ** 31 }, ["room_id"]],
    ["without a title", { title: " " }, ["title"]],
    ["with a NUL in the title", { title: "a\0b" }, ["title"]],
    ["with a title of 201 characters", { title: "x".repeat(201) }, ["title"]],
  ])("%s: 422", async (_, more, paths) => {
    const answer = await book(request(10, 11, more));
    expectProblem(answer, 422, "input_invalid");
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual(paths);
  });

  test("a year ahead, and no further", async () => {
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
    const from = (at: Date) => ({ starts_at: at.toISOString(), ends_at: new Date(at.getTime() + 3_600_000).toISOString() });
    const answer = await book(request(10, 11, from(inDays(366.1))));
    expectProblem(answer, 422, "input_invalid");
    expect(answer.body.errors).toEqual([{ path: "starts_at", message: "must be within 366 days from now" }]);
    expect((await book(request(10, 11, from(inDays(365.9))))).status).toBe(201);
  });

  test("12 hours exactly will do", async () => {
    expect((await book(request(1100, 1112))).status).toBe(201);
  });

  test("an unknown room, and one that is not available", async () => {
    expectProblem(await book(request(10, 11, { room_id: 999 })), 404, "room_not_found");
    expectProblem(await book(request(10, 11, { room_id: 5 })), 409, "room_unavailable");
  });

  test("overlaps are refused on every side; one may begin as another ends", async () => {
    await booked(100, { ends_at: hoursAhead(103) });
    for (const [from, to] of [
      [99, 101],
      [101, 102],
      [102, 104],
      [99, 104],
      [100, 103],
    ] as const) {
      expectProblem(await book(request(from, to), guest), 409, "slot_taken");
    }
    await booked(99, {}, guest);
    await booked(103, {}, guest);
    await booked(101, { room_id: 1 }, guest);
  });

  test("a member has so many bookings to come and no more, however many are asked for at once; administrators have no bound", async () => {
    const bounded = await startSystem({ env: { ...(await freshServer()), BOOKINGS_TO_COME: "8" } });
    const [own = "", admins = ""] = await Promise.all(["guest", "admin"].map((name) => tokenOf(bounded.users, name, DEMO_PASSWORD)));
    const at = `${bounded.bookings}/bookings`;
    const { items } = (await call("GET", `${at}?status=confirmed&from=${new Date().toISOString()}&limit=100`, { token: own })).body;
    const left = 8 - items.length;
    expect(left).toBeGreaterThan(0);
    const send = (n: number, token: string) => call("POST", at, { json: request(700 + n, 701 + n), token });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => send(n, own)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(left);
    for (const answer of answers.filter(({ status }) => status !== 201)) expectProblem(answer, 409, "too_many_bookings");
    const made = answers.find(({ status }) => status === 201)?.body.id;
    expect((await call("DELETE", `${at}/${made}`, { token: own })).status).toBe(200);
    expect((await send(30, own)).status).toBe(201);
    expectProblem(await send(31, own), 409, "too_many_bookings");
    for (let n = 40; n < 50; n += 1) expect((await send(n, admins)).status).toBe(201);
    expect(await bounded.stop()).toBe(0);
  });

  test("a cancelled booking frees its time", async () => {
    const id = await booked(120);
    expect((await call("DELETE", url(`/${id}`), { token: member })).status).toBe(200);
    await booked(120, {}, guest);
  });

  const race = async ({ bookings }: Started, token: string) => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => call("POST", `${bookings}/bookings`, { json: request(200 + (n % 2) / 2, 201), token })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(49).fill(409)]);
  };

  test("50 at once for one slot: one gets it, on a server", async () => {
    await race(system, member);
  });

  test("50 at once for one slot: one gets it, on the embedded database", async () => {
    const embedded = await startSystem();
    await race(embedded, await tokenOf(embedded.users, "member", DEMO_PASSWORD));
    expect(await embedded.stop()).toBe(0);
  });
});

describe("listing", () => {
  const list = async (query: string, token = member) => {
    const { status, body } = await call("GET", url(query), { token });
    expect(status).toBe(200);
    return body;
  };

  test("users see their own, admins see all", async () => {
    const own = (await list("?limit=100")).items;
    expect(new Set(own.map(({ username }: { username: string }) => username))).toEqual(new Set(["member"]));
    const all = (await list("?limit=100", admin)).items;
    expect(new Set(all.map(({ username }: { username: string }) => username))).toContain("guest");
    expect(new Set(all.map(({ username }: { username: string }) => username)).size).toBeGreaterThan(20);
  });

  test("by room, status and time", async () => {
    await booked(300, { room_id: 2, title: "in the middle" });
    await booked(290, { room_id: 2, ends_at: hoursAhead(299), title: "before" });
    await booked(310, { room_id: 2, title: "after" });
    const titles = async (query: string) => (await list(query)).items.map(({ title }: { title: string }) => title);
    const late = `room_id=2&from=${hoursAhead(280)}`;
    expect(await titles(`?${late}`)).toEqual(["before", "in the middle", "after"]);
    const from = encodeURIComponent(hoursAhead(299));
    const to = encodeURIComponent(hoursAhead(310));
    expect(await titles(`?room_id=2&from=${from}&to=${to}`)).toEqual(["in the middle"]);
    // What runs into the time counts, and so does an offset whose plus nobody escaped.
    expect(await titles(`?room_id=2&from=${hoursAhead(298).replace("Z", "+00:00")}`)).toEqual(["before", "in the middle", "after"]);
    expect((await list("?status=cancelled")).items).not.toHaveLength(0);
    expect(await titles(`?${late}&status=cancelled`)).toEqual([]);
    expect(new Set((await list("?username=GUEST", admin)).items.map(({ username }: { username: string }) => username))).toEqual(
      new Set(["guest"]),
    );
    expect((await list("?username=guest")).items).toEqual([]);
  });

  test("pages: each booking once, in order, also when one is added between", async () => {
    for (let n = 0; n < 7; n += 1) await booked(400 + n, { room_id: 3, title: `page ${n}` });
    const seen: string[] = [];
    const late = `?room_id=3&from=${hoursAhead(390)}&limit=2`;
    let next = late;
    for (let turn = 0; ; turn += 1) {
      const { items, next_cursor } = await list(next);
      seen.push(...items.map(({ title }: { title: string }) => title));
      if (turn === 1) await booked(399, { room_id: 3, title: "earlier" });
      if (next_cursor === null) break;
      next = `${late}&cursor=${next_cursor}`;
    }
    expect(seen).toEqual(["page 0", "page 1", "page 2", "page 3", "page 4", "page 5", "page 6"]);
  });

  test("a cursor shows nobody what is not theirs", async () => {
    const { next_cursor } = await list("?limit=1", admin);
    const { items } = await list(`?limit=100&cursor=${next_cursor}`);
    expect(items.every(({ username }: { username: string }) => username === "member")).toBe(true);
  });

  test.each([
    "room_id=x",
    "room_id=0",
    "room_id=99999999999",
    "status=lost",
    "from=yesterday",
    "to=2030-01-01",
    "limit=0",
    "limit=101",
    "limit=1e2",
    "cursor=x",
    `cursor=${Buffer.from('["2030-01-01T00:00:00Z","1"]').toString("base64url")}`,
    "status=confirmed&status=cancelled",
  ])("malformed: %s", async (query) => {
    expectProblem(await call("GET", url(`?${query}`), { token: member }), 422, "input_invalid");
  });
});

describe("one booking", () => {
  test("is for its owner and for admins", async () => {
    const id = await booked(500);
    for (const token of [member, admin]) expect((await call("GET", url(`/${id}`), { token })).status).toBe(200);
    expectProblem(await call("GET", url(`/${id}`), { token: guest }), 403, "not_yours");
    expectProblem(await call("GET", url(`/${id}`)), 401, "unauthenticated");
  });

  test.each(["0", "-1", "999999", "99999999999", "1e3", "x", "1%00", "%E0%A4"])("there is none at /bookings/%s", async (id) => {
    for (const method of ["GET", "DELETE"]) {
      const { status } = await call(method, url(`/${id}`), { token: member });
      expect(status).toBe(id === "%E0%A4" ? 400 : 404);
    }
  });
});

describe("cancelling", () => {
  test("is for the owner and for admins, once; the row stays", async () => {
    const id = await booked(510);
    expectProblem(await call("DELETE", url(`/${id}`), { token: guest }), 403, "not_yours");
    const { status, body } = await call("DELETE", url(`/${id}`), { token: admin });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, username: "member", status: "cancelled", cancelled_by: "admin", cancelled_at: expect.any(String) });
    expectProblem(await call("DELETE", url(`/${id}`), { token: member }), 409, "already_cancelled");
    expect((await call("GET", url(`/${id}`), { token: member })).body).toEqual(body);
  });

  test("a booking that is over can't be cancelled", async () => {
    const past = (await call("GET", url(`?to=${new Date().toISOString()}`), { token: member })).body.items[0];
    expectProblem(await call("DELETE", url(`/${past.id}`), { token: member }), 409, "booking_over");
  });

  test("20 at once cancel it once", async () => {
    const id = await booked(520);
    const answers = await Promise.all(Array.from({ length: 20 }, () => call("DELETE", url(`/${id}`), { token: member })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
  });

  test("a request that would fail anyway costs no code", async () => {
    const { authenticator, recoveryCodes } = await enrol(system.users, guest);
    const foreign = await booked(530);
    const own = await booked(531, {}, guest);
    const code = { "X-MFA-Code": await authenticator.next() };
    expectProblem(await call("DELETE", url("/999999"), { token: guest, headers: code }), 404, "booking_not_found");
    expectProblem(await call("DELETE", url(`/${foreign}`), { token: guest, headers: code }), 403, "not_yours");
    const { status, headers } = await call("DELETE", url(`/${own}`), { token: guest, headers: code });
    expect(status).toBe(200);
    expect(headers.get("MFA-Grant")).toBeTruthy();
    const again = { "X-MFA-Code": recoveryCodes[0] ?? "" };
    expectProblem(await call("DELETE", url(`/${own}`), { token: guest, headers: again }), 409, "already_cancelled");
    expect((await call("GET", `${system.users}/auth/mfa/status`, { token: guest })).body.recovery_codes_left).toBe(10);
  });

  test("the same code cancels nothing more, and a wrong one nothing at all", async () => {
    const other = await tokenOf(system.users, "admin", DEMO_PASSWORD);
    const { authenticator } = await enrol(system.users, other);
    const [first, second] = [await booked(540), await booked(541)];
    const code = await authenticator.next();
    expect((await call("DELETE", url(`/${first}`), { token: other, headers: { "X-MFA-Code": code } })).status).toBe(200);
    expectProblem(await call("DELETE", url(`/${second}`), { token: other, headers: { "X-MFA-Code": code } }), 401, "code_used");
    expectProblem(
      await call("DELETE", url(`/${second}`), { token: other, headers: { "X-MFA-Code": await authenticator.wrong() } }),
      401,
      "code_invalid",
    );
    expect((await call("GET", url(`/${second}`), { token: member })).body.status).toBe("confirmed");
  });
});
