import type { Command } from "commander";
import { isMfaError } from "../../errors.ts";
import { type Check, clock, keysFile, keysOpen, limits, log, logAndRows, node, packages, rights, seals, tables } from "../checks.ts";
import { addCommand, marked, type Running } from "../command.ts";
import { CliError, EXIT, type ExitCode, exitOf } from "../exit.ts";
import { type Connecting, engineOn, environment, keysOf, type Opened, type OpenedStore, openStore } from "../opened.ts";
import { counted, harmless, type Shell, type Told } from "../shell.ts";

interface Options extends Connecting {
  fast?: boolean;
}

/** What reads a whole table. */
const LONG = ["log", "log and rows"];

/** What is looked at wherever the database and the keys are there. */
const ALL = ["database", "tables", "rights", "clock", "limits", "keys", "secrets", ...LONG];

/** Faults of what is looked at are findings; anything else is a fault of this program. */
function faultOf(name: string, error: unknown): Check {
  if (!(isMfaError(error) || error instanceof CliError)) throw error;
  return { name, state: "fault", found: error.message };
}

/** The gravest ending that the faults ask for: what can't be reached hides all the rest. */
const graver = (a: ExitCode, b: ExitCode): ExitCode =>
  [EXIT.unreachable, EXIT.keys, EXIT.usage, EXIT.faults].find((exit) => exit === a || exit === b) ?? EXIT.ok;

async function looked(options: Options, shell: Shell): Promise<{ checks: Check[]; exit: ExitCode }> {
  const checks: Check[] = [node(), packages(shell)];
  const ownFile = keysFile(options, { ...shell, env: environment(options, shell) });
  if (ownFile) checks.push(ownFile);
  let exit: ExitCode = checks.some(({ state }) => state === "fault") ? EXIT.faults : EXIT.ok;
  const look = async (name: string, check: () => Promise<Check>): Promise<boolean> => {
    try {
      const found = await check();
      checks.push(found);
      if (found.state === "fault") exit = graver(exit, EXIT.faults);
      return found.state !== "fault";
    } catch (error) {
      checks.push(faultOf(name, error));
      exit = graver(exit, exitOf(error));
      return false;
    }
  };

  let store: OpenedStore | undefined;
  try {
    const isOpen = await look("database", async () => {
      store = await openStore(options, shell);
      return { name: "database", state: "ok", found: store.database ? `${store.database.version} at ${store.place}` : store.place };
    });
    if (!isOpen || !store) return { checks, exit };
    const opened = store;
    const hasTables = await look("tables", async () => await tables(opened));
    if (hasTables) await look("rights", async () => await rights(opened));
    await look("clock", async () => await clock(opened));
    await look("limits", async () => await limits(opened));
    if (!hasTables) return { checks, exit };
    let withKeys: Opened | undefined;
    const areOpen = await look("keys", async () => {
      const keys = keysOf(options, opened, shell.cwd);
      withKeys = { ...opened, keys, mfa: engineOn(opened.store, keys, opened.config) };
      return await keysOpen(withKeys);
    });
    if (!areOpen || !withKeys) return { checks, exit };
    const all = withKeys;
    await look("secrets", async () => await seals(all));
    if (options.fast) return { checks, exit };
    if ((await opened.store.dataKeys()).length === 0) {
      checks.push(...LONG.map((name): Check => ({ name, state: "skipped", found: "nothing has been written yet" })));
      return { checks, exit };
    }
    await look("log", async () => await log(all, shell));
    await look("log and rows", async () => await logAndRows(all, shell));
    return { checks, exit };
  } finally {
    await store?.close();
  }
}

async function doctor(options: Options, shell: Shell): Promise<Told> {
  const { checks, exit } = await looked(options, shell);
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, state, found, mend }) => [
    `${marked(shell.stdout, state)}  ${name.padEnd(width)}  ${harmless(found)}`,
    ...(mend === undefined ? [] : [`${" ".repeat(width + 11)}-> ${mend}`]),
  ]);
  const notReached = ALL.filter((name) => !checks.some((check) => check.name === name) && !(options.fast && LONG.includes(name)));
  if (notReached.length > 0)
    lines.push(`${marked(shell.stdout, "skipped")}  ${notReached.join(", ")}: can't be looked at before that is mended`);
  const count = (state: Check["state"]): number => checks.filter((check) => check.state === state).length;
  const summary = exit === EXIT.ok ? "No faults." : `${counted(count("fault"), "fault")}.`;
  const warnings = count("warning") > 0 ? ` ${counted(count("warning"), "warning")}.` : "";
  return { lines: [...lines, "", `${summary}${warnings}`], data: { checks }, exit };
}

/** `nightlatch doctor`. */
export function addDoctor(program: Command, running: Running): void {
  const spec = {
    name: "doctor",
    summary: "look whether everything that MFA hangs on is well",
    what: `Looks at what has to hold, and says how to mend what doesn't: versions, the database and its tables, its clock
      against this machine's, whether its user may do what is needed (on PostgreSQL), whether the keys open it, whether the
      rate limits count, and whether the audit log and the authenticators agree: rows that were deleted by hand let users in
      by password alone, or shut them out where the app keeps its flag enrolled. It changes nothing. Run it as the user that
      the app has in the database, after a deploy, after a restore, and every night.`,
    examples: [
      ["doctor", "all of it"],
      ["doctor --fast --json", "without reading the whole log, for a monitor"],
    ],
    opens: "keys",
  } as const;
  addCommand<Options>(program, running, spec, async (options) => await doctor(options, running.shell)).option(
    "--fast",
    "leave out what reads the whole log",
  );
}
