import { appendFileSync, closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { MfaEventType } from "../../audit/events.ts";
import type { AuditHead, AuditQuery } from "../../audit/types.ts";
import type { Duration } from "../../internal/duration.ts";
import { addCommand, addGroup, type Running } from "../command.ts";
import { CliError, EXIT, usage } from "../exit.ts";
import { type Connecting, type Opened, withOpened } from "../opened.ts";
import { progressOn } from "../progress.ts";
import { counted, grouped, type Shell, type Told } from "../shell.ts";
import { eventLines } from "./event-lines.ts";

interface ListOptions extends Connecting {
  subject?: string;
  tenant?: string;
  type?: string[];
  actor?: string;
  factor?: string;
  from?: string;
  to?: string;
  newest?: boolean;
  after?: string;
  limit?: string;
}

interface VerifyOptions extends Connecting {
  heads?: string;
}

interface SealOptions extends Connecting {
  keepHead?: string;
}

interface PruneOptions extends Connecting {
  olderThan?: string;
}

function momentOf(name: string, text: string): Date {
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return date;
  throw usage(`${name} is a moment such as 2026-05-01 or 2026-05-01T12:00Z.`);
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= 1000) return limit;
  throw usage("--limit is a number from 1 to 1000.");
}

function queryOf({ subject, tenant, type, actor, factor, from, to, newest, after, limit = "100" }: ListOptions): AuditQuery {
  const whose =
    subject === undefined ? (tenant === undefined ? {} : { tenant }) : { subject: { id: subject, ...(tenant ? { tenant } : {}) } };
  return {
    ...whose,
    ...(type === undefined ? {} : { types: type as MfaEventType[] }),
    ...(actor === undefined ? {} : { actor }),
    ...(factor === undefined ? {} : { factorId: factor }),
    ...(from === undefined ? {} : { from: momentOf("--from", from) }),
    ...(to === undefined ? {} : { to: momentOf("--to", to) }),
    ...(after === undefined ? {} : { after }),
    order: newest ? "newest" : "oldest",
    limit: limitOf(limit),
  };
}

async function list({ mfa }: Opened, options: ListOptions): Promise<Told> {
  const { events, cursor, more } = await mfa.audit.list(queryOf(options));
  const isBroken = events.some(({ intact }) => !intact);
  const lines = events.length === 0 ? ["No events."] : [...eventLines(events), ...(more ? ["", `There is more: --after ${cursor}`] : [])];
  return { lines, data: { events, cursor, more }, exit: isBroken ? EXIT.faults : EXIT.ok };
}

const isHead = (value: unknown): value is AuditHead => {
  const { seal, hash, count, at, mac } = Object(value) as Partial<AuditHead>;
  return [seal, count, at].every(Number.isSafeInteger) && typeof hash === "string" && typeof mac === "string";
};

/** Heads as `audit seal --keep-head` appends them: one to a line. */
function headsOf(file: string, { cwd }: Shell): AuditHead[] {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), "utf8");
  } catch {
    throw usage(`The file ${file} of --heads can't be read.`);
  }
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line, index) => {
    let head: unknown;
    try {
      head = JSON.parse(line);
    } catch {
      // Said below.
    }
    if (isHead(head)) return head;
    throw usage(`Line ${index + 1} of ${file} is no head of the log, as audit seal --keep-head writes them.`);
  });
}

async function verify({ mfa }: Opened, options: VerifyOptions, shell: Shell): Promise<Told> {
  const heads = options.heads === undefined ? [] : headsOf(options.heads, shell);
  const progress = progressOn(shell, "verifying");
  const judged = await mfa.audit.verify({ heads, progress: ({ rows }) => progress.at(rows) }).finally(() => progress.end());
  const { seals, rows, removed, unsealed, head, heads: held } = judged;
  const checked = [
    `${counted(rows, "sealed row")} under ${counted(seals, "seal")}${removed > 0 ? `, ${grouped(removed)} more removed by prune` : ""}; ${grouped(unsealed)} not sealed yet.`,
    held > 0
      ? `Held against ${counted(held, "kept head")}.`
      : "No kept head was given: that the end of the log was cut off, or an older database put back, would not show. See --heads.",
  ];
  if (judged.ok)
    return { lines: ["The log is as it was written.", ...checked], data: { seals, rows, removed, unsealed, heads: held, head } };
  const { fault } = judged;
  const where = [
    ...(fault.seal === undefined ? [] : [`seal ${fault.seal}`]),
    ...(fault.seq === undefined ? [] : [`row ${fault.seq}`]),
    ...(fault.eventId === undefined ? [] : [`event ${fault.eventId}`]),
  ];
  const lines = [
    `The log is NOT as it was written: ${fault.kind}${where.length > 0 ? ` at ${where.join(", ")}` : ""}.`,
    fault.message,
    ...checked,
  ];
  return { lines, data: { fault, seals, rows, removed, unsealed, heads: held, head }, exit: EXIT.faults };
}

/** Whether a file of heads ends with this one. It is looked at anew each time: a head that could not be written is written by the next run. */
function endsWith(path: string, line: string): boolean {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    // It isn't there yet, or may only be appended to.
    return false;
  }
  try {
    const end = Buffer.alloc(Buffer.byteLength(line));
    const { size } = fstatSync(file);
    return size >= end.length && readSync(file, end, 0, end.length, size - end.length) === end.length && end.toString() === line;
  } finally {
    closeSync(file);
  }
}

