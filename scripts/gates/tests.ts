import { readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { cache, complete, execute, type Outcome, root } from "../gate.ts";

/** What is read of the report that vitest writes. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[];
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
  const tests = { passed: report.numPassedTests, failed: report.numFailedTests, skipped: skipped.length };
  const note = [`${tests.passed} tests in ${report.testResults.length} files`, ...skipped].join("\n        ");
  if (complete && skipped.length > 0) return { ok: false, output, note, tests };
  // A file that can't be loaded has failed without a failed test of its own.
  const whole = ok && tests.failed === 0 && report.testResults.every(({ status }) => status === "passed");
  return { ok: whole, output, note, tests };
}
