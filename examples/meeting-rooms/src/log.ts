import { type Logger, pino } from "pino";

/** The fields of a request that hold credentials. No code logs headers; were one to, these would not show. */
const SECRETS = ["authorization", "cookie", "set-cookie", "x-mfa-code", "mfa-grant", "mfa-challenge"];

/** An error without what a database driver hangs on it: the statement, and the values it was run with. */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error)) return { name: typeof error };
  const { name, message, stack, cause } = error;
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  return { name, message, ...code, stack, ...(cause === undefined ? {} : { cause: withoutValues(cause) }) };
}

/** The structured log, on standard output. */
export function createLog(level: string): Logger {
  return pino({
    level,
    base: {},
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: withoutValues },
    redact: { paths: SECRETS.flatMap((name) => [`headers["${name}"]`, `*.headers["${name}"]`]), censor: "[redacted]" },
  });
}