async function seal({ mfa }: Opened, { keepHead }: SealOptions, { cwd }: Shell): Promise<Told> {
  const { rows, head } = await mfa.audit.seal();
  const line = `${JSON.stringify(head)}\n`;
  if (keepHead !== undefined && head && !endsWith(resolve(cwd, keepHead), line)) {
    try {
      appendFileSync(resolve(cwd, keepHead), line, { mode: 0o600 });
    } catch {
      throw new CliError(
        EXIT.faults,
        `Sealed ${counted(rows, "row")}, but ${keepHead} can't be written: this head was not kept. Run it again once it can.`,
      );
    }
  }
  const at = head ? ` Seal ${head.seal} covers ${counted(head.count, "row")}.` : "";
  return { lines: [rows === 0 ? `Nothing to seal.${at}` : `Sealed ${counted(rows, "row")}.${at}`], data: { rows, head } };
}

async function prune({ mfa }: Opened, { olderThan }: PruneOptions, shell: Shell): Promise<Told> {
  if (olderThan === undefined) throw usage("How old? Give --older-than, such as 365d.");
  const progress = progressOn(shell, "removing");
  const { removed } = await mfa.audit
    .prune({ olderThan: olderThan as Duration, progress: (count) => progress.at(count) })
    .finally(() => progress.end());
  const lines = [`Removed ${counted(removed, "row")}. Which authenticator was bound and removed when is still on record.`];
  return { lines, data: { removed } };
}

/** `nightlatch audit`. */
export function addAudit(program: Command, running: Running): void {
  const { shell } = running;
  const group = addGroup(program, "audit", "read the log of all that happened, and prove it");
  const listSpec = {
    name: "list",
    summary: "print events",
    what: `Prints a page of the audit log and checks each row's MAC: a row that was edited is marked, and the exit code is 1.
      There is no secret in the log.`,
    examples: [
      ["audit list --subject 42", "what happened to one user"],
      ["audit list --type locked --type mfa_reset --from 2026-05-01 --newest", "some kinds of events, the newest first"],
    ],
    opens: "keys",
  } as const;
  const opened = async (options: Connecting, run: (found: Opened) => Promise<Told>): Promise<Told> => await withOpened(options, shell, run);
  addCommand<ListOptions>(group, running, listSpec, async (options) => await opened(options, async (found) => await list(found, options)))
    .option("--subject <id>", "the events of one user")
    .option("--tenant <id>", "of one tenant, or the tenant of --subject")
    .option("--type <type>", "of this type; may be given again", (type: string, all: string[] = []) => [...all, type])
    .option("--actor <id>", "of which this admin is the actor")
    .option("--factor <id>", "about this authenticator")
    .option("--from <moment>", "from this moment on: 2026-05-01, 2026-05-01T12:00Z")
    .option("--to <moment>", "before this moment")
    .option("--newest", "the newest first")
    .option("--after <cursor>", "what follows the page that told this cursor")
    .option("--limit <number>", "events on a page, up to 1000", "100");

  const verifySpec = {
    name: "verify",
    summary: "prove that nobody changed the log",
    what: `Reads the whole log and proves that no row was edited, removed, added or moved since it was sealed, or says which
      is the first fault and where. Somebody who can write to the database can cut the end off together with its seals, or
      put an old backup back: only heads that were kept elsewhere show that.`,
    examples: [
      ["audit verify", "the log against its own seals"],
      ["audit verify --heads /mnt/worm/heads.ndjson", "and against what audit seal --keep-head wrote"],
    ],
    opens: "keys",
  } as const;
  addCommand<VerifyOptions>(
    group,
    running,
    verifySpec,
    async (options) => await opened(options, async (found) => await verify(found, options, shell)),
  ).option("--heads <file>", "heads that were kept elsewhere, one to a line");

  const sealSpec = {
    name: "seal",
    summary: "seal what is new in the log",
    what: `Chains the rows that are not sealed yet to those before them. Run it on a schedule, each minute say, where the app
      doesn't do it itself. --keep-head appends the new head to a file: have that lie where whoever can write to the
      database can't.`,
    examples: [["audit seal --keep-head /mnt/worm/heads.ndjson", "from cron"]],
    opens: "keys",
  } as const;
  addCommand<SealOptions>(
    group,
    running,
    sealSpec,
    async (options) => await opened(options, async (found) => await seal(found, options, shell)),
  ).option("--keep-head <file>", "append the new head to this file");

  const pruneSpec = {
    name: "prune",
    summary: "remove old rows of the log",
    what: `Removes rows that were sealed so long ago, but for the records of which authenticator was bound and removed when.
      Their seals stay, so that the rest verifies as before. It can be stopped anywhere.`,
    examples: [["audit prune --older-than 365d", "keep a year"]],
    opens: "keys",
  } as const;
  addCommand<PruneOptions>(
    group,
    running,
    pruneSpec,
    async (options) => await opened(options, async (found) => await prune(found, options, shell)),
  ).option("--older-than <duration>", "such as 365d; a day at least");
}
