import { dirname, posix } from "node:path";
import type { Framework, Project, StoreName } from "./project.ts";

/** A file to be written, by its path in the project. */
export interface Written {
  path: string;
  text: string;
  /** What it is, in a few words. */
  what: string;
}

/** Code that imports, and what it says below. `names` of one default export stand without braces. */
interface Code {
  imports: readonly (readonly [names: string, from: string])[];
  types?: readonly (readonly [names: string, from: string])[];
  /** What has to stand before it. */
  before?: string;
  body: string;
}

/** Where the data lies in an app on SQLite. */
export const SQLITE_FILE = "nightlatch.db";

const OF_STORE: Readonly<Record<StoreName, (project: Project) => Code>> = {
  postgres: () => ({
    imports: [
      ["{ postgresStore }", "@nightlatch/core/stores/postgres"],
      ["{ Pool }", "pg"],
    ],
    before: `const pool = new Pool({ connectionString: process.env.DATABASE_URL });
pool.on("error", (error) => console.error(error.message)); // without it a database restart ends the process`,
    body: "postgresStore(pool)",
  }),
  mysql: () => ({
    imports: [
      ["{ mysqlStore }", "@nightlatch/core/stores/mysql"],
      ["{ createPool }", "mysql2/promise"],
    ],
    body: 'mysqlStore(createPool({ uri: process.env.DATABASE_URL ?? "" }))',
  }),
  sqlite: ({ sqlite }) =>
    sqlite === "node:sqlite"
      ? {
          imports: [
            ["{ DatabaseSync }", "node:sqlite"],
            ["{ sqliteStore }", "@nightlatch/core/stores/sqlite"],
          ],
          body: `sqliteStore(new DatabaseSync("${SQLITE_FILE}"))`,
        }
      : {
          imports: [
            ["{ sqliteStore }", "@nightlatch/core/stores/sqlite"],
            ["Database", "better-sqlite3"],
          ],
          body: `sqliteStore(new Database("${SQLITE_FILE}"))`,
        },
};

/** The type of a request, where each framework's is. */
const REQUEST: Readonly<Record<Framework, string>> = { express: "Request", fastify: "FastifyRequest", hono: "Request", next: "Request" };

const subjectOf = (request: string): string => `{
  async subject(${request}) {
    const user = await userOf(${request});
    return user && { id: user.id, name: user.email, session: user.sessionId };
  },
}`;

const MOUNTED: Readonly<Record<Framework, Code>> = {
  express: {
    imports: [["{ expressMfa }", "@nightlatch/express"]],
    types: [["{ Request }", "express"]],
    body: `/** Mount the routes: app.use("/auth/mfa", router). Guard others: app.delete("/x", stepUp({ maxAge: "5m" }), handler). */
export const { router, stepUp } = expressMfa(mfa, ${subjectOf("req")});`,
  },
  fastify: {
    imports: [["{ fastifyMfa }", "@nightlatch/fastify"]],
    types: [["{ FastifyInstance, FastifyRequest }", "fastify"]],
    body: `/** Mounts the routes below /auth/mfa. Guard others: app.delete("/x", { preHandler: app.stepUp({ maxAge: "5m" }) }, handler). */
export async function registerMfa(app‹: FastifyInstance›) {
  await app.register(fastifyMfa, {
    mfa,
    async subject(request) {
      const user = await userOf(request);
      return user && { id: user.id, name: user.email, session: user.sessionId };
    },
  });
}`,
  },
  hono: {
    imports: [["{ webMfa }", "@nightlatch/core/http"]],
    body: `/** Mount the routes: app.all("/auth/mfa/*", (c) => handler(c.req.raw)). Guard others: stepUp({ maxAge: "5m" }, (request) => response). */
export const { handler, stepUp } = webMfa(mfa, ${subjectOf("request")});`,
  },
  next: {
    imports: [["{ webMfa }", "@nightlatch/core/http"]],
    types: [["{ StepUpOptions }", "@nightlatch/core/http"]],
    body: `let made‹: ReturnType<typeof make> | undefined›;

/** Made at the first request: while the app is built there is no key. For sign-in: const { mfa } = nightlatch(). */
export const nightlatch = () => {
  made ??= make();
  return made;
};

/** The routes are in app/auth/mfa. */
export const handler = (request‹: Request›) => nightlatch().handler(request);

/** Guards a route: export const DELETE = guarded({ maxAge: "5m" }, () => Response.json({})). */
export function guarded(options‹: StepUpOptions & { bind?: undefined }›, run‹: (request: Request) => Response | Promise<Response>›) {
  return (request‹: Request›) => nightlatch().stepUp(options, run)(request);
}`,
  },
};

