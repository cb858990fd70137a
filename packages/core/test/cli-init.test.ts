import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { newDatabase } from "@nightlatch/internal-services";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { z } from "zod";
import { type Host, newHost } from "./support/cli.ts";

const packages = fileURLToPath(new URL("../..", import.meta.url));

/** What an app would have installed, and where this workspace has it. */
const INSTALLED: Record<string, string> = {
  "@nightlatch/core": "core",
  "@nightlatch/express": "express",
  "@nightlatch/fastify": "fastify",
  express: "express/node_modules/express",
  fastify: "fastify/node_modules/fastify",
  hono: "core/node_modules/hono",
  "@hono/node-server": "core/node_modules/@hono/node-server",
  pg: "core/node_modules/pg",
  "@types/express": "express/node_modules/@types/express",
  "@types/pg": "core/node_modules/@types/pg",
};

const inited = z.strictObject({
  ok: z.literal(true),
  command: z.literal("init"),
  framework: z.string(),
  store: z.string(),
  language: z.enum(["ts", "js"]),
  modules: z.boolean(),
  files: z.array(z.strictObject({ path: z.string(), did: z.enum(["wrote", "added to", "kept"]), what: z.string() })),
  left: z.array(z.string()),
});

/** A fresh app: its package.json, what start.ts says beside what was written, and how somebody is signed in. */
const APPS = [
  {
    name: "express",
    manifest: { type: "module", dependencies: { express: "*", pg: "*" }, devDependencies: { typescript: "*" } },
    code: "mfa.ts",
    start: `import express from "express";
import { mfa, router, stepUp } from "./mfa.ts";
await mfa.ready();
const app = express().use("/auth/mfa", router).delete("/x", stepUp({ maxAge: "5m" }), (_req, res) => void res.json({}));
const server = app.listen(0, "127.0.0.1", () => console.log(JSON.stringify(server.address())));`,
  },
  {
    name: "fastify",
    manifest: { dependencies: { fastify: "*" } },
    code: "mfa.js",
    start: `const fastify = require("fastify");
const { mfa, registerMfa } = require("./mfa.js");
(async () => {
  await mfa.ready();
  const app = fastify();
  await registerMfa(app);
  app.delete("/x", { preHandler: app.stepUp({ maxAge: "5m" }) }, async () => ({}));
  await app.listen({ port: 0, host: "127.0.0.1" });
  console.log(JSON.stringify(app.server.address()));
})();`,
  },
  {
    name: "hono",
    manifest: { type: "module", dependencies: { hono: "*" }, devDependencies: { typescript: "*" } },
    code: "mfa.ts",
    start: `import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { handler, mfa, stepUp } from "./mfa.ts";
await mfa.ready();
const app = new Hono();
const remove = stepUp({ maxAge: "5m" }, () => Response.json({}));
app.all("/auth/mfa/*", (c) => handler(c.req.raw));
app.delete("/x", (c) => remove(c.req.raw));
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, (at) => console.log(JSON.stringify(at)));`,
  },
  {
    // Next itself is built and started elsewhere; here its route is served as Next would call it.
    name: "next",
    manifest: { type: "module", dependencies: { next: "*" }, devDependencies: { typescript: "*" } },
    code: "lib/mfa.ts",
    start: `import { serve } from "@hono/node-server";
import { guarded, handler, nightlatch } from "./lib/mfa.ts";
await nightlatch().mfa.ready();
const remove = guarded({ maxAge: "5m" }, () => Response.json({}));
const fetch = (request) => (request.method === "DELETE" ? remove(request) : handler(request));
serve({ fetch, port: 0, hostname: "127.0.0.1" }, (at) => console.log(JSON.stringify(at)));`,
  },
] as const;

