import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { type Host, startHost } from "./support/app.ts";
import { enrolled } from "./support/people.ts";
import { rawRequest } from "./support/raw.ts";
import { CODE_ROUTES, MOUNT } from "./support/routes.ts";

const charges = ({ store }: Host): number => store.calls.filter((verb) => verb === "charge").length;

/** A client that sends its head and a first piece of its body, and then nothing. */
function dawdler({ url }: Host, as: string, path: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const head = `POST ${path} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${as}\r\nContent-Type: application/json\r\nContent-Length: 40`;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(`${head}\r\n\r\n{"code":"`, () => resolve(socket)));
    socket.on("error", reject);
    onTestFinished(() => void socket.destroy());
  });
}

test("A40 sixty clients that send their bodies drop by drop hold up nobody and are charged nothing, also once they go", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const before = charges(host);
  const dawdlers = await Promise.all(
    Array.from({ length: 60 }, (_, n) => dawdler(host, alice.as, `${MOUNT}${CODE_ROUTES[n % CODE_ROUTES.length]?.path}`)),
  );
  expect((await host.call("GET", `${MOUNT}/status`, { as: alice.as })).status).toBe(200);
  expect(charges(host)).toBe(before);
  for (const socket of dawdlers) {
    socket.write("123");
    socket.destroy();
  }
  const { status, body } = await host.call("POST", `${MOUNT}/verify`, { as: alice.as, body: { code: alice.wrong() } });
  expect({ status, left: body.attempts_left }).toEqual({ status: 401, left: 4 });
  expect(charges(host)).toBe(before + 1);
  expect(host.faults).toEqual([]);
});

test("A40 a body that comes a byte at a time is read whole", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const headers: [string, string][] = [
    ["Authorization", `Bearer ${alice.as}`],
    ["Content-Type", "application/json"],
  ];
  const chunks = [...JSON.stringify({ code: alice.fresh() })];
  expect((await rawRequest(host, { method: "POST", path: `${MOUNT}/verify`, headers, chunks })).status).toBe(200);
});

test("A40 a flood of header fields is the server's to refuse, and reaches no store", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const before = host.store.calls.length;
  const flood = Array.from({ length: 400 }, (_, n): [string, string] => [`X-Flood-${n}`, "x".repeat(60)]);
  const headers: [string, string][] = [["Authorization", `Bearer ${alice.as}`], ["X-MFA-Code", alice.wrong()], ...flood];
  const { status } = await rawRequest(host, { method: "POST", path: "/plain", headers });
  expect(status).toBe(431);
  expect(host.store.calls).toHaveLength(before);
});

test("A40 four hundred short header fields change nothing about the answer", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`x-${n}`, "y"]));
  const answer = await host.call("POST", "/plain", { as: alice.as, headers: { ...many, "mfa-grant": alice.grant } });
  expect(answer.status).toBe(200);
});

test.each([false, true])("A40 ten megabytes in ten kilobytes are not inflated, or cut off by the host's parser: %s", async (json) => {
  const host = await startHost({ json });
  const alice = await enrolled(host, "alice");
  const before = charges(host);
  const bomb = gzipSync(JSON.stringify({ code: "1".repeat(10_000_000) }));
  const headers: [string, string][] = [
    ["Authorization", `Bearer ${alice.as}`],
    ["Content-Type", "application/json"],
    ["Content-Encoding", "gzip"],
  ];
  for (const { method, path } of CODE_ROUTES) {
    const { status, headers: answered } = await rawRequest(host, { method, path: MOUNT + path, headers, chunks: [bomb] });
    expect(status).toBe(json ? 413 : 415);
    expect(answered["accept-encoding"]).toBe(json ? undefined : "identity");
  }
  expect(charges(host)).toBe(before);
});

test("A40 a body nested a thousand deep is a 400", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const body = `{"code":${"[".repeat(1000)}${"]".repeat(1000)}}`;
  expect((await host.call("POST", `${MOUNT}/verify`, { as: alice.as, body })).status).toBe(400);
});
