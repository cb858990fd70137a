import { isIntact } from "../src/audit/row.ts";
import { type AuditHead, type AuditVerification, createMfa, keyring, type Store, type StoredAuditRow } from "../src/index.ts";
import { toBase32, totp } from "../src/otp/index.ts";
import { keepKeys } from "../src/secrets/kept-keys.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { auditVerbs } from "../src/stores/memory-audit.ts";

/** What came of one way to tamper with the log. */
export interface Tampered {
  way: string;
  tried: number;
  /** How often `verify` found a fault. */
  detected: number;
  /** How often it named the very row; where rows were cut off, the first that is gone or the seal it was in. */
  placed: number;
}

/** What was tried on a log. */
export interface Tampering {
  rows: number;
  seals: number;
  ways: Tampered[];
}

const KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
const PER_SEAL = 1000;

const random = (below: number): number => Math.floor(Math.random() * below);

/** A log that lies open: rows and seals as plain values, and an engine that verifies them. */
interface OpenLog {
  rows: readonly StoredAuditRow[];
  seals: readonly { key: string; value: string }[];
  heads: readonly AuditHead[];
  /** Whether one row is as it was written. */
  isIntact(row: StoredAuditRow): boolean;
  /** Verifies other rows and seals in their place. */
  verify(
    rows: StoredAuditRow[],
    seals?: readonly { key: string; value: string }[],
    heads?: readonly AuditHead[],
  ): Promise<AuditVerification>;
}

/** Verifications, right, wrong and replayed, locks and ends of sessions, until so many events are logged. */
async function openLog(events: number, progress: (part: number) => void): Promise<OpenLog> {
  const store = memoryStore();
  let now = Date.UTC(2030, 0, 1);
  let logged = 0;
  const heads: AuditHead[] = [];
  const options = { issuer: "Log", keys: keyring(KEYS), clock: () => now };
  const onEvent = (): void => {
    logged += 1;
  };
  const mfa = createMfa({ ...options, store, onEvent, audit: { keepHead: (head) => void heads.push(head) } });
  await mfa.ready();
  const secret = Buffer.alloc(20, 5);
  for (let number = 0; logged < events; number += 1) {
    const subject = { id: `user-${number}` };
    await mfa.factors.import(subject, `otpauth://totp/x?secret=${toBase32(secret)}`);
    for (let n = 0; n < 4 && logged < events; n += 1) {
      now += 30_000;
      const code = totp(secret, now);
      await mfa.verify({ subject, code });
      await mfa.verify({ subject, code: n % 2 ? code : "000000" });
    }
    if (number % 50 === 0) await mfa.revoke(subject);
    if (logged >= PER_SEAL * (heads.length + 1)) await mfa.audit.seal();
    progress(Math.min(1, logged / events) * 0.2);
  }
  await mfa.audit.seal();
  const rows = await store.auditPage({ after: 0, limit: logged });
  const seals = await store.auditNotes({ prefix: "seal/", after: "", limit: logged });
  const { audit } = await keepKeys(options.keys, store, options.clock, (keys) => keys).open();
  const keys = audit.map(({ key }) => key);
  return {
    rows,
    seals,
    heads,
    isIntact: (row) => isIntact(keys, row),
    async verify(tampered, sealsThere = seals, kept = []) {
      const over: Store = { ...store, ...auditVerbs(tampered) };
      for (const { key, value } of sealsThere) await over.auditNote({ key, from: null, to: value });
      return await createMfa({ ...options, store: over }).audit.verify({ heads: kept });
    },
  };
}

/** A row with one column changed; the blanking of all its personal columns is an erasure, and no edit. */
const EDITS: ((row: StoredAuditRow) => Partial<StoredAuditRow>)[] = [
  ({ id }) => ({ id: `${id.slice(0, -1)}${id.endsWith("0") ? "1" : "0"}` }),
  ({ at }) => ({ at: at + 1 }),
  ({ type }) => ({ type: type === "verified" ? "verification_failed" : "verified" }),
  ({ tenant }) => ({ tenant: `${tenant}x` }),
  ({ subject }) => ({ subject: `${subject}x` }),
  () => ({ subject: null }),
  ({ salt }) => ({ salt: `${salt}x` }),
  ({ personal }) => ({ personal: `${personal}x` }),
  ({ detail }) => ({ detail: detail.replace("{", '{"x":1,') }),
  ({ mac }) => ({ mac: `${mac}x` }),
];

type Try = (log: OpenLog) => Promise<{ found: AuditVerification; seq?: number; seal?: number }>;

const copyOf = ({ rows }: OpenLog): StoredAuditRow[] => [...rows];
const countOf = ({ value }: { value: string }): number => (JSON.parse(value) as { count: number }).count;
/** The number of the seal that a row is in. */
const sealOf = ({ seals }: OpenLog, place: number): number => 1 + seals.findIndex((seal) => place < countOf(seal));

