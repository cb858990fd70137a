import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { freePort, newDatabase, postgresServer } from "@nightlatch/internal-services";
import { type Figure, quantile, type Report } from "../../../packages/core/bench/runner.ts";
import { loadConfig } from "../src/config.ts";
import { connectToServer } from "../src/database/server.ts";
import { createLog } from "../src/log.ts";
import { services } from "../src/services.ts";
import { start } from "../src/start.ts";
import { progressBar } from "../src/volume/progress-bar.ts";
import { seedVolume } from "../src/volume/seed-volume.ts";

const VOLUME = { bookings: 1_000_000, rooms: 400, users: 10_000 };

/** Milliseconds that the first two may take at the median. */
const TARGET = 300;

const PATHS = [
  "dashboard/overview",
  "rooms/utilization",
  "bookings/frequency",
  "bookings/today",
  "bookings/by-room",
  "bookings/by-user",
  "users/activity",
  "trends/monthly",
  "peak-hours",
] as const;

/** What each request asks for, so that none is answered from what was worked out for another. */
const ZONES = Intl.supportedValuesOf("timeZone");

const account = { name: "Bench", username: "bench", email: "bench@example.com", password: randomBytes(16).toString("hex"), role: "admin" };

async function post(url: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

/** Milliseconds of a request, its body read. */
async function timed(url: string, token: string): Promise<number> {
  const began = performance.now();
  const answer = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
  await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return performance.now() - began;
}

const figure = (name: string, samples: readonly number[]): Figure => {
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    name,
    value: quantile(sorted, 0.5),
    unit: "ms",
    quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.75)],
    p95: quantile(sorted, 0.95),
  };
};

const rowsAsked = (): number => {
  const at = process.argv.indexOf("--rows");
  const rows = at < 0 ? VOLUME.bookings : Number(process.argv[at + 1]);
  if (!Number.isInteger(rows) || rows < 1000) throw new TypeError("--rows is a whole number of 1000 or more.");
  return rows;
};

async function environment(databaseUrl: string): Promise<Record<string, string>> {
  const ports: Record<string, string> = {};
  for (const { name } of services) ports[`${name.toUpperCase()}_PORT`] = String(await freePort());
  const keys = `k1:${randomBytes(32).toString("base64")}`;
  return { ...ports, DATABASE_URL: databaseUrl, NIGHTLATCH_KEYS: keys, NIGHTLATCH_DATA: tmpdir(), DEMO_DATA: "off", LOG_LEVEL: "error" };
}

/** The figures of the analytics service on many bookings, over HTTP, each worked out for its request. */
export async function bench(): Promise<Report> {
  const rows = rowsAsked();
  const rounds = process.argv.includes("--quick") ? 9 : 41;
  const server = await postgresServer();
  const url = await newDatabase(server.url);
  const log = createLog("error");
  const database = await connectToServer(url, log, { statementTimeout: 0 });
  try {
    const config = loadConfig([], await environment(url));
    // The first account may make itself an administrator: before there are others.
    const before = await start(config, log);
    await post(`${config.urls.users}/auth/register`, account).finally(() => before.close());
    const bar = progressBar();
    const began = performance.now();
    await seedVolume(database, { ...VOLUME, bookings: rows }, { progress: bar.at });
    bar.done();
    const seeding = (performance.now() - began) / 1000;
    const running = await start(config, log);
    try {
      const { access_token: token } = await post(`${config.urls.users}/auth/login`, account);
      const lanes = PATHS.map((path) => ({ path, samples: [] as number[] }));
      for (let round = -1; round < rounds; round += 1) {
        for (const { path, samples } of lanes) {
          const took = await timed(`${config.urls.analytics}/analytics/${path}?timezone=${ZONES[round + 1]}`, String(token));
          if (round >= 0) samples.push(took);
        }
      }
      const again: number[] = [];
      for (let round = 0; round < rounds; round += 1)
        again.push(await timed(`${config.urls.analytics}/analytics/dashboard/overview`, String(token)));
      const figures = lanes.map(({ path, samples }) => figure(path, samples));
      return {
        title: `Meeting rooms: analytics on ${rows} bookings`,
        method: [
          `${VOLUME.rooms} rooms, ${VOLUME.users} users, PostgreSQL; seeded, indexed and vacuumed in ${seeding.toFixed(0)} s.`,
          `${rounds} requests of each over HTTP in turn, 30 days or 6 months, each in another time zone, so that none is answered from memory.`,
          "The last is one that has been asked for before.",
        ],
        figures: [...figures, figure("overview, asked again", again)],
        ratios: figures.slice(0, 2).map(({ name, value }) => ({ name: `rooms-${name.replace(/.*\//, "")}-ms`, value, atMost: TARGET })),
      };
    } finally {
      await running.close();
    }
  } finally {
    await database.close();
    await server.stop();
  }
}
