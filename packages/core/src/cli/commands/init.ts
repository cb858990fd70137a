import { randomBytes } from "node:crypto";
import { posix } from "node:path";
import type { Command } from "commander";
import { mysqlMigrations } from "../../stores/mysql/index.ts";
import { postgresMigrations } from "../../stores/postgres/index.ts";
import { addCommand, type Running } from "../command.ts";
import { usage } from "../exit.ts";
import { addLine, type Fate, isIgnored, isReadByOthers, isTracked, setsVariable, writeNew } from "../init/files.ts";
import { FRAMEWORKS, type Framework, missingPackages, type Project, projectIn, STORES, type StoreName } from "../init/project.ts";
import { filesFor, SQLITE_FILE } from "../init/templates.ts";
import { aligned, type Shell, type Told } from "../shell.ts";

interface Options {
  framework?: string;
  store?: string;
  dryRun?: boolean;
  json?: boolean;
}

const oneOf = <T extends string>(name: string, all: readonly T[], text: string | undefined): T | undefined => {
  const found = all.find((each) => each === text);
  if (text === undefined || found) return found;
  throw usage(`${name} is one of ${all.join(", ")}.`);
};

const SQL_FILE = "nightlatch.sql";

/** The tables as SQL, for teams whose migrations are run by a tool; an SQLite file is migrated at the start. */
function sqlOf(store: StoreName): string | undefined {
  const migrations = { postgres: postgresMigrations, mysql: mysqlMigrations, sqlite: undefined }[store];
  return migrations?.map(({ version, sql }) => `-- Nightlatch, version ${version} of the tables\n${sql.trim()}\n`).join("\n");
}

/** What was done about the files that hold secrets, and what is left to do about them. */
interface Secrets {
  fates: Fate[];
  left: string[];
}

/** Keys never reach git: what holds one is ignored before it is written, and what git keeps already is not written to. */
function secretFiles({ folder, store }: Project): Secrets {
  const ignored = [".env", ...(store === "sqlite" ? [`${SQLITE_FILE}*`] : [])].filter((path) => !isIgnored(folder, path.replace("*", "")));
  const fates = ignored.map((path) => addLine(folder, ".gitignore", path, `${path}, so that it stays out of git`));
  const hasKey = setsVariable(folder, ".env", "NIGHTLATCH_KEYS");
  const key = `NIGHTLATCH_KEYS=k1:${randomBytes(32).toString("base64")}`;
  const open = isReadByOthers(folder, ".env") ? ["chmod 600 .env: others on this machine can read it."] : [];
  if (isTracked(folder, ".env")) {
    const kept: Fate = { path: ".env", did: "kept", what: "git tracks it, so no key is written to it" };
    const then = hasKey ? "make another key (npx nightlatch keys generate), since git has this one" : `add this line to it: ${key}`;
    return { fates: [...fates, kept], left: [`Take .env out of git: git rm --cached .env. Then ${then}.`, ...open] };
  }
  if (hasKey) return { fates: [...fates, { path: ".env", did: "kept", what: "it has NIGHTLATCH_KEYS" }], left: open };
  return { fates: [...fates, addLine(folder, ".env", key, "NIGHTLATCH_KEYS, a new key for development", 0o600)], left: open };
}

const MOUNT: Readonly<Record<Framework, (file: string) => string>> = {
  express: (file) => `Mount the routes: app.use("/auth/mfa", router), with router from ${file}.`,
  fastify: (file) => `Mount the routes: await registerMfa(app), from ${file}, before the routes that it guards.`,
  hono: (file) => `Mount the routes: app.all("/auth/mfa/*", (c) => handler(c.req.raw)), with handler from ${file}.`,
  next: (file) => `The routes are mounted already. Guard others with guarded from ${file}.`,
};

/** How what Nightlatch throws is answered. */
const ON_ERROR: Readonly<Record<Framework, string>> = {
  express: "send(res, toProblem(error)), with send from @nightlatch/express, in an error handler behind all routes, else next(error)",
  fastify: "send(reply, toProblem(error)), with send from @nightlatch/fastify, in app.setErrorHandler",
  hono: "a Response of the status, headers and JSON body that toProblem(error) has, in app.onError",
  next: "a Response of the status, headers and JSON body that toProblem(error) has, where your route catches it",
};

