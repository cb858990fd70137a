import type { Queries } from "../database/database.ts";

/** A mail. */
export interface Mail {
  id: string;
  recipient: string;
  subject: string;
  text: string;
  html: string;
}

/** Puts a mail into the outbox; one that is there already stays as it is. */
export async function insertMail(database: Queries, userId: string, { id, recipient, subject, text, html }: Mail): Promise<void> {
  await database.query(
    `INSERT INTO outbox (id, user_id, recipient, subject, text, html) SELECT $1, id, $3, $4, $5, $6 FROM users WHERE id = $2
      ON CONFLICT (id) DO NOTHING`,
    [id, userId, recipient, subject, text, html],
  );
}

/** Takes mails that are due, for one process alone: they are due again in two minutes, should it die. */
export async function claimDue(database: Queries, most: number): Promise<(Mail & { attempts: number })[]> {
  return await database.query<Mail & { attempts: number }>(
    `UPDATE outbox SET attempts = attempts + 1, due_at = now() + interval '2 minutes'
      WHERE id IN (SELECT id FROM outbox WHERE sent_at IS NULL AND due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
      RETURNING id, recipient, subject, text, html, attempts`,
    [most],
  );
}

export async function markSent(database: Queries, id: string): Promise<void> {
  await database.query("UPDATE outbox SET sent_at = now(), last_error = NULL WHERE id = $1", [id]);
}

/** Has a mail come again later. */
export async function postpone(database: Queries, id: string, why: string, seconds: number): Promise<void> {
  await database.query("UPDATE outbox SET last_error = $2, due_at = now() + make_interval(secs => $3) WHERE id = $1", [id, why, seconds]);
}

/** The newest mails first. */
export async function selectNewest(database: Queries, most: number): Promise<(Mail & { created_at: Date })[]> {
  return await database.query<Mail & { created_at: Date }>(
    "SELECT id, recipient, subject, text, html, created_at FROM outbox ORDER BY created_at DESC, id DESC LIMIT $1",
    [most],
  );
}

/** Removes what was sent more than thirty days ago. */
export async function sweep(database: Queries): Promise<void> {
  await database.query("DELETE FROM outbox WHERE sent_at < now() - interval '30 days'");
}
