import { availableParallelism, cpus } from "node:os";
import type { Ratio, Report } from "./runner.ts";

/** Each is a file that exports `bench`, which gives a report: beside this one, or where that is which it is about. */
const BENCHES = ["totp", "verify", "statements", "scale", "limits", "http", "bundle", "rooms"];
const ELSEWHERE: Readonly<Record<string, string>> = {
  bundle: "../../react/bench/bundle.ts",
  rooms: "../../../examples/meeting-rooms/bench/rooms.ts",
};

const asNumber = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2));

/** A target and whether it is met; nothing where there is none. */
function judged({ name, value, atLeast, atMost }: Ratio): string[] {
  if (atLeast !== undefined) return [`target ${name}: at least ${atLeast}, ${value >= atLeast ? "met" : "missed"}`];
  return atMost === undefined ? [] : [`target ${name}: at most ${atMost}, ${value <= atMost ? "met" : "missed"}`];
}

/** The report for people. The ratios come last, one on a line, for whoever reads them by program. */
function told(report: Report): string[] {
  const width = Math.max(...report.figures.map(({ name }) => name.length));
  const figures = report.figures.map(({ name, value, unit, quartiles, p95, perSecond, cpu }) => {
    const upTo = p95 === undefined ? "" : `  p95 ${asNumber(p95).padStart(7)}`;
    const rate = perSecond === undefined ? "" : `  ${asNumber(perSecond).padStart(6)}/s`;
    const spent = cpu === undefined ? "" : `  CPU ${asNumber(cpu).padStart(6)} µs`;
    const between = quartiles ? `  (middle half ${quartiles.map(asNumber).join(" to ")})` : "";
    return `  ${name.padEnd(width)}  ${asNumber(value).padStart(9)} ${unit}${upTo}${rate}${spent}${between}`;
  });
  return [report.title, "", ...report.method, "", ...figures, "", ...report.ratios.flatMap(judged)];
}

const name = process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";
if (!BENCHES.includes(name)) {
  console.error(`Say which benchmark to run: pnpm bench ${BENCHES.join("|")} [--json] [--quick]`);
  process.exit(2);
}
const { bench } = (await import(new URL(ELSEWHERE[name] ?? `./${name}.ts`, import.meta.url).href)) as { bench(): Promise<Report> };
const report = await bench();
const machine = { node: process.version, cpu: cpus()[0]?.model ?? "unknown", cores: availableParallelism() };
for (const line of told(report)) console.log(line);
console.log(`Node ${machine.node}, ${machine.cpu}, ${machine.cores} cores\n`);
if (process.argv.includes("--json")) console.log(`${JSON.stringify({ bench: name, machine, ...report }, undefined, 2)}\n`);
for (const { name: ratio, value } of report.ratios) console.log(`ratio ${ratio} ${value.toFixed(2)}`);
