import type { Pool } from "pg";
import { type BareUser, codeOf, isRight, newUser } from "./bare-work.ts";
import type { Contender } from "./contender.ts";

const TABLES = `
  CREATE TABLE bare_factors (subject text PRIMARY KEY, secret text NOT NULL, attempts integer NOT NULL DEFAULT 0, position bigint NOT NULL DEFAULT -1);
  CREATE TABLE bare_audit (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at bigint NOT NULL, subject text NOT NULL, type text NOT NULL);`;

/** Counts the attempt, and gives the secret. */
export const COUNT = {
  name: "bare_count",
  text: "UPDATE bare_factors SET attempts = attempts + 1 WHERE subject = $1 RETURNING secret",
};

/** Takes the step, and appends a row to the log. */
export const TAKE = {
  name: "bare_take",
  text: `WITH taken AS (UPDATE bare_factors SET position = $2, attempts = 0 WHERE subject = $1 AND position < $2 RETURNING subject)
    INSERT INTO bare_audit (at, subject, type) SELECT $3, subject, 'verified' FROM taken RETURNING seq`,
};

/**
 * The floor: what no verification that counts before it judges, and remembers the step, can do without. Two
 * prepared statements, one decryption, one HMAC, one row of a log; no lockout, no recovery codes, no challenge,
 * nothing that shows an edit.
 */
export async function barePostgres(name: string, pool: Pool, count: number): Promise<Contender> {
  await pool.query(TABLES);
  const users: BareUser[] = Array.from({ length: count }, (_, index) => newUser(`bare-${index}`));
  for (const user of users) await pool.query("INSERT INTO bare_factors (subject, secret) VALUES ($1, $2)", [user.name, user.sealed]);
  let step = 60_000_000;

  const verify = async (subject: string, code: string, at: number): Promise<void> => {
    const { rows } = await pool.query<{ secret: string }>({ ...COUNT, values: [subject] });
    if (!isRight(subject, rows[0]?.secret ?? "", code, at)) throw new Error("A right code was refused.");
    const taken = await pool.query({ ...TAKE, values: [subject, at, at * 30_000] });
    if (taken.rows.length !== 1) throw new Error("A new step was not taken.");
  };

  return {
    name,
    async ready(wanted) {
      step += 1;
      const at = step;
      return users.slice(0, wanted).map((user) => {
        const code = codeOf(user, at);
        return () => verify(user.name, code, at);
      });
    },
  };
}
