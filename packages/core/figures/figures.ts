import { progressOf } from "../bench/progress.ts";
import { type Arena, type Ground, processesOf } from "./arenas.ts";
import { auditFigures } from "./audit.ts";
import { doubleSpends } from "./double-spends.ts";
import { failureCounts } from "./failure-counts.ts";
import { httpFuzz } from "./http-fuzz.ts";
import { killed } from "./killed.ts";
import { rotation } from "./rotation.ts";
import { sharedContract } from "./shared-contract.ts";
import { storeFaults } from "./store-faults.ts";
import type { Found } from "./table.ts";
import { timing } from "./timing.ts";

/** How much of a figure is run. */
export interface Extent {
  isQuick: boolean;
  /** Instead of the full count. */
  rounds?: number;
}

/** One of the figures: its number in the list of what is published, and how it is found. */
export interface Figure {
  name: string;
  /** Under which it is asked for together with others. */
  group?: string;
  find(grounds: readonly Ground[], extent: Extent): Promise<Found>;
}

/** Visits each store in turn, on something empty. */
async function eachOf<T>(
  grounds: readonly Ground[],
  what: string,
  visit: (arena: Arena, progress: (part: number) => void) => Promise<T>,
): Promise<{ name: string; processes: number; found: T; seconds: number }[]> {
  const results: { name: string; processes: number; found: T; seconds: number }[] = [];
  for (const { name, open } of grounds) {
    const progress = progressOf(`${what}, ${name}`);
    const arena = await open();
    if (!arena) {
      console.error(`Left out, for want of its server: ${name}.`);
      continue;
    }
    const began = performance.now();
    try {
      const found = await visit(arena, (part) => progress.at(part));
      results.push({ name, processes: processesOf(arena), found, seconds: Math.round((performance.now() - began) / 1000) });
    } finally {
      progress.done();
      await arena.close();
    }
  }
  return results;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const PROCESSES = "Two processes share the store, one where it can't be shared.";

function doubleSpendsOf(name: string, racers: number, full: number, quick: number, abreast: number): Figure {
  return {
    name,
    async find(grounds, { isQuick, rounds = isQuick ? quick : full }) {
      const results = await eachOf(grounds, name, (arena, progress) => doubleSpends(arena, { rounds, racers, abreast, progress }));
      const bad = sum(results.map(({ found }) => found.doubleSpent + found.unspent));
      return {
        title: `Double spends: ${rounds.toLocaleString("en")} rounds of ${racers} submissions of one code at once`,
        method: [
          `Each round a right code is submitted ${racers} times at once, and exactly one has to be taken. ${PROCESSES}`,
          `Rounds of ${abreast} subjects at a time run side by side. Compared: how many submissions were not refused under a lock before.`,
        ],
        columns: ["store", "processes", "rounds", "submissions", "compared", "double spends", "rounds without a winner", "seconds"],
        rows: results.map(({ name: store, processes, found, seconds }) => [
          store,
          processes,
          found.rounds,
          found.submissions,
          found.compared,
          found.doubleSpent,
          found.unspent,
          seconds,
        ]),
        verdict: `${sum(results.map(({ found }) => found.doubleSpent))} double spends`,
        holds: bad === 0,
      };
    },
  };
}

const failures: Figure = {
  name: "failure-counts",
  async find(grounds, { isQuick, rounds: guesses = isQuick ? 500 : 5_000 }) {
    const results = await eachOf(grounds, "failure-counts", (arena) => failureCounts(arena, guesses));
    const lost = sum(results.map(({ found }) => found.lost));
    return {
      title: `Lost failure counts: ${guesses.toLocaleString("en")} wrong codes at once`,
      method: [
        `One subject, all guesses submitted at once. ${PROCESSES}`,
        "Every guess has to be counted: as a failure, or as refused under the lock, in the store and in the log. No more may be compared than are counted as failures.",
      ],
      columns: ["store", "processes", "guesses", "compared", "counted failures", "counted refusals", "lost", "seconds"],
      rows: results.map(({ name, processes, found, seconds }) => [
        name,
        processes,
        found.guesses,
        found.compared,
        found.counted,
        found.refused,
        found.lost,
        seconds,
      ]),
      verdict: `${lost} lost`,
      holds: results.every(({ found }) => found.lost === 0 && found.compared === found.counted),
    };
  },
};

const faults: Figure = {
  name: "store-faults",
  async find(grounds, { isQuick, rounds = isQuick ? 1 : 5 }) {
    const results = await eachOf(grounds, "store-faults", (arena, progress) => storeFaults(arena, rounds, progress));
    const injected = sum(results.map(({ found }) => found.before + found.during + found.after));
    const closed = sum(results.map(({ found }) => found.closed));
    return {
      title: "Store faults: what comes of an act whose write fails",
      method: [
        "Seven acts (verify, sign in by authenticator and by recovery code, enable, disable, new recovery codes, a grant used once), and in each every write in turn fails:",
        "before it is made, once it is made (a time-out behind the commit), and within it, by a trigger that fails at the write of one table, each in turn. The memory store has no middle.",
        "Closed: nobody got in, and afterwards what was shown is taken at most once; not at all where the write that took it was made.",
      ],
      columns: ["store", "before", "within", "time-out after commit", "closed", "open", "seconds"],
      rows: results.map(({ name, found, seconds }) => [
        name,
        found.before,
        found.during,
        found.after,
        found.closed,
        found.open.length,
        seconds,
      ]),
      verdict: `${closed} of ${injected} closed (${((100 * closed) / injected).toFixed(1)} %)${results.flatMap(({ found }) => found.open.map((what) => `\n  open: ${what}`)).join("")}`,
      holds: closed === injected,
    };
  },
};

const deaths: Figure = {
  name: "killed",
  async find(grounds, { isQuick, rounds = isQuick ? 2 : 20 }) {
    const shared = grounds.filter(({ isShared }) => isShared);
    const died = await eachOf(shared, "killed", (arena, progress) => killed(arena, rounds, progress));
    return {
      title: "A process killed between taking a code and answering",
      method: [
        "A process of its own verifies a right code and kills itself (SIGKILL) once its store has taken it. Then the same code is submitted to another process, and the next code.",
        "Only stores that outlive a process.",
      ],
      columns: ["store", "deaths", "codes taken again", "users stuck", "seconds"],
      rows: died.map(({ name, found, seconds }) => [name, found.deaths, found.revived, found.stuck, seconds]),
      verdict: `${sum(died.map(({ found }) => found.revived))} codes taken again, ${sum(died.map(({ found }) => found.stuck))} users stuck`,
      holds: died.every(({ found }) => found.revived + found.stuck === 0),
    };
  },
};

const rotations: Figure = {
  name: "rotation",
  async find(grounds, { isQuick, rounds = isQuick ? 1 : 10 }) {
    const results = await eachOf(grounds, "rotation", ({ store }) =>
      rotation({ open: async () => ({ store, close: async () => {} }), rounds }),
    );
    const failed = sum(results.map(({ found }) => found.failed));
    return {
      title: `Key rotation under load: ${rounds} ${rounds === 1 ? "round" : "rounds"}`,
      method: [
        "Two engines over one store, while users verify in both: in each round the keyring's key is changed, then the keys of grants, log and secrets; all secrets are sealed anew.",
        "One such run is cut off in the middle each round, and the other engine runs it again. Removable: rounds after which the keyring's older key opened nothing any more.",
      ],
      columns: [
        "store",
        "verifications",
        "failed",
        "secrets sealed anew",
        "runs cut off",
        "left under an older key",
        "removable",
        "broken rows",
        "seconds",
      ],
      rows: results.map(({ name, found, seconds }) => [
        name,
        found.verifications,
        found.failed,
        found.resealed,
        found.interrupted,
        found.left,
        `${found.removable} of ${rounds}`,
        found.broken,
        seconds,
      ]),
      verdict: `${failed} failed verifications`,
      holds: results.every(({ found }) => found.failed + found.left + found.broken === 0 && found.removable === rounds),
    };
  },
};

const contract: Figure = {
  name: "contract",
  async find(grounds, { isQuick, rounds = isQuick ? 1 : 5 }) {
    const results = await eachOf(grounds, "contract", (arena) => sharedContract(arena, rounds));
    const failed = results.flatMap(({ name, found }) => found.failed.map((id) => `${name}: ${id}`));
    return {
      title: `The store contract, ${rounds === 1 ? "once" : `${rounds} times over`}`,
      method: [
        `Every case of @nightlatch/core/testing. ${PROCESSES} They run at the same time; cases about data keys, of which a store has one set, run in one.`,
      ],
      columns: ["store", "processes", "cases", "runs", "failed", "seconds"],
      rows: results.map(({ name, processes, found, seconds }) => [name, processes, found.cases, found.runs, found.failed.length, seconds]),
      verdict: `${failed.length} failed${failed.map((what) => `\n  ${what}`).join("")}`,
      holds: failed.length === 0,
    };
  },
};

const refusals: Figure = {
  name: "timing",
  async find() {
    const { enrolledMs, noneMs, differenceMs } = await timing();
    return {
      title: "Timing: a wrong code refused, of a subject with an authenticator and of one without",
      method: ["Medians of rounds in turns, on the memory store, where nothing else takes time."],
      columns: ["enrolled, ms", "none, ms", "difference, ms"],
      rows: [[enrolledMs, noneMs, differenceMs].map((ms) => ms.toFixed(3))],
      verdict: `${differenceMs.toFixed(3)} ms between them`,
      holds: differenceMs < 1,
    };
  },
};

const http: Figure = {
  name: "http",
  async find(_grounds, { isQuick, rounds = isQuick ? 400 : 10_000 }) {
    const progress = progressOf("http");
    const seed = 20_270_115;
    const { byStatus, serverErrors, hangs, formless, leaks, canaries } = await httpFuzz(rounds, seed, (part) => progress.at(part));
    progress.done();
    const faults = [...serverErrors, ...hangs, ...formless, ...leaks];
    for (const fault of faults.slice(0, 20)) console.error(fault);
    return {
      title: `${rounds.toLocaleString("en")} requests made from the OpenAPI document, on a live port`,
      method: [
        "Every operation as it is meant and bent in one way or several: values, bodies, media types, headers, paths, methods, grants and challenges.",
        "With some the store fails on the way. Each secret that was given out is then looked for in answers, events, log, metrics and errors.",
      ],
      columns: ["status", "answers"],
      rows: Object.entries(byStatus).map(([status, count]) => [status === "0" ? "cut off" : status, count]),
      verdict: `${serverErrors.length} answers of 5xx while nothing had failed, ${hangs.length} hangs, ${formless.length} refusals of another form, ${leaks.length} leaks of ${canaries.toLocaleString("en")} secrets`,
      holds: faults.length === 0,
    };
  },
};

/** All of them, in the order in which they are published. */
export const figures: readonly Figure[] = [
  doubleSpendsOf("double-spends", 4, 100_000, 400, 16),
  doubleSpendsOf("double-spends-50", 50, 100, 8, 2),
  failures,
  faults,
  deaths,
  rotations,
  contract,
  refusals,
  http,
  ...auditFigures,
];