describe.each(APPS)("init in a fresh app on $name", ({ name, manifest, code, start }) => {
  let host: Host;
  const text = (path: string): Promise<string> => readFile(join(host.folder, path), "utf8");
  const json = async (...args: string[]) => inited.parse((await host.run(["init", ...args, "--json"])).json());

  beforeAll(async () => {
    host = await newHost({ drivers: false });
    await writeFile(join(host.folder, "package.json"), JSON.stringify({ name: "fresh", ...manifest }));
    for (const [installed, path] of Object.entries(INSTALLED)) {
      const link = join(host.folder, "node_modules", installed);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(packages, path), link);
    }
  });
  afterAll(async () => {
    await host.remove();
  });

  test("--dry-run prints the code and writes nothing", async () => {
    const { exit, out } = await host.run(["init", "--dry-run"]);
    expect(exit).toBe(0);
    expect(out).toContain(`--- ${code}\n`);
    expect(out).not.toMatch(/k1:/);
    expect((await json("--dry-run")).files).toEqual([]);
    await expect(stat(join(host.folder, code))).rejects.toThrow();
    await expect(stat(join(host.folder, ".env"))).rejects.toThrow();
  });

  test("it writes what is the same in every app, and the app answers", async () => {
    const found = await json();
    expect(found).toMatchObject({ framework: name, language: code.endsWith("ts") ? "ts" : "js" });
    expect(found.files.map(({ path }) => path)).toEqual(expect.arrayContaining([".gitignore", ".env", code]));
    expect((await stat(join(host.folder, ".env"))).mode & 0o777).toBe(0o600);
    expect(await text(".gitignore")).toMatch(/^\.env$/m);
    for (const step of ["have userOf say who is signed in", "a flag enrolled", "mfa.audit.follow(", "toProblem", "mfa.admin.erase("])
      expect(found.left.join("\n")).toContain(step);

    const isServed = found.store === "postgres";
    const env: Record<string, string> = isServed ? { DATABASE_URL: await newDatabase(inject("postgresUrl")) } : {};
    const database = isServed ? [] : ["--database", "sqlite:nightlatch.db"];
    expect(await host.run(["migrate", "--env", ".env", ...database], { env })).toMatchObject({ exit: 0 });
    const file = join(host.folder, code.endsWith("ts") ? "start.ts" : "start.js");
    await writeFile(file, start);

    const statusOf = async (): Promise<{ status: number; body: Record<string, unknown>; guarded: number }> => {
      const args = ["--conditions=@nightlatch/source", "--env-file=.env", "--disable-warning=ExperimentalWarning", file];
      const child = execFile(process.execPath, args, { cwd: host.folder, env: { PATH: process.env.PATH ?? "", ...env } });
      try {
        const at = await new Promise<{ port: number }>((resolve, reject) => {
          let said = "";
          child.stderr?.on("data", (chunk: string) => {
            said += chunk;
          });
          child.stdout?.on("data", (line: string) => resolve(JSON.parse(line)));
          child.on("exit", () => reject(new Error(`The app ended: ${said}`)));
        });
        const url = `http://127.0.0.1:${at.port}`;
        const response = await fetch(`${url}/auth/mfa/status`);
        const { status: guarded } = await fetch(`${url}/x`, { method: "DELETE" });
        return { status: response.status, body: (await response.json()) as Record<string, unknown>, guarded };
      } finally {
        child.kill();
      }
    };
    // Until the host says who is signed in, nobody is.
    expect(await statusOf()).toMatchObject({ status: 401, body: { code: "unauthenticated" }, guarded: 401 });
    const mine = 'return { id: "1", email: "ada@example.com", sessionId: "s1" };';
    await writeFile(join(host.folder, code), (await text(code)).replace("return undefined;", mine));
    expect(await statusOf()).toMatchObject({ status: 200, body: { mfa_enabled: false }, guarded: 403 });
  });

  // Next imports every route while it builds, where no secrets are.
  if (name === "next") {
    test("its code loads without a key", async () => {
      const args = ["--conditions=@nightlatch/source", "--disable-warning=ExperimentalWarning", join(host.folder, code)];
      expect(await promisify(execFile)(process.execPath, args)).toEqual({ stdout: "", stderr: "" });
    });
  }

  test("run again it overwrites nothing", async () => {
    const before = [await text(".env"), await text(code), await text(".gitignore")];
    const { files } = await json();
    expect(files.length).toBeGreaterThan(0);
    expect(files.every(({ did }) => did === "kept")).toBe(true);
    expect([await text(".env"), await text(code), await text(".gitignore")]).toEqual(before);
  });
});

