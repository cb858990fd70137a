import { Client } from "pg";
import { afterAll, expect, test } from "vitest";
import type { ServiceName } from "../src/services.ts";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, tokenOf } from "./support/http.ts";
import { freshServer } from "./support/server.ts";
import { endAll, newFolder, newKeys, type Started, startSystem } from "./support/system.ts";

afterAll(endAll);

const PASSWORD = "a long enough one";

/** What was answered with success, and has to be there whatever happens afterwards. */
interface Acknowledged {
  /** Ids of users made; names of users deleted. */
  users: string[];
  deleted: string[];
  rooms: number[];
  booked: number[];
  cancelled: number[];
  reviews: number[];
}

/** Sends; `undefined` where no answer came, since the other side is gone. */
const tried = (...args: Parameters<typeof call>) => call(...args).catch(() => undefined);

/** Writes to all services from several clients at once, until nobody answers any more. */
async function writeUntilItEnds(system: Started, token: string, admin: string, seen: Acknowledged): Promise<void> {
  const round = async (n: number, turn: number): Promise<boolean> => {
    const name = `writer-${n}-${turn}`;
    let silent = false;
    const write = async (kind: keyof Acknowledged, method: string, url: string, options: Parameters<typeof call>[2]): Promise<number> => {
      const answer = await tried(method, url, options);
      silent ||= answer === undefined;
      const acknowledged = answer !== undefined && answer.status < 300;
      if (acknowledged) (seen[kind] as unknown[]).push(answer.body?.id ?? name);
      return acknowledged ? answer.body?.id : 0;
    };
    const person = { name: "A Person", username: name, email: `${name}@example.com`, password: PASSWORD };
    // Each has an address of its own, so that no limit by address is in the way.
    await write("users", "POST", `${system.users}/auth/register`, { json: person, headers: { "X-Forwarded-For": `192.0.2.${n + 1}` } });
    const room_id = await write("rooms", "POST", `${system.rooms}/rooms`, {
      token: admin,
      json: { name, capacity: 4, location: "Anywhere" },
    });
    const booking = { room_id, title: name, starts_at: hoursAhead(turn), ends_at: hoursAhead(turn + 1) };
    const id = await write("booked", "POST", `${system.bookings}/bookings`, { token, json: booking });
    await write("reviews", "POST", `${system.reviews}/reviews`, { token, json: { room_id, rating: 5 } });
    if (turn % 2) {
      await write("cancelled", "DELETE", `${system.bookings}/bookings/${id}`, { token });
      await write("deleted", "DELETE", `${system.users}/users/${name}`, { token: admin });
    }
    return !silent;
  };
  const client = async (n: number): Promise<void> => {
    for (let turn = 0; await round(n, turn); turn += 1);
  };
  await Promise.all([0, 1, 2, 3].map(client));
}

/** A list to its end, page by page. */
async function allOf(url: string, token: string): Promise<Record<string, string>[]> {
  const items: Record<string, string>[] = [];
  for (let cursor = ""; ; ) {
    const { body } = await call("GET", `${url}${cursor && `&cursor=${cursor}`}`, { token });
    items.push(...body.items);
    if (body.next_cursor === null) return items;
    cursor = body.next_cursor;
  }
}

/** Holds a system against what it, or one before it, had acknowledged. */
async function compare(system: Started, seen: Acknowledged, { token, admin }: { token: string; admin: string }): Promise<void> {
  const get = async (url: string) => await call("GET", url, { token: admin });
  const users = new Map((await allOf(`${system.users}/users?limit=100&search=writer-`, admin)).map(({ id, username }) => [id, username]));
  const names = new Set(users.values());
  for (const name of seen.deleted) expect({ name, there: names.has(name) }).toEqual({ name, there: false });
  // Whose deletion was under way may be gone without anybody having been told.
  const lost = seen.users.filter((id) => !users.has(id)).length;
  expect(lost).toBeGreaterThanOrEqual(seen.deleted.length);
  expect(lost).toBeLessThanOrEqual(seen.deleted.length + 4);
  for (const id of seen.rooms) expect((await get(`${system.rooms}/rooms/${id}`)).status).toBe(200);
  for (const id of seen.booked) expect((await get(`${system.bookings}/bookings/${id}`)).status).toBe(200);
  for (const id of seen.cancelled) expect((await get(`${system.bookings}/bookings/${id}`)).body.status).toBe("cancelled");
  const written = new Set((await allOf(`${system.reviews}/reviews?mine=true&limit=100`, token)).map(({ id }) => Number(id)));
  for (const id of seen.reviews) expect({ id, there: written.has(id) }).toEqual({ id, there: true });
}

/** Kills the system, or that service of it alone, in the middle of writes, starts it again, and compares. */
async function killAndCompare(env: Record<string, string>, service?: ServiceName): Promise<() => Promise<(number | null)[]>> {
  const system = await startSystem({ env });
  const alone = () => startSystem({ env: { ...env, USERS_URL: system.users }, args: ["--service", service ?? ""] });
  const killed = service ? await alone() : system;
  const together = service ? { ...system, [service]: killed[service] } : system;
  const [token = "", admin = ""] = await Promise.all(["member", "admin"].map((name) => tokenOf(system.users, name, DEMO_PASSWORD)));
  const seen: Acknowledged = { users: [], deleted: [], rooms: [], booked: [], cancelled: [], reviews: [] };
  const writing = writeUntilItEnds(together, token, admin, seen);
  await expect.poll(() => Math.min(seen.deleted.length, seen.cancelled.length), { timeout: 120_000, interval: 5 }).toBeGreaterThan(5);
  await killed.kill();
  await writing;

  const again = service ? await alone() : await startSystem({ env });
  // Tokens of before are good: the key that signed them was not lost either.
  await compare(service ? { ...system, [service]: again[service] } : again, seen, { token, admin });
  return () => Promise.all((service ? [again, system] : [again]).map((one) => one.stop()));
}

/** What no write, and no end in the middle of one, may leave behind on a server. */
async function expectNothingHalfDone({ DATABASE_URL }: { DATABASE_URL: string }): Promise<void> {
  const client = new Client({ connectionString: DATABASE_URL });
  await client.connect();
  const { rows } = await client.query(
    `SELECT (SELECT count(*)::integer FROM erasures) AS erasures,
      (SELECT count(*)::integer FROM bookings WHERE status = 'cancelled' AND cancelled_at IS NULL) AS halves,
      (SELECT count(*)::integer FROM bookings WHERE user_id IS NULL AND status = 'confirmed' AND ends_at > now()) AS orphans`,
  );
  await client.end();
  expect(rows).toEqual([{ erasures: 0, halves: 0, orphans: 0 }]);
}

test("killed in the middle of writes on PostgreSQL: nothing acknowledged is lost, nothing half-done remains", async () => {
  const env = await freshServer();
  const stop = await killAndCompare(env);
  await expectNothingHalfDone(env);
  expect(await stop()).toEqual([0]);
});

// Of the others none writes.
test.each(["users", "rooms", "bookings", "reviews"] as const)(
  "the service %s killed alone, while the others go on: the same",
  async (service) => {
    const env = await freshServer();
    const stop = await killAndCompare(env, service);
    await expectNothingHalfDone(env);
    expect(await stop()).toEqual([0, 0]);
  },
);

test("killed in the middle of writes on the embedded database: the same", async () => {
  const stop = await killAndCompare({ NIGHTLATCH_DATA: newFolder(), NIGHTLATCH_KEYS: newKeys() });
  expect(await stop()).toEqual([0]);
});