/** What nobody can do but the app's own people. */
function leftToDo(project: Project): string[] {
  const { framework, store, language, sources, install } = project;
  const file = posix.join(sources, framework === "next" ? "lib" : "", `mfa.${language}`);
  const packages = missingPackages(project);
  const database = store === "sqlite" ? ` --database sqlite:${SQLITE_FILE}` : "";
  const orFile = store === "sqlite" ? "" : `, or have your migrations run ${SQL_FILE}`;
  const url = store === "sqlite" ? [] : ["Set DATABASE_URL in .env, if it is not set."];
  return [
    ...(packages.length > 0 ? [`${install} ${packages.join(" ")}`] : []),
    `${file}: put your app's name for issuer, and have userOf say who is signed in. Until then nobody is, and every route answers 401.`,
    ...url,
    `Make the tables: npx nightlatch migrate --env .env${database}${orFile}.`,
    framework === "next"
      ? "In register() of instrumentation.ts: await nightlatch().mfa.ready(), so that a wrong key shows at the start."
      : "Await mfa.ready() at the start, with .env loaded (node --env-file=.env).",
    MOUNT[framework](file),
    'After the password: const step = await mfa.signIn({ id: user.id }, { amr: ["pwd"] }). If step.required, start no session: answer with its challenge, and start one when mfa.verify({ challenge, code, session }) is ok.',
    'Keep a flag enrolled beside each user, so that deleted rows switch nobody\'s second factor off. Set it by enrolledBy(event), in createMfa({ onEvent }) and in mfa.audit.follow({ name: "enrolled", sink }).start(), which hears of a reset from a shell too; an event older than the newest you took, by event.at, changes nothing. Give it to mfa.signIn, beside amr, and in what subject returns.',
    `Answer what Nightlatch throws: where isMfaError(error) of @nightlatch/core is true, log it, and answer with toProblem of @nightlatch/core/http: ${ON_ERROR[framework]}.`,
    "Guard what matters, call mfa.revoke({ id }) when a password changes, and mfa.admin.erase({ id }) when a user is deleted; if it rejects, again.",
    `For production make another key (npx nightlatch keys generate) and keep it with your secrets. Then: npx nightlatch doctor --env .env${database}`,
  ];
}

async function init(options: Options, shell: Shell): Promise<Told> {
  const framework = oneOf("--framework", FRAMEWORKS, options.framework);
  const store = oneOf("--store", STORES, options.store);
  const project = projectIn(shell.cwd, { ...(framework ? { framework } : {}), ...(store ? { store } : {}) });
  const sql = sqlOf(project.store);
  const files = [...filesFor(project), ...(sql ? [{ path: SQL_FILE, text: sql, what: "the tables" }] : [])];
  const secrets: Secrets = options.dryRun ? { fates: [], left: [] } : secretFiles(project);
  const fates: Fate[] = options.dryRun
    ? []
    : [...secrets.fates, ...files.map(({ path, text, what }) => writeNew(project.folder, path, text, what))];
  const left = [...secrets.left, ...leftToDo(project)];
  const { language, modules } = project;
  const found = [project.framework, project.store, language === "ts" ? "TypeScript" : modules ? "JavaScript modules" : "CommonJS"];
  const lines = [
    `Found: ${found.join(", ")}.`,
    "",
    ...(options.dryRun
      ? files.flatMap(({ path, text }) => [`--- ${path}`, text])
      : aligned(fates.map(({ did, path, what }) => [did, path, what]))),
    "",
    "Left to do:",
    ...left.map((step, index) => `${index + 1}. ${step}`),
  ];
  const { framework: mounted, store: kept } = project;
  return { lines, data: { framework: mounted, store: kept, language, modules, files: fates, left } };
}

/** `nightlatch init`. */
export function addInit(program: Command, running: Running): void {
  const spec = {
    name: "init",
    summary: "write the first code for an app, and say what is left to do",
    what: `Looks at the package.json of this folder and writes what is the same in every app: a key in .env (and .env in
      .gitignore), the engine with its store, the routes and the guard for Express, Fastify, Hono or Next, and the tables as
      SQL. Then it says what only you can do. It overwrites nothing, and may be run again.`,
    examples: [
      ["init", "in the folder of your app"],
      ["init --framework hono --store sqlite --dry-run", "only print the code"],
    ],
  } as const;
  addCommand<Options>(program, running, spec, async (options) => await init(options, running.shell))
    .option("--framework <name>", `${FRAMEWORKS.join(", ")} (else the one that package.json names)`)
    .option("--store <name>", `${STORES.join(", ")} (else by the client that package.json names, or sqlite)`)
    .option("--dry-run", "print the code, write nothing");
}
