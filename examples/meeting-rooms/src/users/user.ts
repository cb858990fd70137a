import { z } from "zod";
import { line, lineInQuery, text } from "../http/input.ts";
import { NO_CURSOR, pageOf } from "../http/page.ts";
import { isCommonPassword } from "./common-passwords.ts";

const ROLES = ["user", "admin"] as const;

/** A user, without the password's hash. */
export const user = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
  is_active: z.boolean(),
  created_at: z.date(),
});

export type User = z.infer<typeof user>;

/** A user as administrators see them. */
export const listedUser = z.object({
  ...user.shape,
  mfa_enabled: z.boolean(),
  authenticators: z.int(),
  /** The end of the lock that wrong codes brought, if there is one. */
  locked_until: z.date().nullable(),
});

export type ListedUser = z.infer<typeof listedUser>;

const USERNAME = /^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$/;

/** Whether a text could be a username at all: nothing else ever reaches the database. */
export const isUsername = (value: string): boolean => USERNAME.test(value);

const username = text().regex(USERNAME, "must be 3 to 64 letters, digits, dots, hyphens or underscores, and begin with a letter or digit");

const password = text()
  .refine((value) => [...value].length >= 8, "must be 8 characters at least")
  .max(256, "must be 256 characters at most")
  .refine((value) => value.isWellFormed(), "must be text");

const alike = (one: string, other: string): boolean => one.normalize("NFKC").toLowerCase() === other.normalize("NFKC").toLowerCase();

/** What it takes to register. `refuseCommon`: with a password that is not among those that are tried first. */
export const registration = ({ refuseCommon }: { refuseCommon: boolean }) =>
  z
    .object({
      name: line(100),
      username,
      email: z.email({ error: ({ input }) => (input === undefined ? "is required" : "must be an e-mail address") }).max(254, "is too long"),
      password,
      role: z.enum(ROLES, { error: `must be one of: ${ROLES.join(", ")}` }).default("user"),
    })
    .superRefine(({ password, ...user }, { addIssue }) => {
      if (refuseCommon && isCommonPassword(password)) {
        addIssue({ code: "custom", path: ["password"], message: "is among those that most people choose, and that are tried first" });
      }
      for (const field of ["name", "email", "username"] as const) {
        if (alike(password, user[field])) addIssue({ code: "custom", path: ["password"], message: `must not be the same as the ${field}` });
      }
    });

export type Registration = z.output<ReturnType<typeof registration>>;

// A credential's form is not told apart from its being wrong, so little is asked of it here.
const given = text().min(1, "must not be empty").max(1_024, "is too long");

/** The first factor. */
export const credentials = z.object({ username: given, password: given });

const secondStep = z.object({
  mfa_code: text().min(1, "must not be empty").max(64, "is too long"),
  challenge: text().max(4_096, "is too long").optional(),
  username: given.optional(),
  password: given.optional(),
});

/** Both factors at once, or the challenge that the first one earned with the second. */
export const bothFactors = secondStep.transform(({ mfa_code: code, challenge, ...first }, { addIssue }) => {
  if (challenge === undefined) {
    const { username, password } = first;
    if (username !== undefined && password !== undefined) return { code, username, password };
    addIssue({ code: "custom", path: [], message: "must hold username and password, or the challenge of a sign-in, beside mfa_code" });
    return z.NEVER;
  }
  if (first.username === undefined && first.password === undefined) return { code, challenge };
  addIssue({ code: "custom", path: ["challenge"], message: "stands for username and password: send it without them" });
  return z.NEVER;
});

/** What an administrator changes of a user. Who is not active can't sign in, and their tokens are dead. */
export const userChange = z.object({
  is_active: z.boolean({ error: ({ input }) => (input === undefined ? "is required" : "must be true or false") }),
});

/** What a sign-in answers. */
export const token = z.object({
  access_token: z.string(),
  token_type: z.literal("bearer"),
  expires_in: z.int(),
  recovery_codes_left: z.int().optional(),
});

/** How users are listed: by name, or a part of it. */
export const userQuery = z.object({
  search: lineInQuery(100).optional(),
  ...pageOf(z.string().refine(isUsername, NO_CURSOR)),
});

export type UserQuery = z.output<typeof userQuery>;
