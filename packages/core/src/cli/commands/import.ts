import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Mfa } from "../../engine/mfa.ts";
import type { Subject } from "../../engine/requests.ts";
import type { Refusal } from "../../engine/results.ts";
import { isMfaError } from "../../errors.ts";
import type { ImportedFactor } from "../../factors/index.ts";
import { addCommand, type Running } from "../command.ts";
import { dryStore } from "../dry-store.ts";
import { CliError, EXIT, usage } from "../exit.ts";
import { type Incoming, incoming, SOURCES, type Source } from "../import-sources.ts";
import { type Connecting, engineOn, environment, type Opened, withOpened } from "../opened.ts";
import { progressOn } from "../progress.ts";
import { aligned, counted, grouped, inputOf, type Shell, type Told } from "../shell.ts";

interface Options extends Connecting {
  from?: string;
  dryRun?: boolean;
  allowShort?: boolean;
  subjectColumn?: string;
  tenantColumn?: string;
  tenant?: string;
  column?: string[];
  digits?: string;
  period?: string;
}

/** What came of a row. */
type Fate = "imported" | "already" | { refused: string };

interface RefusedRow {
  place: string;
  subject?: string;
  reason: string;
}

interface Tally {
  imported: number;
  already: number;
  short: number;
  /** Of those imported. */
  counterBased: number;
  refused: RefusedRow[];
}

/** Rows that are written at the same time. */
const AT_ONCE = 8;
/** Refused rows shown to people; `--json` tells all. */
const SHOWN = 50;
const MOST_TRIES = 10;

/** "2:text,1:text", as better-auth reads BETTER_AUTH_SECRETS. */
const secretsOf = (text: string): { version: number; value: string }[] =>
  text.split(",").map((entry) => {
    const [, version, value] = /^\s*(\d{1,9}):(.+?)\s*$/.exec(entry) ?? [];
    if (version === undefined || value === undefined)
      throw usage('BETTER_AUTH_SECRETS is "2:text,1:text", the version before each secret.');
    return { version: Number(version), value };
  });

const numberOf = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw usage(`${name} is a number.`);
};

function sourceOf(options: Options, env: Shell["env"]): Source {
  if (options.from === undefined) throw usage(`What wrote the file? Give --from: ${SOURCES.join(", ")}.`);
  const columns = new Map<string, string>();
  for (const pair of options.column ?? []) {
    const [, name, own] = /^(\w+)=(.+)$/.exec(pair) ?? [];
    if (name === undefined || own === undefined) throw usage("--column is NAME=YOURS, such as --column secret=totp_secret.");
    columns.set(own, name);
  }
  const [digits, period] = [numberOf("--digits", options.digits), numberOf("--period", options.period)];
  return {
    from: options.from,
    columns,
    ...(options.subjectColumn === undefined ? {} : { subjectColumn: columns.get(options.subjectColumn) ?? options.subjectColumn }),
    ...(options.tenantColumn === undefined ? {} : { tenantColumn: columns.get(options.tenantColumn) ?? options.tenantColumn }),
    ...(options.tenant === undefined ? {} : { tenant: options.tenant }),
    betterAuth: {
      ...(env.BETTER_AUTH_SECRET ? { secret: env.BETTER_AUTH_SECRET } : {}),
      ...(env.BETTER_AUTH_SECRETS ? { secrets: secretsOf(env.BETTER_AUTH_SECRETS) } : {}),
      ...(digits === undefined ? {} : { digits }),
      ...(period === undefined ? {} : { period }),
    },
  };
}

const WHY: Partial<Record<Refusal["reason"], string>> = {
  factor_limit: "another authenticator would make too many codes valid at once for this user",
  expired: "others keep changing this user; import the row again",
};

const isCounterBased = (from: string | ImportedFactor): boolean =>
  typeof from === "string" ? /^otpauth:\/\/hotp\//i.test(from) : from.type === "hotp";

/** Rows of one user may meet each other, here or in another run: what was changed meanwhile is looked at again. */
async function takenOver(mfa: Mfa, who: Subject, from: string | ImportedFactor, allowShort: boolean, tally: Tally): Promise<Fate> {
  for (let attempt = 1; ; attempt += 1) {
    const taken = await mfa.factors.import(who, from, { allowShort });
    if (taken.ok) {
      tally.short += Number(taken.short);
      tally.counterBased += Number(isCounterBased(from));
      return "imported";
    }
    if (taken.reason === "already_enrolled") return "already";
    if (taken.reason !== "expired" || attempt === MOST_TRIES) return { refused: WHY[taken.reason] ?? taken.reason };
  }
}

/** Takes one over, or says why not. */
async function takeOver(mfa: Mfa, { subject, tenant, read }: Incoming, allowShort: boolean, tally: Tally): Promise<Fate> {
  if (subject === undefined) return { refused: "it doesn't say whose it is" };
  try {
    return await takenOver(mfa, { id: subject, ...(tenant === undefined ? {} : { tenant }) }, read(), allowShort, tally);
  } catch (error) {
    // The readers and the engine name the field and the fault, and never quote a value.
    const isOfRow = error instanceof RangeError || (isMfaError(error) && error.code === "config_invalid");
    if (isOfRow) return { refused: error.message.replace("with allowShort", "with --allow-short") };
    throw error;
  }
}

/** What came of some rows at once, in their order. Those of one user follow each other, so that the file's order decides. */
async function batchOf(rows: readonly Incoming[], take: (row: Incoming) => Promise<Fate>): Promise<{ row: Incoming; fate: Fate }[]> {
  const last = new Map<string, Promise<unknown>>();
  return await Promise.all(
    rows.map(async (row) => {
      const user = JSON.stringify([row.tenant, row.subject]);
      const mine = (last.get(user) ?? Promise.resolve()).then(async () => await take(row));
      last.set(user, mine);
      return { row, fate: await mine };
    }),
  );
}

