import { z } from "zod";
import type { ImportedFactor } from "../factors/factor.ts";
import { checked, columns, factorOf, refuse } from "./row.ts";
import { secretBytes } from "./written-secret.ts";

/** One authenticator out of a dump, and whose it is. */
export interface DjangoOtpDevice {
  /** The user's primary key, or natural key, as text. */
  user: string;
  /** As in the dump: `otp_totp.totpdevice`. */
  model: string;
  pk: string;
  factor: ImportedFactor;
}

/** Something in a dump that can't come over, and why. */
export interface DjangoOtpLeft {
  /** The user's primary key, or natural key, as text; absent where the row doesn't say. */
  user?: string;
  model: string;
  pk: string;
  reason: string;
}

/** What a dump comes to. Whatever of it is django-otp's stands in one of the two lists. */
export interface DjangoOtpImport {
  factors: readonly DjangoOtpDevice[];
  left: readonly DjangoOtpLeft[];
}

const key = z.union([z.string(), z.number()]);

const dumpSchema = z.array(
  z.object({ model: z.string().toLowerCase(), pk: key.nullish(), fields: z.record(z.string(), z.unknown()) }),
  "a dump is the list that manage.py dumpdata writes",
);

type Entry = z.infer<typeof dumpSchema>[number];

const ownerSchema = z.object({ user: z.union([key, z.array(key).min(1)]) });

const deviceSchema = z.object({ name: columns.name, confirmed: z.boolean(), key: z.string(), digits: columns.digits });

const FAR_OFF = "its clock is more than a step off, beyond what is accepted; its owner has to set the clock or enrol anew";

const totpSchema = deviceSchema.extend({
  step: columns.period,
  t0: z.literal(0, "steps can be counted from 1970 alone (RFC 6238 §4.2); its owner has to enrol anew"),
  drift: z.int().min(-1, FAR_OFF).max(1, FAR_OFF),
  last_t: z.int(),
});

const hotpSchema = deviceSchema.extend({ counter: columns.counter });

const STATIC_DEVICE = "otp_static.staticdevice";
const STATIC_TOKEN = "otp_static.statictoken";

function secretOf(what: string, { key: hex, confirmed }: z.infer<typeof deviceSchema>): Uint8Array {
  if (!confirmed) throw refuse(what, "confirmed", "its owner never gave a code of it, so there is nothing to take over");
  return secretBytes(what, "key", hex, "hex");
}

/** What a row holds; throws a `RangeError` for one that can't come over. django-otp knows SHA1 alone. */
function factorIn(what: string, { model, fields }: Entry): ImportedFactor {
  if (model === "otp_totp.totpdevice") {
    const device = checked(what, totpSchema, fields);
    // last_t is the moving factor that was accepted, drift and all; -1 before the first.
    const lastUsedStep = device.last_t >= 0 ? device.last_t : undefined;
    const settings = { type: "totp", algorithm: "SHA1", period: device.step, counter: undefined, lastUsedStep } as const;
    return factorOf(what, { ...device, ...settings, secret: secretOf(what, device) });
  }
  if (model === "otp_hotp.hotpdevice") {
    const device = checked(what, hotpSchema, fields);
    const settings = { type: "hotp", algorithm: "SHA1", period: undefined, lastUsedStep: undefined } as const;
    return factorOf(what, { ...device, ...settings, secret: secretOf(what, device) });
  }
  if (model === STATIC_DEVICE || model === STATIC_TOKEN) {
    throw refuse(
      what,
      "token",
      "static tokens can't come over, since recovery codes are drawn and hashed here. Draw new ones for the user",
    );
  }
  throw refuse(what, "model", "no authenticator of this kind can come over; its owner has to enrol anew");
}

/**
 * The authenticators in a dump of django-otp: what `manage.py dumpdata otp_totp otp_hotp otp_static` writes, parsed.
 * TOTP and HOTP devices come over with their last step and next counter. Each row that can't is told in `left`, but
 * a static device speaks for its tokens. Rows of other apps are passed over.
 *
 * @throws RangeError when it is no dump at all; no message and no reason quotes a key or a token
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { fromDjangoOtp } from "@nightlatch/core/import";
 *
 * const { factors, left } = fromDjangoOtp(JSON.parse(await readFile("otp.json", "utf8")));
 * for (const { user, reason } of left) console.warn(`user ${user}: ${reason}`);
 * ```
 */
export function fromDjangoOtp(dump: unknown): DjangoOtpImport {
  const entries = checked("the dump", dumpSchema, dump).filter(({ model }) => model.startsWith("otp_"));
  const staticDevices = new Set(entries.filter(({ model }) => model === STATIC_DEVICE).map(({ pk }) => String(pk)));
  const factors: DjangoOtpDevice[] = [];
  const left: DjangoOtpLeft[] = [];
  for (const entry of entries) {
    if (entry.model === STATIC_TOKEN && staticDevices.has(String(entry.fields.device))) continue;
    const { model } = entry;
    const pk = String(entry.pk ?? "");
    const owner = ownerSchema.safeParse(entry.fields);
    const user = owner.success ? [owner.data.user].flat().join(" ") : undefined;
    try {
      const factor = factorIn(`${model} ${pk}`.trim(), entry);
      if (user === undefined) throw refuse(`${model} ${pk}`.trim(), "user", "it doesn't say whose it is");
      factors.push({ user, model, pk, factor });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      left.push({ ...(user === undefined ? {} : { user }), model, pk, reason: error.message });
    }
  }
  return { factors, left };
}
