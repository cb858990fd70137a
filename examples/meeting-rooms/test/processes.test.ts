import { freePort, ownRedisServer } from "@nightlatch/internal-services";
import { afterAll, describe, expect, test } from "vitest";
import { enrol } from "./support/authenticator.ts";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { gateTo } from "./support/gate.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { freshServer } from "./support/server.ts";
import { readEvents } from "./support/stream.ts";
import { endAll, newFolder, type Started, startSystem } from "./support/system.ts";

afterAll(endAll);

const alone = (service: "users" | "bookings", env: Record<string, string>) => startSystem({ env, args: ["--service", service] });

async function book({ bookings }: Started, token: string, hour: number): Promise<string> {
  const json = { room_id: 1, title: "A talk", starts_at: hoursAhead(hour), ends_at: hoursAhead(hour + 1) };
  const { status, body } = await call("POST", `${bookings}/bookings`, { token, json });
  expect(status).toBe(201);
  return `/bookings/${body.id}`;
}

describe("two processes of each service on one server, all started at once", () => {
  test("agree on keyring and signing key, seed once, and share tokens, grants and spent codes", async () => {
    const { DATABASE_URL } = await freshServer();
    // No keyring is given: they have to agree on the one that they make.
    const shared = { DATABASE_URL, NIGHTLATCH_DATA: newFolder() };
    const ports = [await freePort(), await freePort()];
    const at = (n: number) => ({ ...shared, USERS_PORT: String(ports[n]), USERS_URL: `http://127.0.0.1:${ports[n]}` });
    const [users1, users2, bookings1, bookings2] = await Promise.all([
      alone("users", at(0)),
      alone("users", at(1)),
      startSystem({ env: { ...shared, USERS_URL: `http://127.0.0.1:${ports[0]}` }, args: ["--service", "bookings"] }),
      startSystem({ env: { ...shared, USERS_URL: `http://127.0.0.1:${ports[1]}` }, args: ["--service", "bookings"] }),
    ]);

    const [one, two] = await Promise.all([users1, users2].map(({ users }) => call("GET", `${users}/.well-known/jwks.json`)));
    expect(one?.body).toEqual(two?.body);
    expect(one?.body.keys).toHaveLength(1);

    const token = await tokenOf(users1.users, "member", DEMO_PASSWORD);
    expect((await call("GET", `${users2.users}/users/me`, { token })).status).toBe(200);
    const seeded = await call("GET", `${bookings2.bookings}/bookings`, { token });
    expect(seeded.body.items[0].username).toBe("member");

    const { authenticator, recoveryCodes } = await enrol(users2.users, token);
    const refused = await call("DELETE", `${bookings1.bookings}${await book(bookings1, token, 10)}`, { token });
    expectProblem(refused, 401, "step_up_required");
    const json = { challenge: refused.body.challenge, code: recoveryCodes[0] };
    const { body } = await call("POST", `${users2.users}/auth/mfa/verify`, { token, json });
    const granted = await call("DELETE", `${bookings2.bookings}${await book(bookings2, token, 20)}`, {
      token,
      headers: { "MFA-Grant": body.grant },
    });
    expect(granted.status).toBe(200);

    // A5: one code, 50 bookings, two processes at once: one is cancelled.
    const code = await authenticator.next();
    const answers = [];
    const paths = [];
    for (let n = 0; n < 50; n += 1) paths.push(await book(bookings1, token, 30 + n));
    for (const [n, path] of paths.entries()) {
      const { bookings } = n % 2 ? bookings1 : bookings2;
      answers.push(call("DELETE", `${bookings}${path}`, { token, headers: { "X-MFA-Code": code } }));
    }
    expect((await Promise.all(answers)).filter(({ status }) => status === 200)).toHaveLength(1);

    // A deleted user's token is dead everywhere, at once.
    const asAdmin = await tokenOf(users2.users, "admin", DEMO_PASSWORD);
    expect((await call("DELETE", `${users1.users}/users/member`, { token: asAdmin })).status).toBe(204);
    for (const { bookings } of [bookings1, bookings2]) {
      expectProblem(await call("GET", `${bookings}/bookings`, { token }), 401, "unauthenticated");
    }
    expect(await Promise.all([users1, users2, bookings1, bookings2].map((process) => process.stop()))).toEqual([0, 0, 0, 0]);
  });

  test("20 first admins over two processes: one", async () => {
    const shared = { ...(await freshServer()), DEMO_DATA: "off" };
    const both = await Promise.all([alone("users", shared), alone("users", shared)]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        const json = {
          name: "A Person",
          username: `first${n}`,
          email: `first${n}@example.com`,
          password: "a long enough one",
          role: "admin",
        };
        return call("POST", `${both[n % 2]?.users}/auth/register`, { json });
      }),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(403)]);
  });
});

