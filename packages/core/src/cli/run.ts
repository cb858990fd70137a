import { Command, CommanderError } from "commander";
import type { Running } from "./command.ts";
import { addAudit } from "./commands/audit.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addImport } from "./commands/import.ts";
import { addInit } from "./commands/init.ts";
import { addKeys } from "./commands/keys.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addRotate } from "./commands/rotate.ts";
import { addSubject } from "./commands/subject.ts";
import { CliError, EXIT, type ExitCode, exitOf, nameOf } from "./exit.ts";
import { painted, type Shell } from "./shell.ts";
import { packageVersion } from "./version.ts";

const ABOUT = "Looks after Nightlatch: its keys, its tables, its users' second factors and its log.";

const AFTER = `
Connections:
  The database is DATABASE_URL, --database, or the store that nightlatch.config.js exports.
  The keys are NIGHTLATCH_KEYS, --keys-file, or the keys that nightlatch.config.js exports.

Exit codes:
  0  done, all well            3  the database, its driver or its tables are not there
  1  done, something is wrong  4  the keys do not open the store
  2  asked in a wrong way      130  stopped by Ctrl-C; what was done stays done

nightlatch <command> --help says what a command does and why, with an example.`;

/** All the commands. */
export function createProgram(running: Running): Command {
  const { stdout, stderr } = running.shell;
  const program = new Command("nightlatch")
    .description(ABOUT)
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", AFTER)
    .showHelpAfterError("nightlatch --help lists the commands; nightlatch <command> --help explains one.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  addInit(program, running);
  addKeys(program, running);
  addMigrate(program, running);
  addDoctor(program, running);
  addSubject(program, running);
  addImport(program, running);
  addRotate(program, running);
  addAudit(program, running);
  return program;
}

/** What an error says to whoever ran the command. */
function messageOf(error: unknown, exit: ExitCode): string {
  if (!(error instanceof Error)) return "Something was thrown that is no error.";
  return exit === EXIT.broken ? `This is a fault of nightlatch's own: ${error.stack ?? error.message}` : error.message;
}

/** Runs one command line; gives what the process ends with. */
export async function run(args: readonly string[], shell: Shell): Promise<ExitCode> {
  const running: Running = { shell, exit: EXIT.ok };
  const isJson = args.includes("--json");
  const program = createProgram(running);
  const told: string[] = [];
  // A program that reads JSON is told of its mistake in JSON too.
  if (isJson) for (const command of everyCommand(program)) command.configureOutput({ writeErr: (text) => told.push(text) });
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: "user" });
    return running.exit;
  } catch (error) {
    const isUsage = error instanceof CommanderError;
    if (isUsage && error.exitCode === 0) return EXIT.ok;
    const exit = isUsage ? EXIT.usage : exitOf(error);
    const message = isUsage ? error.message.replace(/^error: /, "") : messageOf(error, exit);
    if (isJson) shell.stdout.write(`${JSON.stringify({ ok: false, error: { name: nameOf(exit), exit, message, ...dataOf(error) } })}\n`);
    else if (!isUsage) shell.stderr.write(`${painted(shell.stderr, "red", exit === EXIT.stopped ? "stopped:" : "error:")} ${message}\n`);
    return exit;
  }
}

const dataOf = (error: unknown): object => (error instanceof CliError && error.data ? { data: error.data } : {});

/** A command and all below it. */
export const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)];
