import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newDatabase } from "@nightlatch/internal-services";
import type {} from "@nightlatch/internal-services/vitest-global";
import { inject } from "vitest";
import type { Store } from "../../src/index.ts";
import { sqliteStore } from "../../src/stores/sqlite/index.ts";
import { newPool } from "./mysql.ts";
import { serve } from "./servers.ts";
import { clients } from "./sqlite.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** Without NODE_PATH, which pnpm points at this workspace's packages: a host has no such thing. Node keeps what it has compiled. */
const ENVIRONMENT = { PATH: process.env.PATH ?? "", NODE_COMPILE_CACHE: join(MODULES, ".cache", "nightlatch-cli") };

/** How a run of the program ended. */
export interface Ended {
  exit: number | null;
  out: string;
  err: string;
  /** What it printed with --json. */
  json(): unknown;
}

/** The folder that a user stands in, and what they type there. */
export interface Host {
  folder: string;
  run(args: readonly string[], options?: { env?: Record<string, string>; input?: string }): Promise<Ended>;
  remove(): Promise<void>;
}

/** A project with its package.json; with `drivers`, also with everything that these tests have installed. */
export async function newHost({ drivers = true }: { drivers?: boolean } = {}): Promise<Host> {
  const folder = await mkdtemp(join(tmpdir(), "nightlatch-cli-"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "host", type: "module" }));
  if (drivers) await symlink(MODULES, join(folder, "node_modules"));

  return {
    folder,
    async run(args, { env = {}, input = "" } = {}) {
      const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env: { ...ENVIRONMENT, ...env } });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
      // A program that needs no input may have ended before it was given any.
      child.stdin.on("error", () => undefined);
      child.stdin.end(input);
      const [exit] = (await once(child, "close")) as [number | null];
      const text = Buffer.concat(out).toString();
      return { exit, out: text, err: Buffer.concat(err).toString(), json: () => JSON.parse(text) };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A real database, empty, that the program and a test both open. */
export interface CliDatabase {
  url: string;
  store: Store;
  /** Runs one statement of the test's own, as somebody with the database's password would. */
  tamper(sql: string): Promise<void>;
  close(): Promise<void>;
}

const served = async (url: string, tamper: (sql: string) => Promise<unknown>, end: () => Promise<unknown>): Promise<CliDatabase> => {
  const { store, close } = await serve(url, 2);
  return {
    url,
    store,
    tamper: async (sql) => void (await tamper(sql)),
    async close() {
      await close();
      await end();
    },
  };
};

const mysqlUrl = inject("mysqlUrl");

/** Every kind of database that the program opens by itself. */
export const cliDatabases: { name: string; open(host: Host): Promise<CliDatabase> }[] = [
  {
    name: "sqlite",
    async open({ folder }) {
      const client = clients["node:sqlite"](join(folder, "app.db"));
      return {
        url: "sqlite:app.db",
        store: sqliteStore(client),
        tamper: async (sql) => void client.exec(sql),
        close: async () => void client.close(),
      };
    },
  },
  {
    name: "postgres",
    async open() {
      const url = await newDatabase(inject("postgresUrl"));
      const { default: pg } = await import("pg");
      const pool = new pg.Pool({ connectionString: url, max: 1 });
      return await served(
        url,
        (sql) => pool.query(sql),
        () => pool.end(),
      );
    },
  },
  ...(mysqlUrl === null
    ? []
    : [
        {
          name: "mariadb",
          async open() {
            const { url, pool } = await newPool(mysqlUrl, { connectionLimit: 1 });
            return await served(
              url,
              (sql) => pool.query(sql),
              () => pool.end(),
            );
          },
        },
      ]),
];