async function takeAll(mfa: Mfa, rows: readonly Incoming[], options: Options, shell: Shell): Promise<Tally> {
  const tally: Tally = { imported: 0, already: 0, short: 0, counterBased: 0, refused: [] };
  const progress = progressOn(shell, options.dryRun ? "looking at rows" : "importing", rows.length);
  try {
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      if (shell.stop.isAsked) throw new CliError(EXIT.stopped, stoppedAt(at, rows.length, tally), { data: { ...tally } });
      const fates = await batchOf(
        rows.slice(at, at + AT_ONCE),
        async (row) => await takeOver(mfa, row, options.allowShort === true, tally),
      );
      for (const { row, fate } of fates) {
        if (typeof fate === "string") tally[fate] += 1;
        else tally.refused.push({ place: row.place, ...(row.subject === undefined ? {} : { subject: row.subject }), reason: fate.refused });
      }
      progress.at(Math.min(at + AT_ONCE, rows.length));
    }
  } finally {
    progress.end();
  }
  return tally;
}

const stoppedAt = (at: number, all: number, { imported }: Tally): string =>
  `at ${grouped(at)} of ${grouped(all)} rows; ${grouped(imported)} were imported and stay. Run the same command again: it passes over what is there.`;

function told({ imported, already, short, counterBased, refused }: Tally, rows: number, isDry: boolean): Told {
  const lines = [
    `${counted(rows, "row")}: ${grouped(imported)} ${isDry ? "would be imported" : "imported"}, ${grouped(already)} there already, ${grouped(refused.length)} refused.`,
    ...(short > 0 ? [`${counted(short, "secret is", "secrets are")} short; their owners are asked to enrol anew.`] : []),
    ...(counterBased > 0
      ? [`${counted(counterBased, "is", "are")} counter-based: your app's createMfa has to list hotp() among its factors.`]
      : []),
    ...(isDry ? ["Nothing was written: a dry run."] : []),
  ];
  if (refused.length > 0) {
    lines.push(
      "",
      "Refused:",
      ...aligned(
        refused
          .slice(0, SHOWN)
          .map(({ place, subject, reason }) => [`  ${place}`, subject === undefined ? "-" : `user ${subject}`, reason]),
      ),
    );
    if (refused.length > SHOWN) lines.push(`  and ${grouped(refused.length - SHOWN)} more: --json tells all of them`);
  }
  return {
    lines,
    data: { dryRun: isDry, rows, imported, already, short, counterBased, refused },
    exit: refused.length > 0 ? EXIT.faults : EXIT.ok,
  };
}

async function textOf(file: string, shell: Shell): Promise<string> {
  if (file === "-") return await inputOf(shell);
  try {
    return readFileSync(resolve(shell.cwd, file), "utf8");
  } catch {
    throw usage(`The file ${file} can't be read.`);
  }
}

async function imported(opened: Opened, text: string, file: string, options: Options, shell: Shell): Promise<Told> {
  const rows = incoming(text, file, sourceOf(options, environment(options, shell)));
  const isDry = options.dryRun === true;
  const mfa = isDry ? engineOn(dryStore(opened.store), opened.keys, opened.config) : opened.mfa;
  return told(await shell.stop.held(async () => await takeAll(mfa, rows, options, shell)), rows.length, isDry);
}

/** `nightlatch import`. */
export function addImport(program: Command, running: Running): void {
  const { shell } = running;
  const spec = {
    name: "import <file>",
    summary: "take over authenticators from another library",
    what: `Takes over authenticators that your users have in use already, so that nobody scans a new QR code. The file is
      JSON (a list), an object on each line, or CSV with a header; - reads the standard input. Each row needs the user's id
      and the secret as your app keeps it, decrypted. Imported ones are in use at once, so run it with --dry-run first. It may
      be run again, also after Ctrl-C: what is there already is passed over. No secret is ever printed.`,
    examples: [
      ["import users.csv --from otplib --column secret=totp_secret --dry-run", "see what would come over, and what not"],
      ["import twofactor.json --from better-auth", "rows of better-auth's table; BETTER_AUTH_SECRET opens them"],
      ["import otp.json --from django-otp", "what manage.py dumpdata otp_totp otp_hotp wrote"],
      ["import uris.csv --from uri --subject-column id", "rows with key URIs, otpauth://…"],
    ],
    opens: "keys",
  } as const;
  addCommand<Options>(program, running, spec, async (options, file = "-") => {
    const text = await textOf(file, shell);
    return await withOpened(options, shell, async (opened) => await imported(opened, text, file, options, shell));
  })
    .option("--from <library>", `what wrote the rows: ${SOURCES.join(", ")}`)
    .option("--dry-run", "read and judge everything, write nothing")
    .option("--allow-short", "also take secrets of 80 to 127 bits; they are marked")
    .option("--subject-column <name>", "the column of the user's id (subject, user_id, userId or user)")
    .option("--tenant-column <name>", "the column of the user's tenant")
    .option("--tenant <id>", "one tenant for all rows")
    .option("--column <name=yours>", "what a column is called in your file; may be given again", (pair: string, all: string[] = []) => [
      ...all,
      pair,
    ])
    .option("--digits <number>", "better-auth: digits of its codes, if not 6")
    .option("--period <seconds>", "better-auth: seconds of its codes, if not 30");
}
