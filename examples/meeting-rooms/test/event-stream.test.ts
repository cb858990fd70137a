import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { keyring } from "@nightlatch/core";
import { freePort, newDatabase } from "@nightlatch/internal-services";
import express from "express";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Database } from "../src/database/database.ts";
import { migrate } from "../src/database/migrate.ts";
import { connectToServer } from "../src/database/server.ts";
import { answerProblems } from "../src/http/answer-problems.ts";
import { createEventStreams, type EventStreams } from "../src/live/event-stream.ts";
import { createLiveEvents, type LiveEvents } from "../src/live/live-events.ts";
import { createLog } from "../src/log.ts";
import { issueToken, TOKEN_LIFETIME } from "../src/tokens/access-token.ts";
import { createAuthentication } from "../src/tokens/authenticate.ts";
import { beginSession } from "../src/tokens/sessions.ts";
import { loadSigningKeys, type SigningKeys } from "../src/tokens/signing-keys.ts";
import { insertUser } from "../src/users/sql.ts";
import { readEvents } from "./support/stream.ts";
import { newKeys } from "./support/system.ts";

const log = createLog("silent");

let database: Database;
let signingKeys: SigningKeys;
let live: LiveEvents;
let streams: EventStreams;
let at: string;
/** What the service takes for the present, in milliseconds. */
let now = Date.now();

const server = createServer(
  express()
    .get("/events", async (req, res, next) => {
      await streams.stream(req, res, next);
    })
    .use(answerProblems(log)),
);

/** A user who is signed in: the id, and an access token as the users service makes it. */
async function newUser(username: string): Promise<{ id: string; token: string }> {
  const person = { name: "A Person", username, email: `${username}@example.com`, role: "user" as const, passwordHash: "none" };
  const { id = "" } = (await insertUser(database, person, false)) ?? {};
  const session = { userId: id, session: crypto.randomUUID(), amr: ["pwd"] };
  expect(await beginSession(database, session, false)).toBe(true);
  return { id, token: await issueToken(await signingKeys.current(), session) };
}

beforeAll(async () => {
  database = await connectToServer(await newDatabase(inject("postgresUrl")), log);
  await migrate(database);
  signingKeys = await loadSigningKeys(database, keyring(newKeys()));
  live = await createLiveEvents(undefined, log);
  const auth = createAuthentication(database, signingKeys.find, { clock: () => now });
  streams = createEventStreams(live, auth, { every: 10 });
  const port = await freePort();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  at = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  streams.close();
  server.closeAllConnections();
  server.close();
  await database.close();
});

test("a stream beats for as long as the token it was opened with is good, and ends when that expires", async () => {
  const { token } = await newUser("expiring");
  const opened = now;
  const reader = await readEvents(at, token);
  now = opened + (TOKEN_LIFETIME - 10) * 1000;
  for (let beats = 0; beats < 5; beats += 1) await reader.beat();
  live.publish({ type: "room", action: "changed", id: 1 });
  await reader.next(({ type }) => type === "room");
  now = opened + (TOKEN_LIFETIME + 1) * 1000;
  await reader.ended();
  await expect(readEvents(at, token)).rejects.toThrow("No stream: 401");
  now = Date.now();
});

test.each([
  ["deleted", "DELETE FROM users WHERE id = $1"],
  ["switched off", "UPDATE users SET is_active = false WHERE id = $1"],
])("a stream ends when its user is %s", async (what, statement) => {
  const { id, token } = await newUser(what.replace(" ", "-"));
  const reader = await readEvents(at, token);
  await reader.beat();
  await database.query(statement, [id]);
  await reader.ended();
});

test("a user has five streams at once, and one more when one of them is closed; other users have their own", async () => {
  const { token } = await newUser("many");
  const readers = await Promise.all(Array.from({ length: 5 }, () => readEvents(at, token)));
  await expect(readEvents(at, token)).rejects.toThrow("No stream: 429");
  (await readEvents(at, (await newUser("few")).token)).close();
  readers[0]?.close();
  await expect.poll(() => readEvents(at, token).then(({ close }) => close() ?? "open", String)).toBe("open");
  for (const { close } of readers) close();
});

test("what is told of a user's own account ends their streams at once, before the next beat, and nobody else's", async () => {
  const [gone, stays] = [await newUser("gone"), await newUser("stays")];
  const slow = createEventStreams(live, createAuthentication(database, signingKeys.find), { every: 60_000 });
  const quick = streams;
  streams = slow;
  const [reader, other] = [await readEvents(at, gone.token), await readEvents(at, stays.token)];
  streams = quick;
  live.publish({ type: "user", action: "deleted", id: gone.id, user_id: gone.id });
  live.publish({ type: "room", action: "changed", id: 9 });
  await reader.next(({ type }) => type === "resync");
  await expect(reader.next(() => true)).rejects.toThrow("The stream ended.");
  await other.next(({ type }) => type === "room");
  slow.close();
});

test("what changes behind the end of a stream that its reader leaves unread ends nothing but that stream", async () => {
  const { id, token } = await newUser("sleeper");
  // Reads nothing, so that the end of the stream can't go out either.
  const sleeper = connect(Number(new URL(at).port), "127.0.0.1");
  sleeper.pause();
  sleeper.write(`GET /events HTTP/1.1\r\nHost: rooms\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  const [, res] = await once(server, "request");
  while (res.writableLength < 64 * 1024) {
    live.publish({ type: "room", action: "changed", id: "x".repeat(10_000) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  await database.query("UPDATE users SET is_active = false WHERE id = $1", [id]);
  await expect.poll(() => res.writableEnded).toBe(true);
  const other = await readEvents(at, (await newUser("awake")).token);
  live.publish({ type: "room", action: "changed", id: 2 });
  await other.next((event) => event.id === 2);
  other.close();
  sleeper.destroy();
});
