import type { Command } from "commander";
import { addCommand, addGroup, type Running } from "../command.ts";
import { EXIT, usage } from "../exit.ts";
import { type Connecting, type Opened, withOpened } from "../opened.ts";
import type { Told } from "../shell.ts";
import { eventLines } from "./event-lines.ts";

interface ListOptions extends Connecting {
  subject?: string;
  tenant?: string;
  after?: string;
  limit?: string;
}

const wholeNumber = (name: string, text: string | undefined, most: number): number | undefined => {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= most) return number;
  throw usage(`${name} is a whole number up to ${most.toLocaleString("en-US")}.`);
};

async function list({ mfa }: Opened, options: ListOptions): Promise<Told> {
  const { subject: id, tenant } = options;
  if (tenant !== undefined && id === undefined) throw usage("--tenant says whose --subject it is. Give both.");
  const after = wholeNumber("--after", options.after, Number.MAX_SAFE_INTEGER);
  const limit = wholeNumber("--limit", options.limit, 1000) ?? 100;
  const { events, cursor } = await mfa.audit.list({
    ...(id === undefined ? {} : { subject: { id, ...(tenant === undefined ? {} : { tenant }) } }),
    ...(after === undefined ? {} : { after }),
    limit,
  });
  const isBroken = events.some(({ intact }) => !intact);
  const more = events.length === limit ? ["", `More may follow: --after ${cursor}`] : [];
  const lines = events.length === 0 ? ["No events."] : [...eventLines(events), ...more];
  return { lines, data: { events, cursor }, exit: isBroken ? EXIT.faults : EXIT.ok };
}

/** `nightlatch audit`. */
export function addAudit(program: Command, running: Running): void {
  const { shell } = running;
  const group = addGroup(program, "audit", "read the log of all that happened, and prove it");
  const listSpec = {
    name: "list",
    summary: "print events, oldest first",
    what: `Prints a page of the audit log and checks each row's MAC: a row that was edited is marked, and the exit code is 1.
      There is no secret in the log.`,
    examples: [
      ["audit list --subject 42", "what happened to one user"],
      ["audit list --after 1000 --limit 1000 --json", "the next thousand, for a program"],
    ],
    opens: "keys",
  } as const;
  addCommand<ListOptions>(
    group,
    running,
    listSpec,
    async (options) => await withOpened(options, shell, async (opened) => await list(opened, options)),
  )
    .option("--subject <id>", "the events of one user")
    .option("--tenant <id>", "the user's tenant")
    .option("--after <cursor>", "events behind this cursor, which the page before tells")
    .option("--limit <number>", "events on a page, up to 1000", "100");
}
