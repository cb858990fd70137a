import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { startOnServer } from "./support/server.ts";
import { endAll, type Started } from "./support/system.ts";

let system: Started;
let admin: string;
let reader: string;
let writer: string;

const PASSWORD = "a long enough one";
const url = (path = "") => `${system.reviews}/reviews${path}`;
const post = (json: unknown, token = writer) => call("POST", url(), { token, json });

async function newUser(username: string): Promise<string> {
  const json = { name: "A Person", username, email: `${username}@example.com`, password: PASSWORD };
  expect((await call("POST", `${system.users}/auth/register`, { json })).status).toBe(201);
  return await tokenOf(system.users, username, PASSWORD);
}

let hour = 0;
async function booked(room_id: number, token = writer): Promise<number> {
  hour += 1;
  const json = { room_id, title: "A talk", starts_at: hoursAhead(hour), ends_at: hoursAhead(hour + 1) };
  const { status, body } = await call("POST", `${system.bookings}/bookings`, { token, json });
  expect(status).toBe(201);
  return body.id;
}

beforeAll(async () => {
  system = await startOnServer();
  admin = await tokenOf(system.users, "admin", DEMO_PASSWORD);
  reader = await newUser("reader");
  writer = await newUser("writer");
});
afterAll(endAll);

describe("writing", () => {
  test("is for who has booked the room, once", async () => {
    expectProblem(await post({ room_id: 1, rating: 4 }), 403, "not_booked");
    const cancelled = await booked(1);
    await call("DELETE", `${system.bookings}/bookings/${cancelled}`, { token: writer });
    expectProblem(await post({ room_id: 1, rating: 4 }), 403, "not_booked");
    await booked(1);
    const { status, headers, body } = await post({ room_id: 1, rating: 4, comment: " Bright.\nQuiet. " });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      room_id: 1,
      room_name: "Conference Room A",
      username: "writer",
      own: true,
      rating: 4,
      comment: "Bright.\nQuiet.",
    });
    expect(headers.get("Location")).toBe(`/reviews/${body.id}`);
    expectProblem(await post({ room_id: 1, rating: 5 }), 409, "already_reviewed");
    expectProblem(await post({ room_id: 9_999, rating: 5 }), 404, "room_not_found");
  });

  test("20 at once: one", async () => {
    await booked(2);
    const answers = await Promise.all(Array.from({ length: 20 }, () => post({ room_id: 2, rating: 3 })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
  });

  test.each([
    [{ rating: 0 }, "rating"],
    [{ rating: 6 }, "rating"],
    [{ rating: 4.5 }, "rating"],
    [{ rating: "5" }, "rating"],
    [{ rating: undefined }, "rating"],
    [{ room_id: undefined }, "room_id"],
    [{ room_id: "1" }, "room_id"],
    [{ comment: 7 }, "comment"],
    [{ comment: "a\0b" }, "comment"],
    [{ comment: "x".repeat(2_001) }, "comment"],
  ])("malformed: %j", async (fault, path) => {
    const answer = await post({ room_id: 1, rating: 4, ...fault });
    expectProblem(answer, 422, "input_invalid");
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([path]);
  });
});

describe("reading", () => {
  test("the newest first, of one room or all, in pages, each once", async () => {
    const ids: number[] = [];
    for (let cursor = ""; ; ) {
      const { body } = await call("GET", url(`?room_id=9&limit=20${cursor && `&cursor=${cursor}`}`), { token: reader });
      for (const { id, room_id, own, created_at } of body.items) {
        expect({ room_id, own }).toEqual({ room_id: 9, own: false });
        expect(Date.parse(created_at)).toBeLessThanOrEqual(Date.now());
        ids.push(id);
      }
      if (body.next_cursor === null) break;
      cursor = body.next_cursor;
    }
    expect(ids.length).toBeGreaterThan(20);
    expect(new Set(ids).size).toBe(ids.length);
    const own = await call("GET", url("?mine=true"), { token: writer });
    expect(own.body.items.every((review: { own: boolean }) => review.own)).toBe(true);
    const newest = await call("GET", url("?limit=100"), { token: reader });
    const times = newest.body.items.map(({ created_at }: { created_at: string }) => created_at);
    expect(times).toEqual([...times].sort().reverse());
  });

  test.each(["room_id=x", "mine=1", "cursor=x", "limit=0"])("malformed: %s", async (query) => {
    expectProblem(await call("GET", url(`?${query}`), { token: reader }), 422, "input_invalid");
  });
});

describe("changing and removing", () => {
  test("one changes one's own; administrators remove any, and change none", async () => {
    await booked(3);
    const { id } = (await post({ room_id: 3, rating: 2, comment: "Cold" })).body;
    for (const token of [reader, admin]) {
      expectProblem(await call("PATCH", url(`/${id}`), { token, json: { rating: 5 } }), 403, "not_yours");
    }
    const { body } = await call("PATCH", url(`/${id}`), { token: writer, json: { rating: 3 } });
    expect(body).toMatchObject({ id, rating: 3, comment: "Cold" });
    expect(Date.parse(body.updated_at)).toBeGreaterThan(Date.parse(body.created_at));
    expect((await call("PATCH", url(`/${id}`), { token: writer, json: { comment: null } })).body).toMatchObject({
      rating: 3,
      comment: null,
    });
    expectProblem(await call("PATCH", url(`/${id}`), { token: writer, json: {} }), 422, "input_invalid");
    expectProblem(await call("DELETE", url(`/${id}`), { token: reader }), 403, "not_yours");
    expect((await call("DELETE", url(`/${id}`), { token: admin })).status).toBe(204);
    expectProblem(await call("DELETE", url(`/${id}`), { token: writer }), 404, "review_not_found");
    expect((await post({ room_id: 3, rating: 5 })).status).toBe(201);
    const mine = (await call("GET", url("?mine=true&room_id=3"), { token: writer })).body.items[0];
    expect((await call("DELETE", url(`/${mine.id}`), { token: writer })).status).toBe(204);
  });

  test.each(["0", "x", "999999", "99999999999"])("there is none at /reviews/%s", async (id) => {
    for (const method of ["PATCH", "DELETE"]) {
      expectProblem(await call(method, url(`/${id}`), { token: writer, json: { rating: 1 } }), 404, "review_not_found");
    }
  });

  test("the review of a deleted user stays, as nobody's", async () => {
    const leaver = await newUser("leaver");
    await booked(4, leaver);
    const { id } = (await post({ room_id: 4, rating: 1 }, leaver)).body;
    expect((await call("DELETE", `${system.users}/users/leaver`, { token: admin })).status).toBe(204);
    const { items } = (await call("GET", url("?room_id=4&limit=1"), { token: reader })).body;
    expect(items).toEqual([expect.objectContaining({ id, username: null, rating: 1 })]);
  });
});