describe("what init looks at", () => {
  let host: Host;
  const inApp = async (manifest: object, ...args: string[]) => {
    await writeFile(join(host.folder, "package.json"), JSON.stringify(manifest));
    return await host.run(["init", "--dry-run", ...args]);
  };

  beforeAll(async () => {
    host = await newHost({ drivers: false });
  });
  afterAll(async () => {
    await host.remove();
  });

  test("an app that names no framework is asked for one; an option goes before what was found", async () => {
    expect(await inApp({})).toMatchObject({ exit: 2, err: expect.stringContaining("Give --framework") });
    expect(await inApp({}, "--framework", "koa")).toMatchObject({ exit: 2, err: expect.stringContaining("express, fastify, hono, next") });
    expect((await inApp({ dependencies: { next: "*", express: "*" } })).out).toContain("Found: next");
    const asked = await inApp(
      { dependencies: { next: "*", mysql2: "*", "better-sqlite3": "*" } },
      "--framework",
      "hono",
      "--store",
      "sqlite",
    );
    expect(asked.out).toContain("Found: hono, sqlite");
    expect(asked.out).toContain('new Database("nightlatch.db")');
    expect((await inApp({ dependencies: { fastify: "*", mysql2: "*" } })).out).toContain(
      "npm install @nightlatch/core @nightlatch/fastify",
    );
    await writeFile(join(host.folder, "package.json"), "{");
    expect((await host.run(["init"])).exit).toBe(2);
    await rm(join(host.folder, "package.json"));
    expect(await host.run(["init"])).toMatchObject({ exit: 2, err: expect.stringContaining("no package.json") });
  });

  test("a key is added to an .env that is there, whose lines stay", async () => {
    await writeFile(join(host.folder, "package.json"), JSON.stringify({ dependencies: { express: "*" } }));
    await writeFile(join(host.folder, ".env"), "PORT=1");
    await writeFile(join(host.folder, ".gitignore"), ".env*\nnightlatch.db*\n");
    await host.run(["init"]);
    expect(await readFile(join(host.folder, ".env"), "utf8")).toMatch(/^PORT=1\nNIGHTLATCH_KEYS=k1:.{44}\n$/);
    expect(await readFile(join(host.folder, ".gitignore"), "utf8")).toBe(".env*\nnightlatch.db*\n");
  });

  test("A13 no key is written to an .env that git tracks: it is left to do, as is closing one that others can read", async () => {
    const git = (...args: string[]) => promisify(execFile)("git", args, { cwd: host.folder });
    await writeFile(join(host.folder, "package.json"), JSON.stringify({ dependencies: { express: "*" } }));
    const env = join(host.folder, ".env");
    await writeFile(env, "PORT=1\n");
    await chmod(env, 0o644);
    await writeFile(join(host.folder, ".gitignore"), ".env\n");
    await git("init", "-q");
    await git("add", "-f", ".env");
    const { files, left } = inited.parse((await host.run(["init", "--json"])).json());
    expect(await readFile(env, "utf8")).toBe("PORT=1\n");
    expect(files.find(({ path }) => path === ".env")).toMatchObject({ did: "kept", what: expect.stringContaining("git tracks it") });
    expect(left[0]).toMatch(/git rm --cached \.env.*NIGHTLATCH_KEYS=k1:.{44}\.$/);
    expect(left[1]).toMatch(/^chmod 600 \.env/);
    await git("rm", "-q", "--cached", ".env");
    await chmod(env, 0o600);
    const later = inited.parse((await host.run(["init", "--json"])).json());
    expect(await readFile(env, "utf8")).toMatch(/^PORT=1\nNIGHTLATCH_KEYS=k1:.{44}\n$/);
    expect(later.left.join()).not.toMatch(/git rm|chmod/);
  });
});

test("the TypeScript that is written passes a strict compiler, for each framework and store", async () => {
  const host = await newHost({ drivers: false });
  for (const framework of ["express", "fastify", "hono", "next"]) {
    for (const store of ["postgres", "mysql", "sqlite"]) {
      const folder = join(host.folder, `${framework}-${store}`);
      await mkdir(folder);
      const manifest = { type: "module", dependencies: { [framework]: "*" }, devDependencies: { typescript: "*" } };
      await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
      await promisify(execFile)(
        process.execPath,
        [join(packages, "core/src/cli/main.ts"), "init", "--framework", framework, "--store", store],
        { cwd: folder },
      );
    }
  }
  for (const [installed, path] of Object.entries({
    ...INSTALLED,
    mysql2: "core/node_modules/mysql2",
    "@types/node": "../node_modules/@types/node",
  })) {
    const link = join(host.folder, "node_modules", installed);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(packages, path), link);
  }
  const compilerOptions = {
    target: "ES2023",
    lib: ["ES2024", "DOM", "DOM.Iterable"],
    module: "preserve",
    moduleResolution: "bundler",
    customConditions: ["@nightlatch/source"],
    allowImportingTsExtensions: true,
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    types: ["node"],
  };
  await writeFile(join(host.folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["**/*.ts"] }));
  const tsc = join(packages, "../node_modules/typescript/bin/tsc");
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", host.folder]).catch((error: { stdout: string }) => error);
  expect(stdout).toBe("");
  await host.remove();
});