/** Ways to tamper, each at one place by chance. */
const WAYS: Record<string, Try> = {
  async "one column of one row edited"(log) {
    const [rows, place] = [copyOf(log), random(log.rows.length)];
    const row = rows[place] as StoredAuditRow;
    rows[place] = { ...row, ...(EDITS[random(EDITS.length)] as (typeof EDITS)[number])(row) };
    return { found: await log.verify(rows), seq: row.seq };
  },
  async "one row removed"(log) {
    const [rows, place] = [copyOf(log), random(log.rows.length)];
    const [gone] = rows.splice(place, 1) as [StoredAuditRow];
    return { found: await log.verify(rows), seq: gone.seq };
  },
  async "two rows exchanged"(log) {
    const rows = copyOf(log);
    const [one, other] = [random(rows.length - 1), 0];
    const second = one + 1 + other + random(rows.length - one - 1);
    const [a, b] = [rows[one], rows[second]] as [StoredAuditRow, StoredAuditRow];
    [rows[one], rows[second]] = [
      { ...b, seq: a.seq },
      { ...a, seq: b.seq },
    ];
    return { found: await log.verify(rows), seq: a.seq };
  },
  async "one row written over with a copy of another"(log) {
    const [rows, place] = [copyOf(log), 1 + random(log.rows.length - 1)];
    const row = rows[place] as StoredAuditRow;
    rows[place] = { ...(rows[random(place)] as StoredAuditRow), seq: row.seq };
    return { found: await log.verify(rows), seq: row.seq };
  },
  async "rows cut off the end"(log) {
    const kept = random(log.rows.length);
    return { found: await log.verify(log.rows.slice(0, kept)), seq: (log.rows[kept] as StoredAuditRow).seq };
  },
  async "rows and their seals cut off the end, with the last kept head"(log) {
    const kept = random(log.rows.length);
    const seal = sealOf(log, kept);
    return { found: await log.verify(log.rows.slice(0, kept), log.seals.slice(0, seal - 1), log.heads.slice(-1)), seal };
  },
  async "cut at a seal, as the database once was, with the last kept head"(log) {
    const seal = 1 + random(log.seals.length - 1);
    const count = countOf(log.seals[seal - 1] as (typeof log.seals)[number]);
    return { found: await log.verify(log.rows.slice(0, count), log.seals.slice(0, seal), log.heads.slice(-1)), seal: seal + 1 };
  },
  async "one seal edited"(log) {
    const [seals, place] = [[...log.seals], random(log.seals.length)];
    const { key, value } = seals[place] as { key: string; value: string };
    const fields = JSON.parse(value) as Record<string, unknown>;
    const name = ["before", "hash", "sum", "prints", "mac"][random(5)] as string;
    seals[place] = { key, value: JSON.stringify({ ...fields, [name]: `${fields[name]}x` }) };
    return { found: await log.verify(copyOf(log), seals), seal: place + 1 };
  },
  async "one seal removed, but not the last"(log) {
    const [seals, place] = [[...log.seals], random(log.seals.length - 1)];
    seals.splice(place, 1);
    return { found: await log.verify(copyOf(log), seals), seal: place + 1 };
  },
};

/** Edits each row in each column, and holds the row alone against its MAC. */
function everyEdit(log: OpenLog): Tampered {
  let [tried, detected] = [0, 0];
  for (const row of log.rows) {
    for (const edit of EDITS) {
      tried += 1;
      if (!log.isIntact({ ...row, ...edit(row) })) detected += 1;
    }
  }
  return { way: "each column of each row edited", tried, detected, placed: detected };
}

/** Tampers with a log of so many events, in each way so many times, each time with the whole log verified. */
export async function tampering({
  events,
  rounds,
  progress = () => {},
}: {
  events: number;
  rounds: number;
  progress?: (part: number) => void;
}): Promise<Tampering> {
  const log = await openLog(events, progress);
  const whole = await log.verify(copyOf(log), log.seals, log.heads);
  if (!whole.ok) throw new Error(`The untouched log does not verify: ${whole.fault.message}`);
  const ways: Tampered[] = [everyEdit(log)];
  const names = Object.entries(WAYS);
  for (const [index, [way, run]] of names.entries()) {
    const tampered = { way, tried: 0, detected: 0, placed: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const { found, seq, seal } = await run(log);
      tampered.tried += 1;
      if (found.ok) continue;
      tampered.detected += 1;
      if (seq === undefined ? found.fault.seal === seal : found.fault.seq === seq) tampered.placed += 1;
      progress(0.2 + (0.8 * (index + round / rounds)) / names.length);
    }
    ways.push(tampered);
  }
  return { rows: log.rows.length, seals: log.seals.length, ways };
}
