import { execute, type Gate } from "./gate.ts";
import { build } from "./gates/build.ts";
import { changesets } from "./gates/changesets.ts";
import { docExamples } from "./gates/doc-examples.ts";
import { documents } from "./gates/documents.ts";
import { hygiene } from "./gates/hygiene.ts";
import { attw, publint } from "./gates/published.ts";
import { release } from "./gates/release.ts";
import { rooms } from "./gates/rooms.ts";
import { site } from "./gates/site.ts";
import { tests } from "./gates/tests.ts";
import { typecheck } from "./gates/typecheck.ts";

const program = (name: string, command: string, ...args: string[]): Gate => ({ name, run: () => execute(command, args) });

/** Every gate, those first that the most time or the most others depend on. */
export const gates: readonly Gate[] = [
  { name: "build", run: build },
  { name: "typecheck", run: typecheck },
  program("lint", "biome", "check", ".", "--error-on-warnings"),
  { name: "rooms", run: rooms },
  { name: "hygiene", run: hygiene },
  { name: "documents", run: documents },
  { name: "examples", run: docExamples },
  program("reference", "typedoc", "--logLevel", "Warn"),
  { name: "site", needs: ["reference"], run: site },
  program("knip", "knip", "--treat-config-hints-as-errors"),
  { name: "publint", needs: ["build"], run: publint },
  { name: "attw", needs: ["build"], run: attw },
  { name: "release", needs: ["build"], run: release },
  { name: "size", needs: ["build"], run: () => execute("size-limit", []) },
  { name: "changesets", run: changesets },
  { name: "tests", needs: ["build"], alone: true, run: tests },
];
