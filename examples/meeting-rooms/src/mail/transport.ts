import { createTransport } from "nodemailer";
import type { Mail } from "./sql.ts";

/** A way for mails to go. */
export interface MailTransport {
  /** Rejects where the mail did not go: it comes again later. */
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** Mails stay in the outbox, where the inbox page shows them. */
export const localInbox: MailTransport = Object.freeze({ send: async () => undefined, close: () => undefined });

/** Mails go to a mail server: `smtps://user:password@host:465`. The same mail sent twice has the same Message-ID. */
export function smtp(url: string, from: string): MailTransport {
  const server = createTransport({
    url,
    connectionTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? "localhost";
  return Object.freeze({
    async send({ id, recipient, subject, text, html }) {
      await server.sendMail({ from, to: { name: "", address: recipient }, subject, text, html, messageId: `<${id}@${domain}>` });
    },
    close: () => server.close(),
  } satisfies MailTransport);
}
