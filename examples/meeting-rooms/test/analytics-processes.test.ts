import { ownRedisServer } from "@nightlatch/internal-services";
import { afterAll, expect, test } from "vitest";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, tokenOf } from "./support/http.ts";
import { freshServer } from "./support/server.ts";
import { readEvents } from "./support/stream.ts";
import { endAll, startSystem } from "./support/system.ts";

afterAll(endAll);

test("two processes of analytics hear of a booking made in a third, and their figures know of it", async ({ skip }) => {
  const redis = await ownRedisServer();
  if (!redis) return skip("There is no redis-server.");
  try {
    const shared = { ...(await freshServer()), REDIS_URL: redis.url };
    const main = await startSystem({ env: shared });
    const alone = () => startSystem({ env: { ...shared, USERS_URL: main.users }, args: ["--service", "analytics"] });
    const others = await Promise.all([alone(), alone()]);
    const token = await tokenOf(main.users, "admin", DEMO_PASSWORD);
    const confirmed = async (at: string): Promise<number> =>
      (await call("GET", `${at}/analytics/dashboard/overview`, { token })).body.bookings.confirmed;
    const readers = await Promise.all(others.map(({ analytics }) => readEvents(analytics, token, "/analytics/live")));
    for (const reader of readers) await reader.next(({ type }) => type === "resync");
    for (const hour of [1, 3]) {
      const before = await Promise.all(others.map(({ analytics }) => confirmed(analytics)));
      const json = { room_id: 1, title: "Far away", starts_at: hoursAhead(hour), ends_at: hoursAhead(hour + 1) };
      const { id } = (await call("POST", `${main.bookings}/bookings`, { token, json })).body;
      for (const reader of readers) await reader.next((event) => event.type === "booking" && event.id === id);
      expect(await Promise.all(others.map(({ analytics }) => confirmed(analytics)))).toEqual(before.map((count) => count + 1));
    }
    for (const reader of readers) reader.close();
  } finally {
    await endAll();
    await redis.stop();
  }
});

test("the system page watches every process of a service that it is told of", async () => {
  const shared = await freshServer();
  const main = await startSystem({ env: shared });
  const second = await startSystem({ env: { ...shared, USERS_URL: main.users }, args: ["--service", "rooms"] });
  const env = { ...shared, USERS_URL: main.users, ROOMS_URL: main.rooms, ROOMS_PROCESSES: `${main.rooms}, ${second.rooms}/` };
  const { analytics } = await startSystem({ env, args: ["--service", "analytics"] });
  const token = await tokenOf(main.users, "admin", DEMO_PASSWORD);
  const rooms = async () => {
    const { services } = (await call("GET", `${analytics}/analytics/system`, { token })).body;
    return services.find(({ name }: { name: string }) => name === "rooms");
  };
  const states = async () => (await rooms()).processes.map(({ state }: { state: string }) => state);
  await expect.poll(states, { timeout: 60_000 }).toEqual(["up", "up"]);
  expect((await rooms()).processes.map(({ address }: { address: string }) => `http://${address}`)).toEqual([main.rooms, second.rooms]);
  await expect
    .poll(
      async () => {
        await Promise.all([main.rooms, second.rooms].map((at) => call("GET", `${at}/rooms`, { token })));
        return (await rooms()).requests_per_second;
      },
      { timeout: 60_000 },
    )
    .toBeGreaterThan(0);
  await second.stop();
  await expect.poll(states, { timeout: 60_000 }).toEqual(["up", "down"]);
  expect((await rooms()).state).toBe("up");
});
