import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, pathOf, runTool, startThrowaway } from "@nightlatch/internal-services";
import { services } from "../../src/services.ts";
import type { Started } from "./system.ts";

const SITE = readFileSync(fileURLToPath(new URL("../../deploy/nginx.conf", import.meta.url)), "utf8");
const NAME = "rooms.example.com";

/** Lays the site that comes with the system into a new folder, with a certificate; what a test has of its own is replaced by `change`. */
export async function laidOut(change: (site: string) => string = (site) => site): Promise<{ folder: string; configuration: string }> {
  const folder = mkdtempSync(join(tmpdir(), "meeting-rooms-nginx-"));
  const at = (name: string): string => join(folder, name);
  const made = ["-keyout", at("key"), "-out", at("certificate"), "-subj", `/CN=${NAME}`, "-addext", `subjectAltName=DNS:${NAME}`];
  await runTool("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...made]);
  const site = SITE.replace(/\/etc\/letsencrypt\S+fullchain\.pem/, at("certificate"))
    .replace(/\/etc\/letsencrypt\S+privkey\.pem/, at("key"))
    .replace(/\/var\/log\/nginx\S+log/, at("log"));
  writeFileSync(at("site.conf"), change(site));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((what) => `${what}_temp_path ${at(what)};`).join(" ");
  writeFileSync(
    at("nginx.conf"),
    `pid ${at("pid")}; error_log ${at("error")}; events {} http { ${temporary} include ${at("site.conf")}; }`,
  );
  return { folder, configuration: at("nginx.conf") };
}

/** nginx in front of a started system. */
export interface Front {
  /** Sends a request over HTTPS; the answer as soon as it begins. */
  send(method: string, path: string, options?: { headers?: Record<string, string>; body?: string }): Promise<IncomingMessage>;
  /** Asks without TLS, as somebody does who types the name alone. */
  plain: string;
  stop(): Promise<void>;
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });

/** Starts nginx with the site that comes with the system, on loopback. */
export async function nginxInFrontOf(system: Started): Promise<Front> {
  const [plain, secure] = [await freePort(), await freePort()];
  const { folder, configuration } = await laidOut((site) =>
    services.reduce(
      (changed, { name, port }) => changed.replace(`127.0.0.1:${port};`, `${new URL(system[name]).host};`),
      site
        .replace(/^ *listen \[::\].*\n/gm, "")
        .replace("listen 80;", `listen 127.0.0.1:${plain};`)
        .replace("listen 443 ", `listen 127.0.0.1:${secure} `),
    ),
  );
  const ca = readFileSync(join(folder, "certificate"));
  const command = [pathOf("nginx") ?? "nginx", "-c", configuration, "-g", "daemon off;"];
  const stop = await startThrowaway({ command, folder, answers: () => isOpen(secure) });
  return {
    plain: `http://127.0.0.1:${plain}`,
    stop,
    send: (method, path, { headers = {}, body } = {}) =>
      new Promise((resolve, reject) => {
        const options = { host: "127.0.0.1", port: secure, servername: NAME, ca, method, path, headers: { Host: NAME, ...headers } };
        request(options, resolve).once("error", reject).end(body);
      }),
  };
}
