import { z } from "zod";
import type { ImportedFactor } from "../factors/factor.ts";
import { type ParsedKeyUri, parseKeyUri } from "../otp/index.ts";
import { type Column, checked, columns, factorOf, refuse, wholeNumber } from "./row.ts";
import { sameBytes, secretBytes } from "./written-secret.ts";

/**
 * What an app keeps that uses speakeasy: what `speakeasy.generateSecret()` gave, or a part of it, and the options
 * that it gives speakeasy along with it. Of the forms of the secret one is enough; all there are have to agree.
 */
export interface SpeakeasyRow {
  /** The secret as text. */
  ascii?: Column<string>;
  /** The secret's bytes in hex. */
  hex?: Column<string>;
  /** The secret's bytes in base32. */
  base32?: Column<string>;
  /** The key URI; what it says of algorithm, digits and period fills in what no column says. */
  otpauth_url?: Column<string>;
  /** @defaultValue "hotp" if there is a `counter`, else "totp" */
  type?: Column<"totp" | "hotp">;
  /** In any case: `sha1`, `SHA256`. @defaultValue "sha1" */
  algorithm?: Column<string>;
  /** @defaultValue 6 */
  digits?: Column<number>;
  /** Seconds. @defaultValue 30 */
  step?: Column<number>;
  /** Where steps are counted from; only 0 can come over. @defaultValue 0 */
  epoch?: Column<number>;
  /** The next counter, of counter-based ones. */
  counter?: Column<number>;
  /** The last time step that was accepted, if the app keeps it. */
  lastUsedStep?: Column<number>;
  /** What the owner calls it. */
  name?: Column<string>;
}

const text = z.string().nullish();

const schema = z.object({
  ascii: text,
  hex: text,
  base32: text,
  otpauth_url: text,
  ...columns,
  step: columns.period,
  epoch: z.literal(0, "steps can be counted from 1970 alone (RFC 6238 §4.2); its owner has to enrol anew").nullish(),
  // speakeasy 2 counts in 32 bits with a sign, and makes codes of no standard beyond them.
  counter: wholeNumber(0, 2 ** 31 - 1, "the next counter, as far as speakeasy counts rightly,"),
  lastUsedStep: columns.step,
});

type Row = z.infer<typeof schema>;

const what = "the speakeasy row";

/** The URI, read. speakeasy leaves the counter out of those of counter-based codes, and the column's counts anyway. */
function uriOf({ otpauth_url: uri }: Row): ParsedKeyUri | undefined {
  if (!uri) return undefined;
  const counter = /^otpauth:\/\/hotp\/[^?]*\?(?!(?:.*&)?counter=)/i.test(uri) ? "&counter=0" : "";
  try {
    return parseKeyUri(uri + counter);
  } catch (error) {
    throw refuse(what, "otpauth_url", error instanceof Error ? error.message : "it can't be read");
  }
}

/** The one secret that all the forms of it tell. */
function secretOf(row: Row, uri: ParsedKeyUri | undefined): Uint8Array {
  const forms = (["ascii", "hex", "base32"] as const).flatMap((encoding) => {
    const written = row[encoding];
    return written ? [{ field: encoding as string, bytes: secretBytes(what, encoding, written, encoding) }] : [];
  });
  if (uri) forms.push({ field: "otpauth_url", bytes: uri.secret });
  const [first, ...others] = forms;
  if (!first) throw refuse(what, "ascii", "there is no secret: one of ascii, hex, base32 and otpauth_url has to hold it");
  const odd = others.find(({ bytes }) => !sameBytes(bytes, first.bytes));
  if (odd) {
    throw refuse(
      what,
      odd.field,
      `it tells another secret than ${first.field}; keep the one that the app checks codes with, and leave the other out`,
    );
  }
  return first.bytes;
}

/** What a column says, or else the URI; where they differ, nobody knows which codes the app takes. */
function agreed<T>(field: string, column: Column<T>, said: T | undefined): Column<T> {
  if (column === null || column === undefined) return said;
  if (said !== undefined && said !== column) throw refuse(what, field, "otpauth_url says something else; leave out the one that is wrong");
  return column;
}

/**
 * An authenticator out of an app that uses speakeasy 2.
 *
 * @throws RangeError when the row can't come over; the message names the field and never quotes a value
 *
 * @example
 * ```ts
 * import { fromSpeakeasy } from "@nightlatch/core/import";
 *
 * const factor = fromSpeakeasy({ base32: "KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD", digits: 6, step: 30 });
 * ```
 */
export function fromSpeakeasy(row: SpeakeasyRow): ImportedFactor {
  const read = checked(what, schema, row);
  const uri = uriOf(read);
  return factorOf(what, {
    ...read,
    secret: secretOf(read, uri),
    type: agreed("type", read.type ?? (typeof read.counter === "number" ? "hotp" : undefined), uri?.type),
    algorithm: agreed("algorithm", read.algorithm, uri?.algorithm),
    digits: agreed("digits", read.digits, uri?.digits),
    period: agreed("step", read.step, uri?.type === "totp" ? uri.period : undefined),
  });
}
