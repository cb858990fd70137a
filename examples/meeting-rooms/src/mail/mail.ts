import type { Mfa } from "@nightlatch/core";
import { notices } from "@nightlatch/core/notices";
import type { Logger } from "pino";
import type { Database } from "../database/database.ts";
import { ISSUER } from "../engine.ts";
import type { ServiceContext } from "../service-context.ts";
import { selectUser } from "../users/sql.ts";
import { claimDue, insertMail, markSent, postpone, sweep } from "./sql.ts";
import { localInbox, type MailTransport, smtp } from "./transport.ts";

/** Milliseconds between two looks into the outbox. */
const EVERY = 2_000;

/** Seconds until a mail that did not go is tried again: 5, 10, 20 and so on, an hour at most. */
const pause = (attempts: number): number => Math.min(3_600, 5 * 2 ** Math.min(attempts - 1, 10));

async function deliverDue(database: Database, transport: MailTransport, log: Logger): Promise<void> {
  for (const mail of await claimDue(database, 20)) {
    try {
      await transport.send(mail);
      await markSent(database, mail.id);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.warn({ mail: mail.id, attempts: mail.attempts, message: why }, "a mail did not go");
      await postpone(database, mail.id, why.slice(0, 500), pause(mail.attempts));
    }
  }
}

/** Delivers what is due, again and again; the answer ends that, behind what is on its way. */
function startDelivery(database: Database, transport: MailTransport, log: Logger): () => Promise<void> {
  let under: Promise<void> = Promise.resolve();
  const look = (): void => {
    under = under
      .then(() => deliverDue(database, transport, log))
      .catch((error: unknown) => log.error({ err: error }, "the outbox can't be read"));
  };
  const timer = setInterval(look, EVERY);
  look();
  return async () => {
    clearInterval(timer);
    await under;
  };
}

/**
 * Mails users what happened to their second factor. The engine's log is followed into the outbox, so that no event is
 * lost on the way; the outbox is delivered from there, by any number of processes.
 */
export function startMail(mfa: Mfa, { database, log, config, onClose }: ServiceContext): void {
  const { smtpUrl, mailFrom, securityPage } = config;
  const transport = smtpUrl === undefined ? localInbox : smtp(smtpUrl, mailFrom);
  if (config.production && smtpUrl === undefined) log.warn("SMTP_URL is not set: notices of security events reach nobody");
  const tell = notices({
    issuer: ISSUER,
    ...(securityPage === undefined ? {} : { securityPage }),
    async recipient({ id }) {
      const user = await selectUser(database, id);
      return user && { email: user.email, name: user.name };
    },
    async send({ id, subject, recipient, title, text, html }) {
      await insertMail(database, subject.id, { id, recipient: recipient.email, subject: title, text, html });
    },
  });
  const follower = mfa.audit.follow({
    name: "mail",
    sink: tell,
    every: "2s",
    onError: (error) => log.error({ err: error }, "a notice could not be written"),
  });
  follower.start();
  const endDelivery = startDelivery(database, transport, log);
  sweep(database).catch((error: unknown) => log.error({ err: error }, "the outbox can't be swept"));
  onClose(async () => {
    await follower.stop();
    await endDelivery();
    transport.close();
  });
}
