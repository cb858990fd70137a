import type { Command } from "commander";
import { EXIT, type ExitCode } from "./exit.ts";
import { painted, type Shell, type Told } from "./shell.ts";

/** Where the commands are put together, and how the one that ran ended. */
export interface Running {
  readonly shell: Shell;
  exit: ExitCode;
}

/** A command, as its help tells of it. */
export interface Spec {
  /** With its arguments: `show <subject>`. */
  name: string;
  /** A line for the list of commands. */
  summary: string;
  /** What it does, and why one would. */
  what: string;
  /** Command lines, each with what it is good for. */
  examples: readonly (readonly [line: string, what: string])[];
  /** It opens the database; with `keys`, the data keys too. */
  opens?: "store" | "keys";
}

const folded = (text: string): string => text.replace(/\s+/g, " ").trim();

/** Adds a command to a group of them, or to the program. */
export function addCommand<Options extends object>(
  parent: Command,
  running: Running,
  { name, summary, what, examples, opens }: Spec,
  run: (options: Options, ...args: string[]) => Promise<Told>,
): Command {
  const command = parent.command(name).summary(summary).description(folded(what));
  const lines = examples.flatMap(([line, why]) => [`  # ${why}`, `  $ nightlatch ${line}`, ""]);
  command.addHelpText("after", `\nExamples:\n${lines.join("\n").trimEnd()}`);
  if (opens) {
    command
      .option("--database <url>", "postgres://…, mysql://… or sqlite:path (else DATABASE_URL)")
      .option("--config <file>", "the host's own store and keys (else nightlatch.config.js, .mjs, .ts or .mts here)")
      // Not --env-file: Node takes that for its own, wherever on the command line it stands.
      .option("--env <file>", "read variables from a file such as .env; those that are set already stay");
  }
  if (opens === "keys") command.option("--keys-file <file>", "the keyring's file (else NIGHTLATCH_KEYS, or NIGHTLATCH_KEYS_FILE)");
  command.option("--json", "print one JSON object, for programs");
  command.action(async () => {
    const options = command.opts<Options & { json?: boolean }>();
    const { lines: told, data, exit = EXIT.ok } = await run(options, ...command.args);
    running.exit = exit;
    const { stdout } = running.shell;
    if (options.json) stdout.write(`${JSON.stringify({ ok: exit === EXIT.ok, command: fullNameOf(command), ...data })}\n`);
    else if (told.length > 0) stdout.write(`${told.join("\n")}\n`);
  });
  return command;
}

/** "keys generate" */
export function fullNameOf(command: Command): string {
  const parent = command.parent;
  return parent?.parent ? `${fullNameOf(parent)} ${command.name()}` : command.name();
}

/** Adds a group of commands. */
export function addGroup(program: Command, name: string, summary: string): Command {
  return program.command(name).summary(summary).description(summary).helpCommand(false);
}

/** A mark before a line: whether it is well. */
export function marked(stream: NodeJS.WriteStream, state: "ok" | "warning" | "fault" | "skipped"): string {
  const STYLES = { ok: "green", warning: "yellow", fault: "red", skipped: "dim" } as const;
  return painted(stream, STYLES[state], state.padEnd("skipped".length));
}
