import { progressOf } from "../bench/progress.ts";
import { canaries } from "./audit-canaries.ts";
import { tampering } from "./audit-tampering.ts";
import type { Figure } from "./figures.ts";

const text = (number: number): string => number.toLocaleString("en");

/** Whether a secret ever comes out. */
const secrets: Figure = {
  name: "audit-canaries",
  group: "audit",
  async find(_, { isQuick, rounds: events = isQuick ? 2_000 : 100_000 }) {
    const progress = progressOf("audit-canaries");
    const found = await canaries({ events, progress: progress.at });
    progress.done();
    return {
      title: `Secrets in what is told: ${text(events)} events`,
      method: [
        "Subjects live through every verb of the engine, right, wrong, under locks, over a store that fails, and with secrets typed where none belongs.",
        "Each secret is unique: of authenticators, key URIs, codes, recovery codes, delivered codes, grants, challenges, devices, sessions, addresses, the keyring and the webhook.",
        "Each is looked for in all that comes out. pino logs at every level; the webhook's receiver is a server, and turns one post of ten away.",
      ],
      columns: ["where", "characters searched"],
      rows: Object.entries(found.searched),
      verdict: `${found.leaks.length} leaks of ${text(found.canaries)} secrets, over ${found.called.length} verbs and ${text(found.events)} events${[...found.leaks, ...found.uncalled.map((verb) => `not called: ${verb}`)].map((what) => `\n  ${what}`).join("")}`,
      holds: found.leaks.length + found.uncalled.length === 0,
    };
  },
};

/** Whether tampering is ever missed. */
const tampered: Figure = {
  name: "audit-tampering",
  group: "audit",
  async find(_, { isQuick, rounds = isQuick ? 5 : 100 }) {
    const events = isQuick ? 5_000 : 100_000;
    const progress = progressOf("audit-tampering");
    const { rows, seals, ways } = await tampering({ events, rounds, progress: progress.at });
    progress.done();
    const missed = ways.reduce((sum, { tried, detected }) => sum + tried - detected, 0);
    return {
      title: `Tampering with a log of ${text(rows)} events in ${text(seals)} seals`,
      method: [
        "Each way is tried at places by chance, with the whole log verified each time; the first, at every row, by the row's own check.",
        "Placed: the fault names the very row; where seals were cut off with their rows, or were edited, the seal.",
      ],
      columns: ["what was done", "tried", "detected", "placed"],
      rows: ways.map(({ way, tried, detected, placed }) => [way, tried, detected, placed]),
      verdict: `${missed} missed`,
      holds: ways.every(({ tried, detected, placed }) => tried === detected && detected === placed),
    };
  },
};

/** What the audit log is measured by. */
export const auditFigures: readonly Figure[] = [secrets, tampered];
