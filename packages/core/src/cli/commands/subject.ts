import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import type { Subject } from "../../engine/requests.ts";
import type { Refusal, RefusalReason } from "../../engine/results.ts";
import type { LaneState, SubjectState } from "../../stores/store.ts";
import { addCommand, addGroup, type Running } from "../command.ts";
import { EXIT, usage } from "../exit.ts";
import { type Connecting, type Opened, withOpened } from "../opened.ts";
import { askedUnseen } from "../prompt.ts";
import { aligned, counted, harmless, inputOf, note, type Shell, type Told } from "../shell.ts";
import { eventLines } from "./event-lines.ts";

interface ShowOptions extends Connecting {
  tenant?: string;
}

interface ActOptions extends ShowOptions {
  actor?: string;
  actorTenant?: string;
  code?: string;
  factor?: string;
  reason?: string;
}

type Act = "unlock" | "reset";

const named = (id: string, tenant: string | undefined): Subject => ({ id, ...(tenant === undefined ? {} : { tenant }) });

/** How a subject is written in a line. */
const shownAs = ({ id, tenant }: Subject): string => harmless(tenant === undefined ? id : `${id} of ${tenant}`);

const day = (at: Date | number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")}Z`;

function laneOf({ attempts, forgiven, tally, lockedUntil }: LaneState, now: number) {
  const isLocked = lockedUntil !== null && lockedUntil > now;
  return { failures: attempts - forgiven, tally, ...(isLocked ? { lockedUntil: new Date(lockedUntil) } : {}) };
}

type Lane = ReturnType<typeof laneOf>;

const laneLine = ({ failures, lockedUntil }: Lane): string =>
  `${counted(failures, "failure")} since the last success${lockedUntil ? `; locked until ${day(lockedUntil)}` : ""}`;

const neverSeen = ({ factors, codes, devices, epoch, lanes }: SubjectState): boolean =>
  factors.length + codes.length + devices.length + epoch + lanes.authenticator.attempts + lanes.recovery.attempts === 0;

async function show(opened: Opened, subject: Subject): Promise<Told> {
  const { mfa, store } = opened;
  const state = await store.read({ tenant: subject.tenant ?? "", subject: subject.id });
  const status = await mfa.status(subject);
  const devices = await mfa.devices.list(subject);
  const whose = { id: subject.id, ...(subject.tenant === undefined ? {} : { tenant: subject.tenant }) };
  const recent = (await mfa.audit.list({ subject: whose, order: "newest", limit: 10 })).events.reverse();
  const now = Date.now();
  const lanes = { authenticator: laneOf(state.lanes.authenticator, now), recovery: laneOf(state.lanes.recovery, now) };
  const { enabled, factors, recoveryCodesLeft, switchedOff } = status;
  const data = { subject: subject.id, tenant: subject.tenant, enabled, switchedOff, factors, recoveryCodesLeft, lanes, devices, recent };
  if (recent.length === 0 && neverSeen(state))
    return { lines: [`Nothing is known of ${shownAs(subject)}. The id is the one that your app gives to Nightlatch.`], data };
  const rows = [
    ["second factor", switchedOff ? "SWITCHED OFF by an admin or by the configuration" : enabled ? "on" : "off: nothing is enrolled"],
    ["authenticator codes", laneLine(lanes.authenticator)],
    ["recovery codes", `${recoveryCodesLeft} left; ${laneLine(lanes.recovery)}`],
    ...factors.map(({ id, type, name, createdAt, lastUsedAt, short }) => [
      type,
      `"${name}"  since ${day(createdAt)}, last used ${lastUsedAt ? day(lastUsedAt) : "never"}${short ? "; its secret is short" : ""}  ${id}`,
    ]),
    ...devices.map(({ name, expiresAt }) => ["trusted device", `"${name}"  until ${day(expiresAt)}`]),
  ];
  const lines = [shownAs(subject), ...aligned(rows.map((row) => ["", ...row]))];
  return { lines: recent.length === 0 ? lines : [...lines, "", "Last events:", ...eventLines(recent)], data };
}

async function codeOf({ code }: ActOptions, actor: Subject, shell: Shell): Promise<string> {
  if (code !== undefined && code !== "-") return code;
  if (code === "-") return (await inputOf(shell)).trim();
  if (shell.stdin.isTTY) return (await askedUnseen(shell, `Code of ${shownAs(actor)}: `)).trim();
  throw usage("A code of the actor's authenticator is needed. Give --code, or --code - and the code on the standard input.");
}

const WHY: Partial<Record<RefusalReason, string>> = {
  invalid: "The code is wrong, or the actor has no authenticator.",
  replayed: "That code was used before. Wait for the next one.",
  locked: "Too many wrong codes of the actor: locked.",
  proof_needed: "The actor has no authenticator of their own. Only somebody who has one may act on others.",
  own_account: "Nobody acts on their own account. Somebody else has to.",
};

function refused({ reason, attemptsLeft, retryAfter }: Refusal): Told {
  const more = [
    ...(attemptsLeft === undefined ? [] : [`${counted(attemptsLeft, "attempt")} left before a lock.`]),
    ...(retryAfter === undefined ? [] : [`Try again in ${counted(Math.ceil(retryAfter / 60), "minute")}.`]),
  ];
  const said = [WHY[reason] ?? `Refused: ${reason}.`, ...more, "Nothing was changed; the refusal is in the log."].join(" ");
  return { lines: [said], data: { refused: { reason, attemptsLeft, retryAfter } }, exit: EXIT.faults };
}

const DONE: Record<Act, string> = {
  unlock: "failures are forgotten and locks have ended",
  reset:
    "all authenticators, codes and trusted devices are gone. The next sign-in needs no second factor: make sure that it is the owner's",
};

/** What more there is to know of what was done. */
const ALSO: Partial<Record<Act, string>> = {
  reset:
    "An app that keeps its own flag enrolled refuses that sign-in from a minute on, until the flag is cleared: by mfa.audit.follow(), " +
    "since no onEvent hears of this command, or else by hand.",
};

async function act(opened: Opened, what: Act, subject: Subject, options: ActOptions, shell: Shell): Promise<Told> {
  const { mfa } = opened;
  if (options.actor === undefined) throw usage("Who acts? Give --actor, the id of somebody else who has an authenticator.");
  const text = options.reason?.trim() ?? "";
  if (text === "") throw usage("Why? Give --reason; it stays in the log, so name no person in it.");
  // A session of its own, so that the grant opens nothing else.
  const actor = { ...named(options.actor, options.actorTenant ?? options.tenant), session: `nightlatch-cli-${randomUUID()}` };
  const reason = `[shell] ${text}`;
  // Of oneself: the engine refuses it and notes it, and no code is spent on it.
  const isOwn = actor.id === subject.id && (actor.tenant ?? "") === (subject.tenant ?? "");
  const verification = isOwn
    ? undefined
    : await mfa.verify({
        subject: actor,
        code: await codeOf(options, actor, shell),
        ...(options.factor === undefined ? {} : { factorId: options.factor }),
      });
  if (verification && !verification.ok) return refused(verification);
  const result = await mfa.admin[what](subject, { actor, grant: verification?.grant ?? "", reason });
  if (!result.ok) return refused(result);
  if (verification?.recoveryCodesLeft !== undefined)
    note(shell, `That was a recovery code of ${shownAs(actor)}; ${verification.recoveryCodesLeft} are left.`);
  const data = { subject: subject.id, tenant: subject.tenant, act: what, actor: actor.id };
  const lines = [
    `${shownAs(subject)}: ${DONE[what]}.`,
    ...(ALSO[what] ? [ALSO[what]] : []),
    `The log names ${shownAs(actor)} and the reason.`,
  ];
  return { lines, data };
}

/** `nightlatch subject`. */
export function addSubject(program: Command, running: Running): void {
  const { shell } = running;
  const group = addGroup(program, "subject", "look at one user, and help them");
  const showSpec = {
    name: "show <id>",
    summary: "what a user has enrolled, their locks, and what happened last",
    what: `Shows what is known of one user of your app: authenticators, recovery codes left, failures and locks, trusted
      devices and the last ten events. It changes nothing, and shows no secret.`,
    examples: [["subject show 42", "the user whom your app calls 42"]],
    opens: "keys",
  } as const;
  addCommand<ShowOptions>(
    group,
    running,
    showSpec,
    async (options, id = "") => await withOpened(options, shell, async (opened) => await show(opened, named(id, options.tenant))),
  ).option("--tenant <id>", "the user's tenant, if your app has any");

  const actSpecs = [
    {
      act: "unlock",
      summary: "end a user's locks",
      what: "Forgets the failures of a user and ends their locks.",
      example: "the owner has rung up, and was recognised",
    },
    {
      act: "reset",
      summary: "remove everything that a user has enrolled",
      what: `For somebody who lost everything: removes all authenticators, recovery codes and trusted devices of a user, ends
        their grants and challenges, and unlocks. Whoever has their password can then enrol.`,
      example: "phone and recovery codes are lost",
    },
  ] as const;
  for (const { act: which, summary, what, example } of actSpecs) {
    const spec = {
      name: `${which} <id>`,
      summary,
      what: `${what} It takes a code of somebody else's authenticator, so that the log names a person, and nothing that lies on
        this machine can do it alone. Whoever holds the keyring and the database could do worse without this command: the
        code protects users from scripts and slips, not from an intruder with both.`,
      examples: [[`subject ${which} 42 --actor 7 --reason "ticket 1093"`, `${example}; asks for the code of user 7`]],
      opens: "keys",
    } as const;
    addCommand<ActOptions>(
      group,
      running,
      spec,
      async (options, id = "") =>
        await withOpened(options, shell, async (opened) => await act(opened, which, named(id, options.tenant), options, shell)),
    )
      .option("--actor <id>", "who acts: the id of somebody else who has an authenticator")
      .option("--reason <text>", "why; it stays in the log, so name no person in it")
      .option("--code <code>", "the actor's code; - reads it from the standard input; asked for at a terminal")
      .option("--factor <id>", "the actor's authenticator, where it is counter-based")
      .option("--tenant <id>", "the user's tenant")
      .option("--actor-tenant <id>", "the actor's tenant (else the user's)");
  }
}