describe("two processes of every service with Redis", () => {
  test("limits and live updates hold across them, and what Redis' absence costs is neither sign-ins nor bookings", async ({ skip }) => {
    const port = await freePort();
    let redis = await ownRedisServer(port);
    if (!redis) return skip("there is no redis-server here");
    const shared = { ...(await freshServer()), REDIS_URL: redis.url };
    const [one, two] = await Promise.all([startSystem({ env: shared }), startSystem({ env: shared })]);
    const [token, admin] = await Promise.all([tokenOf(one.users, "member", DEMO_PASSWORD), tokenOf(two.users, "admin", DEMO_PASSWORD)]);

    // Ten wrong passwords for an account are the limit, whichever process they come to.
    const wrong = (n: number) => {
      const json = { username: "guest", password: "not the password" };
      return call("POST", `${(n % 2 ? one : two).users}/auth/login`, { json });
    };
    for (let n = 0; n < 10; n += 1) expectProblem(await wrong(n), 401, "credentials_invalid");
    for (const n of [10, 11]) {
      const refused = await wrong(n);
      expectProblem(refused, 429, "too_many_passwords");
      expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    }
    // Somebody at another address is not locked out by that.
    const elsewhere = { "X-Forwarded-For": "192.0.2.7" };
    const json = { username: "guest", password: DEMO_PASSWORD };
    expect((await call("POST", `${one.users}/auth/login`, { json, headers: elsewhere })).status).toBe(200);

    // What is done at one process is told at the other: bookings, rooms and reviews alike.
    const events = await readEvents(one.bookings, admin);
    const path = await book(two, token, 10);
    expect(await events.next(({ type }) => type === "booking")).toMatchObject({ action: "created", id: Number(path.split("/").at(-1)) });
    const room = { name: "Cellar", capacity: 2, location: "Below" };
    await call("POST", `${two.rooms}/rooms`, { token: admin, json: room });
    expect(await events.next(({ type }) => type === "room")).toMatchObject({ action: "created" });

    await redis.stop();
    await tokenOf(two.users, "member", DEMO_PASSWORD);
    await book(two, token, 20);
    redis = await ownRedisServer(port);
    // Readers are told that they may have missed something; then updates go on.
    await events.next(({ type }) => type === "resync");
    await expect.poll(async () => (await call("GET", `${two.users}/health`)).status).toBe(200);
    const found = events.next(({ type, starts_at }) => type === "booking" && starts_at !== undefined && starts_at >= hoursAhead(30));
    let hour = 30;
    let told = false;
    void found.then(() => {
      told = true;
    });
    while (!told) {
      await book(two, token, hour);
      hour += 1;
      await Promise.race([found, new Promise((resolve) => setTimeout(resolve, 200))]);
    }
    expect(await Promise.all([one.stop(), two.stop()])).toEqual([0, 0]);
    await redis?.stop();
  });
});

describe("when something is out of reach, the answer is no", () => {
  test("bookings without the users service: 503 for a token that can't be judged, and back once it can", async () => {
    const shared = await freshServer();
    const usersPort = String(await freePort());
    const bookings = await alone("bookings", { ...shared, USERS_PORT: usersPort });
    const unjudged = await call("GET", `${bookings.bookings}/bookings`, { token: "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.e30.AAAA" });
    expectProblem(unjudged, 503, "unavailable");
    expectProblem(await call("GET", `${bookings.bookings}/bookings`), 401, "unauthenticated");

    const users = await alone("users", { ...shared, USERS_PORT: usersPort });
    const token = await tokenOf(users.users, "member", DEMO_PASSWORD);
    expect((await call("GET", `${bookings.bookings}/bookings`, { token })).status).toBe(200);
    // From then on the users service may go: signatures are judged by the keys that were read.
    await users.stop();
    expect((await call("GET", `${bookings.bookings}/bookings`, { token })).status).toBe(200);
  });

  test("R40 without the database nothing passes, and afterwards all is as before", async () => {
    const shared = await freshServer();
    const direct = new URL(shared.DATABASE_URL);
    const gate = await gateTo(Number(direct.port));
    direct.port = String(gate.port);
    const system = await startSystem({ env: { ...shared, DATABASE_URL: direct.href } });
    const token = await tokenOf(system.users, "member", DEMO_PASSWORD);
    const path = await book(system, token, 10);
    const { grant } = await enrol(system.users, token);

    await gate.close();
    const cancelled = await call("DELETE", `${system.bookings}${path}`, { token, headers: { "MFA-Grant": grant } });
    expectProblem(cancelled, 503, "unavailable");
    const form = { username: "member", password: DEMO_PASSWORD };
    expectProblem(await call("POST", `${system.users}/auth/login`, { form }), 503, "unavailable");
    expectProblem(await call("GET", `${system.users}/auth/mfa/status`, { token }), 503, "unavailable");
    expectProblem(await call("GET", `${system.users}/health`), 503, "unavailable");

    await gate.open();
    expect((await call("GET", `${system.users}/health`)).status).toBe(200);
    expectProblem(await call("POST", `${system.users}/auth/login`, { form }), 401, "mfa_required");
    expect((await call("DELETE", `${system.bookings}${path}`, { token, headers: { "MFA-Grant": grant } })).status).toBe(200);
    expect(await system.stop()).toBe(0);
    await gate.close();
    expect(system.output()).not.toContain(`:${direct.password}@`);
  });
});

test("a stop lets requests in flight finish", async () => {
  const system = await startSystem({ env: await freshServer() });
  const json = { username: "member", password: DEMO_PASSWORD };
  const logins = Array.from({ length: 6 }, () => call("POST", `${system.users}/auth/login`, { json }));
  await Promise.race(logins);
  expect(await system.stop()).toBe(0);
  expect((await Promise.all(logins)).map(({ status }) => status)).toEqual(Array(6).fill(200));
});
