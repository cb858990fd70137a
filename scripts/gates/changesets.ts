import { execute, type Outcome, repositoryFiles } from "../gate.ts";

/** Whether the configuration and the pending changesets can be read, and name packages that exist. */
export async function changesets(): Promise<Outcome> {
  const pending = (await repositoryFiles(".changeset/*.md")).length;
  if (pending === 0) return { ok: true, output: "", note: "none pending" };
  // Counted from the first commit, every pending changeset is a new one, so all of them are read.
  const { output: first } = await execute("git", ["rev-list", "--max-parents=0", "HEAD"]);
  return { ...(await execute("changeset", ["status", `--since=${first.split("\n")[0]}`])), note: `${pending} pending` };
}
