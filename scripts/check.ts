import { complete, type Gate, type Outcome } from "./gate.ts";
import { gates } from "./gates.ts";

/** Two gates at a time: most of them keep one core busy. */
const LANES = 2;

/** The gates asked for on the command line with those they need; all of them when none is named. */
function chosen(names: readonly string[]): Gate[] {
  const unknown = names.filter((name) => !gates.some((gate) => gate.name === name));
  if (unknown.length > 0) {
    console.error(`No such gate: ${unknown.join(", ")}. There are: ${gates.map(({ name }) => name).join(", ")}.`);
    process.exit(2);
  }
  const wanted = new Set(names);
  for (const name of wanted) for (const need of gates.find((gate) => gate.name === name)?.needs ?? []) wanted.add(need);
  return names.length === 0 ? [...gates] : gates.filter(({ name }) => wanted.has(name));
}

async function judge(gate: Gate, done: ReadonlyMap<string, Outcome>): Promise<Outcome> {
  const broken = gate.needs?.filter((need) => !done.get(need)?.ok) ?? [];
  if (broken.length > 0) return { ok: false, output: `It needs ${broken.join(", ")}, which failed.` };
  try {
    return await gate.run();
  } catch (error) {
    return { ok: false, output: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function runAll(all: readonly Gate[]): Promise<Map<string, Outcome>> {
  const done = new Map<string, Outcome>();
  const running = new Map<string, Promise<void>>();
  const waiting = [...all];

  const start = async (gate: Gate): Promise<void> => {
    const began = performance.now();
    const outcome = await judge(gate, done);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(
      `${outcome.ok ? "ok    " : "FAILED"}  ${gate.name.padEnd(12)} ${seconds.padStart(6)} s${outcome.note ? `  ${outcome.note}` : ""}`,
    );
    if (!outcome.ok) console.log(`${outcome.output.replace(/^/gm, "        ")}\n`);
    done.set(gate.name, outcome);
    running.delete(gate.name);
  };

  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex(({ needs, alone }) => {
      if (needs?.some((need) => running.has(need) || waiting.some(({ name }) => name === need))) return false;
      return alone ? running.size === 0 && waiting.length === 1 : running.size < LANES;
    });
    const [gate] = next < 0 ? [] : waiting.splice(next, 1);
    if (gate) running.set(gate.name, start(gate));
    else await Promise.race(running.values());
  }
  return done;
}

const done = await runAll(chosen(process.argv.slice(2)));
const count = { passed: 0, failed: 0, skipped: 0 };
for (const [name, { ok, tests, failures = [] }] of done) {
  count.passed += tests?.passed ?? 0;
  count.failed += tests?.failed ?? 0;
  count.skipped += tests?.skipped ?? 0;
  // The tests count one by one; their gate counts only when it failed without a failed test.
  if (!tests) count[ok ? "passed" : "failed"] += 1;
  else if (!ok && tests.failed === 0) count.failed += 1;
  if (!ok) console.log(`Failed: ${[name, ...failures].join("\n        ")}`);
}
if (complete && count.skipped > 0) console.log("With CI=true nothing may be skipped.");
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ""}`);
process.exitCode = count.failed > 0 ? 1 : 0;
