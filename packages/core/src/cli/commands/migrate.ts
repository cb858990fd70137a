import type { Command } from "commander";
import { mysqlMigrations } from "../../stores/mysql/index.ts";
import { postgresMigrations } from "../../stores/postgres/index.ts";
import { sqliteMigrations } from "../../stores/sqlite/index.ts";
import { addCommand, type Running } from "../command.ts";
import { type DatabaseKind, kindOf } from "../database.ts";
import { usage } from "../exit.ts";
import { type Connecting, environment, openStore } from "../opened.ts";
import { counted, type Shell, type Told } from "../shell.ts";

interface Options extends Connecting {
  print?: boolean;
  dialect?: string;
  from?: string;
}

const MIGRATIONS: Readonly<Record<DatabaseKind, readonly { version: number; sql: string }[]>> = {
  postgres: postgresMigrations,
  mysql: mysqlMigrations,
  sqlite: sqliteMigrations,
};

const isKind = (text: string): text is DatabaseKind => Object.hasOwn(MIGRATIONS, text);

function dialectOf(options: Options, shell: Shell): DatabaseKind {
  const { dialect } = options;
  if (dialect !== undefined) {
    if (isKind(dialect)) return dialect;
    throw usage("--dialect is postgres, mysql (which MariaDB speaks too) or sqlite.");
  }
  const url = options.database ?? environment(options, shell).DATABASE_URL;
  if (!url) throw usage("SQL for which database? Give --dialect postgres, mysql or sqlite.");
  return kindOf(url);
}

/** The SQL itself, without touching any database. */
function printed(options: Options, shell: Shell): Told {
  const dialect = dialectOf(options, shell);
  const from = options.from === undefined ? 0 : Number(options.from);
  if (!Number.isSafeInteger(from) || from < 0) throw usage("--from is the version that the tables have: 0, 1 and so on.");
  const migrations = MIGRATIONS[dialect].filter(({ version }) => version > from);
  const lines = migrations.flatMap(({ version, sql }) => [
    `-- Nightlatch, version ${version} of the tables, for ${dialect}`,
    sql.trim(),
    "",
  ]);
  return { lines, data: { dialect, migrations } };
}

async function migrated(options: Options, shell: Shell): Promise<Told> {
  const opened = await openStore(options, shell, { make: true });
  try {
    const before = (await opened.database?.installed()) ?? [];
    await opened.store.migrate();
    if (!opened.database) return { lines: [`${opened.place} is up to date.`], data: { place: opened.place } };
    const versions = await opened.database.installed();
    const added = versions.filter((version) => !before.includes(version));
    const at = versions.at(-1) ?? 0;
    const said =
      added.length === 0
        ? `${opened.place} is up to date, at version ${at} of the tables.`
        : `${opened.place}: ran ${counted(added.length, "migration")}; the tables are at version ${at}.`;
    return { lines: [said], data: { place: opened.place, before, ran: added, version: at } };
  } finally {
    await opened.close();
  }
}

/** `nightlatch migrate`. */
export function addMigrate(program: Command, running: Running): void {
  const { shell } = running;
  const spec = {
    name: "migrate",
    summary: "bring the database's tables up to date, or print the SQL",
    what: `Makes the tables of Nightlatch, all beginning with nightlatch_, or brings those of an earlier release up to date.
      Run it before you start a new release; it may run again and beside itself, and running services go on meanwhile.
      --print shows the SQL and touches nothing, for teams whose migrations are run by somebody else: the app's own user
      then needs no right to create tables.`,
    examples: [
      ["migrate", "bring the database of DATABASE_URL up to date"],
      ["migrate --print --dialect postgres > nightlatch.sql", "only the SQL"],
    ],
    opens: "store",
  } as const;
  addCommand<Options>(program, running, spec, async (options) => (options.print ? printed(options, shell) : await migrated(options, shell)))
    .option("--print", "print the SQL and touch no database")
    .option("--dialect <name>", "with --print: postgres, mysql or sqlite (else the database's)")
    .option("--from <version>", "with --print: leave out the versions up to this one");
}
