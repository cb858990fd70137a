import { readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { cache, complete, execute, type Outcome, root } from "../gate.ts";

/** Lines shown of what a failed test says, and of what vitest prints about all of them. */
const MESSAGE_LINES = 12;
const OUTPUT_LINES = 200;

/** What is read of the report that vitest writes. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] | null }[];
  }[];
}

/** A test that failed, or a file that did outside of its tests. */
interface Failure {
  name: string;
  message: string;
}

const firstLines = (text: string, count: number): string[] => {
  const lines = text.trim().split("\n");
  return lines.length > count ? [...lines.slice(0, count), `(${lines.length - count} lines more)`] : lines;
};

/** The lines of a stack that lead through Node and vitest say nothing. */
const withoutForeignLines = (messages: readonly string[]): string =>
  messages
    .join("\n")
    .split("\n")
    .filter((line) => !/^\s+at .*(node_modules|node:internal|<anonymous>)/.test(line))
    .join("\n");

function failuresIn({ testResults }: Report): Failure[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults
      .filter((test) => test.status === "failed")
      .map(({ fullName, failureMessages }) => ({ name: `${file}: ${fullName}`, message: withoutForeignLines(failureMessages ?? []) }));
    // A file that can't be loaded, or whose hooks fail, has failed without a failed test of its own.
    if (status === "passed" || failed.length > 0) return failed;
    return [{ name: `${file}: not loaded, or a hook of it failed`, message: message || "See vitest's own words below." }];
  });
}

/** What failed comes first, lest a log that is cut off leaves out the one thing to know. Then vitest's words on it. */
function told(failures: readonly Failure[], output: string): string {
  const list = failures.flatMap(({ name, message }) => [name, ...firstLines(message, MESSAGE_LINES).map((line) => `    ${line}`)]);
  const from = output.search(/^.*(Failed Suites|Failed Tests|Unhandled Errors?) /m);
  const rest = from < 0 ? output.split("\n").slice(-OUTPUT_LINES) : firstLines(output.slice(from), OUTPUT_LINES);
  return [...list, "", ...rest].join("\n");
}

/** Runs every test of the workspace. */
export async function tests(): Promise<Outcome> {
  const path = join(cache, "tests.json");
  await rm(path, { force: true });
  const { ok, output } = await execute("vitest", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${path}`]);
  const report = await readFile(path, "utf8").then(
    (text) => JSON.parse(text) as Report,
    () => undefined,
  );
  if (!report) return { ok: false, output: `vitest wrote no report.\n${output}` };

  const skipped = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== "passed" && status !== "failed")
      .map(({ fullName }) => `skipped: ${relative(root, name)}: ${fullName}`),
  );
  const counts = { passed: report.numPassedTests, failed: report.numFailedTests, skipped: skipped.length };
  const note = [`${counts.passed} tests in ${report.testResults.length} files`, ...skipped].join("\n        ");
  const failures = failuresIn(report);
  const whole = ok && counts.failed === 0 && failures.length === 0 && !(complete && skipped.length > 0);
  return { ok: whole, output: told(failures, output), note, tests: counts, failures: failures.map(({ name }) => name) };
}
