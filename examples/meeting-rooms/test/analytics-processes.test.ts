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
