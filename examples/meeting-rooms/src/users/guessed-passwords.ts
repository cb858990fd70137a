import type { Queries } from "../database/database.ts";
import { ISSUER } from "../engine.ts";

const SUBJECT = `Somebody is trying passwords for your ${ISSUER} account`;

const paragraphs = (securityPage: string | undefined): string[] => [
  `More than a hundred wrong passwords were given for your ${ISSUER} account within a day. Wrong ones let nobody in, and you can sign in as ever.`,
  `With two-step verification a password alone lets nobody in${securityPage === undefined ? "." : `. Turn it on here: ${securityPage}`}`,
  "If you use this password anywhere else, or it is easily guessed, tell an administrator.",
];

/**
 * Mails whoever's account it is that passwords are being guessed, once a day. There need be no such account: that takes
 * the same statement.
 */
export async function mailGuesses(database: Queries, username: string, securityPage: string | undefined): Promise<void> {
  const lines = paragraphs(securityPage);
  await database.query(
    `INSERT INTO outbox (id, user_id, recipient, subject, text, html)
      SELECT 'passwords-' || id || to_char(now(), '-YYYY-MM-DD'), id, email, $2, $3, $4 FROM users WHERE lower(username) = lower($1)
      ON CONFLICT (id) DO NOTHING`,
    [
      username,
      SUBJECT,
      lines.join("\n\n"),
      lines.map((line) => `<p>${line.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</p>`).join("\n"),
    ],
  );
}
