import { createHash, type KeyObject } from "node:crypto";
import { lengthPrefixed } from "../internal/bytes.ts";
import { equal } from "../internal/equal.ts";
import { keyedHash } from "../secrets/keyed-hash.ts";
import type { StoredAuditRow } from "../stores/store.ts";
import { numbersOf, type Ranges, rangesOf } from "./ranges.ts";
import type { AuditHead } from "./types.ts";

/** Numbers that a seal has not seen a row of, and since when: their rows were being written, or never were. */
export interface Gap {
  range: readonly [from: number, to: number];
  since: number;
}

/** A batch of rows, sealed. */
export interface Seal {
  /** From 1 on. */
  seal: number;
  /** The hash of the seal before; of the first, "". */
  before: string;
  hash: string;
  /** The hash of the rows' numbers and MACs. */
  sum: string;
  /** How many rows it sealed, and how many were sealed with it and before. */
  rows: number;
  count: number;
  at: number;
  /** The highest `seq` seen by then. */
  high: number;
  /** Its rows, by `seq`. Some may lie below the seal before: they were still being written then. */
  members: Ranges;
  /** The beginning of each member's MAC, in their order, so that a fault has a place. */
  prints: string;
  gaps: readonly Gap[];
  /** Of its rows, those that were removed since. */
  removed: Ranges;
  /** They are still being removed. */
  isRemoving: boolean;
  mac: string;
}

/** Characters of a MAC that tell one row from another. */
const PRINT = 8;

export const printOf = ({ mac }: { mac: string }): string => mac.slice(0, PRINT).padEnd(PRINT);
export const printAt = ({ prints }: Seal, place: number): string => prints.slice(place * PRINT, (place + 1) * PRINT);

/** The hash of rows in ascending order of `seq`: of their numbers and MACs, and each MAC is of the rest. */
export function sumOf(rows: readonly Pick<StoredAuditRow, "seq" | "mac">[]): string {
  const hash = createHash("sha256");
  for (const { seq, mac } of rows) hash.update(lengthPrefixed([String(seq), mac]));
  return hash.digest("base64url");
}

type Chained = Pick<Seal, "seal" | "before" | "sum" | "rows" | "count" | "at" | "high">;

/** Chains a seal to the one before it. What is removed below it later leaves this as it is. */
const hashOf = ({ seal, before, sum, rows, count, at, high }: Chained): string =>
  createHash("sha256")
    .update(lengthPrefixed(["nightlatch audit seal", String(seal), before, sum, ...[rows, count, at, high].map(String)]))
    .digest("base64url");

const macOf = (key: KeyObject, { mac: _, ...seal }: Omit<Seal, "mac"> & { mac?: string }): string =>
  keyedHash(key, ["audit-seal", seal.hash, String(seal.seal), JSON.stringify([seal.members, seal.prints, seal.gaps, seal.removed])]);

/** Seals rows, in ascending order of `seq`, behind the seal before. */
export function sealed(
  key: KeyObject,
  before: Seal | undefined,
  rows: readonly StoredAuditRow[],
  { at, high, gaps }: Pick<Seal, "at" | "high" | "gaps">,
): Seal {
  const chained: Chained = {
    seal: (before?.seal ?? 0) + 1,
    before: before?.hash ?? "",
    sum: sumOf(rows),
    rows: rows.length,
    count: (before?.count ?? 0) + rows.length,
    at,
    high,
  };
  const members = rangesOf(rows.map(({ seq }) => seq));
  const whole = { ...chained, hash: hashOf(chained), members, prints: rows.map(printOf).join(""), gaps };
  const seal = { ...whole, removed: [], isRemoving: false };
  return { ...seal, mac: macOf(key, seal) };
}

/** A seal that states which of its rows were removed: so many of them are left. */
export function thinned(key: KeyObject, seal: Seal, kept: readonly StoredAuditRow[]): Seal {
  const left = new Set(kept.map(({ seq }) => seq));
  const removed = rangesOf([...numbersOf(seal.members)].filter((seq) => !left.has(seq)));
  const after = { ...seal, members: rangesOf([...left]), prints: kept.map(printOf).join(""), removed, isRemoving: true };
  return { ...after, mac: macOf(key, after) };
}

/** The same once they are gone. Only this mark is not vouched for: it decides nothing but whether to remove them again. */
export const settled = (seal: Seal): Seal => ({ ...seal, isRemoving: false });

/** Whether a seal is as it was made. */
export const isGenuine = (keys: readonly KeyObject[], seal: Seal): boolean =>
  equal(hashOf(seal), seal.hash) && keys.some((key) => equal(macOf(key, seal), seal.mac));

const headMac = (key: KeyObject, { seal, hash, count, at }: Omit<AuditHead, "mac">): string =>
  keyedHash(key, ["audit-head", String(seal), hash, String(count), String(at)]);

/** What a seal says to those who keep it elsewhere. */
export const headOf = (key: KeyObject, { seal, hash, count, at }: Seal): AuditHead =>
  Object.freeze({ seal, hash, count, at, mac: headMac(key, { seal, hash, count, at }) });

/** Whether a kept head is one of ours. */
export const isOurs = (keys: readonly KeyObject[], head: AuditHead): boolean =>
  typeof head?.mac === "string" && keys.some((key) => equal(headMac(key, head), head.mac));

/** All seals' keys begin so, and are in the order of their numbers. */
export const SEALS = "seal/";
export const sealKey = (seal: number): string => `${SEALS}${String(seal).padStart(15, "0")}`;

export const written = (seal: Seal): string => JSON.stringify(seal);

const isRange = (range: unknown): boolean => Array.isArray(range) && range.length === 2 && range.every(Number.isSafeInteger);
const areRanges = (ranges: unknown): boolean => Array.isArray(ranges) && ranges.every(isRange);

/** A seal as it was kept; `undefined` for what somebody made of it. */
export function readSeal(value: string): Seal | undefined {
  try {
    const seal = JSON.parse(value) as Seal;
    const texts = [seal.before, seal.hash, seal.sum, seal.prints, seal.mac];
    const numbers = [seal.seal, seal.rows, seal.count, seal.at, seal.high];
    const isWhole = texts.every((text) => typeof text === "string") && numbers.every(Number.isSafeInteger);
    const areGaps = Array.isArray(seal.gaps) && seal.gaps.every(({ range, since }) => isRange(range) && Number.isSafeInteger(since));
    return isWhole && areGaps && areRanges(seal.members) && areRanges(seal.removed) ? seal : undefined;
  } catch {
    return undefined;
  }
}
