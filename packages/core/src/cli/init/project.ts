import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { usage } from "../exit.ts";

/** The frameworks that there is mounting code for. */
export const FRAMEWORKS = ["express", "fastify", "hono", "next"] as const;
export type Framework = (typeof FRAMEWORKS)[number];

/** The databases that there is a store for; SQLite through the client that the project has, or Node's own. */
export const STORES = ["postgres", "mysql", "sqlite"] as const;
export type StoreName = (typeof STORES)[number];

/** What a project is made of. */
export interface Project {
  folder: string;
  framework: Framework;
  store: StoreName;
  /** SQLite's client. */
  sqlite: "node:sqlite" | "better-sqlite3";
  language: "ts" | "js";
  /** Whether a `.js` file of it is an ES module. */
  modules: boolean;
  /** Where its sources lie: "src", or "" for the folder itself. */
  sources: string;
  /** The command that adds packages. */
  install: string;
  /** Packages that it names already. */
  has: ReadonlySet<string>;
}

interface Manifest {
  type?: unknown;
  dependencies?: object;
  devDependencies?: object;
  peerDependencies?: object;
}

function manifestOf(folder: string): Manifest {
  let text: string;
  try {
    text = readFileSync(join(folder, "package.json"), "utf8");
  } catch {
    throw usage("There is no package.json in this folder. Run it where your app's is.");
  }
  try {
    const manifest: unknown = JSON.parse(text);
    return typeof manifest === "object" && manifest !== null ? manifest : {};
  } catch {
    throw usage("The package.json in this folder is no JSON.");
  }
}

const INSTALLERS = [
  ["pnpm-lock.yaml", "pnpm add"],
  ["yarn.lock", "yarn add"],
  ["bun.lock", "bun add"],
] as const;

/** Next stands first: an app of it may have any of the others beside. */
const LOOKED_FOR: readonly Framework[] = ["next", "fastify", "express", "hono"];

/** What the folder says of itself; what it doesn't, or says twice, the options say. */
export function projectIn(folder: string, asked: { framework?: Framework; store?: StoreName }): Project {
  const { type, dependencies, devDependencies, peerDependencies } = manifestOf(folder);
  const has = new Set(Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }));
  const framework = asked.framework ?? LOOKED_FOR.find((name) => has.has(name));
  if (!framework)
    throw usage(
      `package.json names none of ${FRAMEWORKS.join(", ")}. Give --framework, or mount the routes by hand: webMfa of @nightlatch/core/http ` +
        "answers a Request with a Response, and its types and their comments lie in this package's dist/http/index.d.ts.",
    );
  const isThere = (name: string): boolean => existsSync(join(folder, name));
  return {
    folder,
    framework,
    store: asked.store ?? (has.has("pg") ? "postgres" : has.has("mysql2") ? "mysql" : "sqlite"),
    sqlite: has.has("better-sqlite3") ? "better-sqlite3" : "node:sqlite",
    language: has.has("typescript") || isThere("tsconfig.json") ? "ts" : "js",
    modules: type === "module" || framework === "next",
    sources: isThere("src") ? "src" : "",
    install: INSTALLERS.find(([lock]) => isThere(lock))?.[1] ?? "npm install",
    has,
  };
}

/** The packages that the written code needs and that package.json does not name. */
export function missingPackages({ framework, store, sqlite, has }: Project): string[] {
  const adapter = framework === "express" || framework === "fastify" ? [`@nightlatch/${framework}`] : [];
  const client = { postgres: ["pg"], mysql: ["mysql2"], sqlite: sqlite === "node:sqlite" ? [] : [sqlite] }[store];
  return ["@nightlatch/core", ...adapter, ...client].filter((name) => !has.has(name));
}
