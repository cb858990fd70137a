import { z } from "zod";
import { LONGEST_TOKEN } from "../grants/token.ts";
import { LONGEST_INPUT, NAME, PURPOSE } from "../internal/forms.ts";
import type * as wire from "./wire.ts";

const text = (longest: number): z.ZodString => z.string().min(1).max(longest);

/** A code as somebody typed it, or a client made it; what it is and how long it may be, the factors say. */
const code = text(LONGEST_INPUT);
/** An id as it is made here; a store can't so much as look for a NUL, and what fails there is no caller's to cause. */
const id = text(64).regex(/^[\x21-\x7e]+$/, "An id is printable ASCII without spaces.");
const method = text(32);
/** Signed; what is longer is none of ours. */
const token = z.string().max(LONGEST_TOKEN);
/** What a person calls a thing. Its length is told in the documents, and judged with its form. */
const name = z
  .string()
  .trim()
  .regex(NAME, "A name has 1 to 64 characters, control characters not among them.")
  .meta({ minLength: 1, maxLength: 64 });
const time = z.string().meta({ format: "date-time" });

const proof = { code: code.exactOptional(), factor_id: id.exactOptional(), challenge: token.exactOptional() };
const grant = { grant: z.string(), expires_in: z.int().min(0), amr: z.array(z.string()), acr: z.string() };

const factor: z.ZodType<wire.WireFactor> = z.object({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  created_at: time,
  last_used_at: time.nullable(),
  short: z.literal(true).exactOptional(),
});
const device: z.ZodType<wire.WireDevice> = z.object({
  id: z.string(),
  name: z.string(),
  created_at: time,
  expires_at: time,
  last_used_at: time.nullable(),
});

/** The id in a path. */
export const idParams: z.ZodType<{ id: string }> = z.strictObject({ id });

export const proofBody: z.ZodType<wire.ProofBody> = z.strictObject(proof);
export const setupBody: z.ZodType<wire.SetupBody> = z.strictObject({
  type: method.exactOptional(),
  name: name.exactOptional(),
  replaces: id.exactOptional(),
  ...proof,
});
export const enableBody: z.ZodType<wire.EnableBody> = z.strictObject({ code, factor_id: id.exactOptional() });
export const challengeBody: z.ZodType<wire.ChallengeBody> = z
  .strictObject({
    type: method.exactOptional(),
    challenge: token.exactOptional(),
    purpose: z.string().regex(PURPOSE, "A purpose is 1 to 64 printable ASCII characters without spaces.").exactOptional(),
    bind: z.array(z.string().max(1024)).min(1).max(16).exactOptional(),
    once: z.boolean().exactOptional(),
    methods: z.array(method).min(1).max(16).exactOptional(),
  })
  .refine(
    ({ challenge, type, purpose, bind, once, methods }) => challenge === undefined || (type && !purpose && !bind && !once && !methods),
    {
      error: "With a challenge that is there, type says how its code is sent, and nothing else is asked.",
      path: ["challenge"],
    },
  );
export const verifyBody: z.ZodType<wire.VerifyBody> = z.strictObject({
  code,
  challenge: token.exactOptional(),
  factor_id: id.exactOptional(),
  trust_device: name.exactOptional(),
});
export const renameBody: z.ZodType<wire.RenameBody> = z.strictObject({ name });
export const resyncBody: z.ZodType<wire.ResyncBody> = z.strictObject({ codes: z.tuple([code, code]) });
export const noBody: z.ZodType<Record<string, never>> = z.strictObject({});

export const statusAnswer: z.ZodType<wire.StatusAnswer> = z.object({
  mfa_enabled: z.boolean(),
  username: z.string(),
  asker: z.string(),
  factors: z.array(factor),
  methods: z.array(z.string()),
  recovery_codes_left: z.int().min(0),
  locked_until: time.exactOptional(),
  switched_off: z.literal(true).exactOptional(),
});
export const setupAnswer: z.ZodType<wire.SetupAnswer> = z.object({
  factor_id: z.string(),
  secret: z.string(),
  uri: z.string(),
  qr_code: z.string(),
  expires_at: time,
});
export const enableAnswer: z.ZodType<wire.EnableAnswer> = z.object({
  mfa_enabled: z.literal(true),
  ...grant,
  recovery_codes: z.array(z.string()).exactOptional(),
});
export const disableAnswer: z.ZodType<wire.DisableAnswer> = z.object({ mfa_enabled: z.literal(false) });
export const challengeAnswer: z.ZodType<wire.ChallengeAnswer> = z.object({
  challenge: z.string(),
  methods: z.array(z.string()).exactOptional(),
  sent_to: z.string().exactOptional(),
  expires_at: time,
});
export const grantAnswer: z.ZodType<wire.WireGrant> = z.object(grant);
export const verifyAnswer: z.ZodType<wire.VerifyAnswer> = z.object({
  ...grant,
  recovery_codes_left: z.int().min(0).exactOptional(),
  re_enrol: z.literal(true).exactOptional(),
  device: z.object({ id: z.string(), expires_at: time }).exactOptional(),
});
export const recoveryCodesAnswer: z.ZodType<wire.RecoveryCodesAnswer> = z.object({ recovery_codes: z.array(z.string()) });
export const factorsAnswer: z.ZodType<wire.FactorsAnswer> = z.object({ factors: z.array(factor) });
export const renameAnswer: z.ZodType<wire.RenameAnswer> = z.object({ id: z.string(), name: z.string() });
export const removeAnswer: z.ZodType<wire.RemoveAnswer> = z.object({ mfa_enabled: z.boolean(), ...grant });
export const devicesAnswer: z.ZodType<wire.DevicesAnswer> = z.object({ devices: z.array(device) });
export const revokeAnswer: z.ZodType<wire.RevokeAnswer> = z.object({ revoked: z.literal(true) });
export const jwksAnswer: z.ZodType<wire.JwksAnswer> = z.object({
  keys: z.array(
    z.object({
      kty: z.literal("OKP"),
      crv: z.literal("Ed25519"),
      x: z.string(),
      kid: z.string(),
      alg: z.literal("EdDSA"),
      use: z.literal("sig"),
    }),
  ),
});
export const openApiAnswer: z.ZodType<Record<string, unknown>> = z.record(z.string(), z.unknown());

/** The body of every refusal (RFC 9457). */
export const problemBody: z.ZodType<wire.ProblemBody> = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  attempts_left: z.int().exactOptional(),
  retry_after: z.int().exactOptional(),
  challenge: z.string().exactOptional(),
  methods: z.array(z.string()).exactOptional(),
  expires_at: time.exactOptional(),
  enrol: z.boolean().exactOptional(),
  acr_values: z.string().exactOptional(),
  max_age: z.int().exactOptional(),
  purpose: z.string().exactOptional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).exactOptional(),
});
