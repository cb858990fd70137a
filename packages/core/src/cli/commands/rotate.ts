import type { Command } from "commander";
import type { Resealed, RotatableUse } from "../../engine/keys.ts";
import { openOrMake } from "../../secrets/data-keys.ts";
import type { KeyProvider } from "../../secrets/key-provider.ts";
import { sealedUnder } from "../../secrets/seal.ts";
import { addCommand, addGroup, type Running } from "../command.ts";
import { CliError, EXIT, usage } from "../exit.ts";
import { type Connecting, type Opened, withOpened } from "../opened.ts";
import { type Progress, progressOn } from "../progress.ts";
import { counted, grouped, type Shell, type Told } from "../shell.ts";

interface SealOptions extends Connecting {
  resume?: boolean;
  batch?: string;
}

/** Data keys that an older key of the keyring wraps. */
async function behind(keys: KeyProvider, { store }: Pick<Opened, "store">): Promise<number> {
  const rows = await store.dataKeys();
  const current = await Promise.all(rows.map(async ({ wrapped }) => (await keys.isCurrent?.(wrapped)) ?? true));
  return current.filter((is) => !is).length;
}

async function rewrap({ keys, store }: Opened): Promise<Told> {
  if (!keys.isCurrent) throw usage("The key provider of the config file has no isCurrent(), so nobody can tell what its newest key wraps.");
  const before = await behind(keys, { store });
  await openOrMake(keys, store, Date.now());
  const left = await behind(keys, { store });
  const total = (await store.dataKeys()).length;
  const data = { dataKeys: total, rewrapped: before - left, left };
  if (left > 0) {
    const said = `${counted(left, "data key")} could not be wrapped anew: the provider or the store failed at it. The old wrapping stands; run this again.`;
    return { lines: [said], data, exit: EXIT.faults };
  }
  if (before === 0) return { lines: [`All ${counted(total, "data key")} were wrapped by the first key already.`], data };
  return {
    lines: [
      `Wrapped ${counted(before, "data key")} anew, under the first key.`,
      "A process that does not know that key fails at its next start. When all of them do, the older key may leave the keyring;",
      "keep it as long as you keep backups from its time.",
    ],
    data,
  };
}

/** What the rest of the way to the active seal key is. */
async function toReseal({ store, database }: Opened): Promise<number | undefined> {
  const active = (await store.dataKeys()).find(({ use }) => use === "seal");
  return active && (await database?.countFactors(sealedUnder(active.id)));
}

class Stopped extends Error {}

async function resealed(opened: Opened, batch: number, shell: Shell): Promise<Resealed> {
  const progress: Progress = progressOn(shell, "resealing", await toReseal(opened));
  let soFar: Resealed = { resealed: 0, unreadable: 0, skipped: 0 };
  try {
    return await opened.mfa.keys.reseal({
      batch,
      onProgress(done) {
        soFar = done;
        progress.at(done.resealed + done.skipped + done.unreadable);
        if (shell.stop.isAsked) throw new Stopped();
      },
    });
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    const said = `${grouped(soFar.resealed)} secrets are under the new key and stay there. Go on with: nightlatch rotate seal --resume`;
    throw new CliError(EXIT.stopped, said, { data: { ...soFar } });
  } finally {
    progress.end();
  }
}

async function rotateSeal(opened: Opened, options: SealOptions, shell: Shell): Promise<Told> {
  const batch = Number(options.batch ?? 500);
  if (!Number.isSafeInteger(batch) || batch < 1 || batch > 10_000) throw usage("--batch is a number from 1 to 10,000.");
  const keyId = options.resume ? undefined : (await opened.mfa.keys.rotate("seal")).keyId;
  const done = await shell.stop.held(async () => await resealed(opened, batch, shell));
  const lines = [
    ...(keyId === undefined ? [] : [`New secrets are sealed under data key ${keyId}.`]),
    `Resealed ${counted(done.resealed, "secret")}.`,
    ...(done.skipped > 0 ? [`${counted(done.skipped, "secret")} had been changed by somebody else at the same moment.`] : []),
  ];
  if (done.unreadable === 0) return { lines, data: { ...(keyId === undefined ? {} : { keyId }), ...done } };
  const mend = `${counted(done.unreadable, "secret does", "secrets do")} not open: rows were edited or moved, or their key is lost. The log names them (secret_unreadable); their owners have to enrol anew.`;
  return { lines: [...lines, mend], data: { ...(keyId === undefined ? {} : { keyId }), ...done }, exit: EXIT.faults };
}

async function rotateUse({ mfa }: Opened, use: RotatableUse, after: string): Promise<Told> {
  const { keyId } = await mfa.keys.rotate(use);
  return { lines: [`Data key ${keyId} is the active one for ${use} now.`, after], data: { keyId, use } };
}

/** `nightlatch rotate`. */
export function addRotate(program: Command, running: Running): void {
  const { shell } = running;
  const group = addGroup(program, "rotate", "change keys while the app runs");
  const keyringSpec = {
    name: "keyring",
    summary: "have the keyring's first key wrap all data keys",
    what: `Wraps the store's data keys anew under the first key of the keyring: a handful of rows, whatever the number of
      users. A start of the app does the same. Every process must know the new key before, so deploy it behind the old one
      first (keys generate --append --behind), and then in front.`,
    examples: [["rotate keyring", "after the deploy that put the new key in front"]],
    opens: "keys",
  } as const;
  addCommand<Connecting>(group, running, keyringSpec, async (options) => await withOpened(options, shell, rewrap));

  const sealSpec = {
    name: "seal",
    summary: "make a new key for the authenticators' secrets, and reseal them",
    what: `Makes a new data key for secrets and puts every secret under it, one at a time, beside sign-ins. It can be stopped
      anywhere (Ctrl-C ends it at the next batch); --resume goes on without making yet another key. Run it with --resume
      once more when all processes of the app have restarted.`,
    examples: [
      ["rotate seal", "once a year, say, or when somebody with access leaves"],
      ["rotate seal --resume", "go on after Ctrl-C"],
    ],
    opens: "keys",
  } as const;
  addCommand<SealOptions>(
    group,
    running,
    sealSpec,
    async (options) => await withOpened(options, shell, async (opened) => await rotateSeal(opened, options, shell)),
  )
    .option("--resume", "make no new key; reseal what is not under the newest one yet")
    .option("--batch <number>", "secrets read at a time", "500");

  const grantSpec = {
    name: "grant",
    summary: "make a new key that signs grants and challenges",
    what: `Grants and challenges are signed by a new key from now on. Those that the one before has signed are believed for 25
      hours more, so nobody notices. After a leak that is too long: docs/keys.md says how to end them at once.`,
    examples: [["rotate grant", "change the signing key without ending a session"]],
    opens: "keys",
  } as const;
  const later = "Grants of the key before are believed for 25 hours more. Processes that run meet the new key within the hour.";
  addCommand<Connecting>(
    group,
    running,
    grantSpec,
    async (options) => await withOpened(options, shell, async (opened) => await rotateUse(opened, "grant", later)),
  );

  const auditSpec = {
    name: "audit",
    summary: "make a new key that vouches for the rows of the log",
    what: `New rows of the audit log are vouched for by a new key. The keys before it stay, since they vouch for the rows that
      are there.`,
    examples: [["rotate audit", "so that one key does not vouch for many years"]],
    opens: "keys",
  } as const;
  const stays = "The keys before it stay in the store: they vouch for the rows written until now.";
  addCommand<Connecting>(
    group,
    running,
    auditSpec,
    async (options) => await withOpened(options, shell, async (opened) => await rotateUse(opened, "audit", stays)),
  );
}