const TYPED_USER = "{ id: string; email: string; sessionId: string } | undefined";

/** What stands in ‹ › is TypeScript's alone. */
const inLanguage = (text: string, language: Project["language"]): string => text.replace(/‹([^›]*)›/g, language === "ts" ? "$1" : "");

/** The engine, who is signed in, and what mounts the routes, in one file: so no import needs an ending that one tool wants and another refuses. */
function mfaFile(project: Project): string {
  const store = OF_STORE[project.store](project);
  const mounted = MOUNTED[project.framework];
  const imports = [["{ createMfa, keyring }", "@nightlatch/core"], ...store.imports, ...mounted.imports] as const;
  const types = project.language === "ts" ? (mounted.types ?? []) : [];
  const lines = [
    ...imports.map(([names, from]) => `import ${names} from "${from}";`),
    ...types.map(([names, from]) => `import type ${names} from "${from}";`),
  ];
  // node: first, then by name, as most linters want it.
  lines.sort((a, b) => sortKey(a).localeCompare(sortKey(b)));
  const user = `/** Who is signed in, by your own session; never what the request merely claims. Until you say so, nobody is. */
async function userOf(_request‹: ${REQUEST[project.framework]}›)‹: Promise<${TYPED_USER}>› {
  return undefined;
}`;
  const options = `{
  issuer: "My app", // what authenticator apps show
  keys: keyring(process.env.NIGHTLATCH_KEYS),
  store: ${store.body},
}`;
  const engine =
    project.framework === "next"
      ? `function make() {
  ${store.before === undefined ? "" : `${indented(store.before)}\n  `}const mfa = createMfa(${indented(options)});
  const web = webMfa(mfa, ${indented(subjectOf("request"))});
  return { mfa, ...web };
}`
      : `${store.before === undefined ? "" : `${store.before}\n\n`}/** Await mfa.ready() before the app listens: a wrong key or a missing table shows there. */
export const mfa = createMfa(${options});`;
  const parts = [lines.join("\n"), engine, user, mounted.body];
  const text = inLanguage(`${parts.join("\n\n")}\n`, project.language);
  return project.language === "ts" || project.modules ? text : commonJs(text);
}

const indented = (text: string): string => text.replaceAll("\n", "\n  ");

const sortKey = (line: string): string => line.replace(/^.* from "(node:)?/, (_, node) => (node ? "0" : "1"));

/** CommonJS has the same code by other means. */
function commonJs(text: string): string {
  const exported = [...text.matchAll(/^export (?:const|async function) (?:\{ ([\w, ]+) \}|(\w+))/gm)].flatMap(([, many, one]) =>
    many ? many.split(", ") : [one as string],
  );
  const body = text.replace(/^import (.+) from (".+");$/gm, "const $1 = require($2);").replace(/^export /gm, "");
  return `${body}\nmodule.exports = { ${exported.join(", ")} };\n`;
}

/** All the code of a project, but for what is secret. */
export function filesFor(project: Project): Written[] {
  const { framework, language, sources } = project;
  const ending = language;
  if (framework !== "next") {
    return [{ path: posix.join(sources, `mfa.${ending}`), text: mfaFile(project), what: "the engine, the routes and the guard" }];
  }
  const library = posix.join(sources, "lib", "mfa");
  const route = posix.join(sources, "app", "auth", "mfa", "[...path]", `route.${ending}`);
  const from = posix.relative(dirname(route), library);
  const text = `import { handler } from "${from}";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export { handler as DELETE, handler as GET, handler as PATCH, handler as POST };
`;
  return [
    { path: `${library}.${ending}`, text: mfaFile(project), what: "the engine and the guard" },
    { path: route, text, what: "the routes" },
  ];
}
