import { randomBytes } from "node:crypto";
import { hash, type Options, verify } from "@node-rs/argon2";

/** argon2id, the library's default kind, with OWASP's first choice for it: 19 MiB, two passes, one lane. */
const COST: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** One spelling for what looks alike, whichever keyboard it was typed on (SP 800-63B §3.1.1.2). */
const canonical = (password: string): string => password.normalize("NFKC");

/** The hash to keep instead of a password. */
export async function hashPassword(password: string): Promise<string> {
  return await hash(canonical(password), COST);
}

let decoy: Promise<string> | undefined;

/** Whether a password is right. Without a hash it is not, and that takes just as long to find out. */
export async function isPassword(password: string, kept: string | undefined): Promise<boolean> {
  decoy ??= hash(randomBytes(32), COST);
  const right = await verify(kept ?? (await decoy), canonical(password));
  return right && kept !== undefined;
}
