import { isMfaError, type MfaErrorCode } from "../errors.ts";

/** How the program ends. docs/cli.md explains each. */
export const EXIT = {
  ok: 0,
  /** It did what it was asked, and found something wrong. */
  faults: 1,
  /** It was asked in a way that makes no sense. */
  usage: 2,
  /** The database, its driver or its tables are not there. */
  unreachable: 3,
  /** The keys do not open the store. */
  keys: 4,
  /** A fault of this program's own. */
  broken: 70,
  /** Stopped by Ctrl-C or SIGTERM; what was done stays done. */
  stopped: 130,
} as const;

/** One of them. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What ends the program early: the message says what happened and how to mend it. */
export class CliError extends Error {
  override readonly name: string = "CliError";
  readonly exit: ExitCode;
  /** What had been done until then, for `--json`. */
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(exit: ExitCode, message: string, { data, ...options }: ErrorOptions & { data?: Readonly<Record<string, unknown>> } = {}) {
    super(message, options);
    this.exit = exit;
    this.data = data;
  }
}

/** It was asked in a way that makes no sense. */
export const usage = (message: string): CliError => new CliError(EXIT.usage, message);

/** Something that it needs can't be reached. */
export const unreachable = (message: string, cause?: unknown): CliError => new CliError(EXIT.unreachable, message, { cause });

const OF_ERROR: Record<MfaErrorCode, ExitCode> = {
  config_invalid: EXIT.usage,
  key_unusable: EXIT.keys,
  seal_broken: EXIT.faults,
  store_failed: EXIT.unreachable,
  enrolment_mismatch: EXIT.faults,
  delivery_failed: EXIT.faults,
};

/** What an error ends the program with. */
export function exitOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exit;
  return isMfaError(error) ? (OF_ERROR[error.code] ?? EXIT.broken) : EXIT.broken;
}

/** The stable name of an ending, for whoever reads `--json`. */
export function nameOf(exit: ExitCode): string {
  return Object.entries(EXIT).find(([, code]) => code === exit)?.[0] ?? "broken";
}
