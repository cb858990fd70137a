import type { Deliver, Delivery } from "../factors/factor.ts";
import type { Notice, NoticeKind } from "../notices/index.ts";

/** Where codes and notices arrive in a test. */
export interface Inbox {
  /** Give it to `email(inbox.deliver)` or `sms(inbox.deliver)`. */
  readonly deliver: Deliver;
  /** Give it to `notices({ send: inbox.send })`. */
  send(notice: Notice): void;
  /** The codes that came, oldest first. */
  readonly codes: readonly Delivery[];
  /** The notices that came, oldest first. */
  readonly notices: readonly Notice[];
  /**
   * The latest code, of this subject if one is named.
   *
   * @throws Error when none has come
   */
  lastCode(subjectId?: string): string;
  /**
   * The latest notice of a kind, or the first one to come, since events are told behind the answer that they are
   * of. Rejects when none has come in two seconds.
   */
  notice(kind: NoticeKind): Promise<Notice>;
  /** Forgets all that came. */
  clear(): void;
}

/** Milliseconds that a notice is waited for. */
const PATIENCE = 2_000;

/**
 * An inbox in memory, in place of a mailer and a gateway.
 *
 * @example
 * ```ts
 * import { email, totp } from "@nightlatch/core";
 * import { notices } from "@nightlatch/core/notices";
 * import { inbox, testMfa } from "@nightlatch/core/testing";
 *
 * const box = inbox();
 * const tell = notices({ issuer: "Example", recipient: () => ({ language: "en" }), send: box.send });
 * const { mfa } = await testMfa({ factors: [totp(), email(box.deliver)], onEvent: tell });
 *
 * const { challenge } = await mfa.challenge({ id: "ada" });
 * const sent = await mfa.deliver(challenge, "email"); // then, for one who has enrolled: box.lastCode()
 * ```
 */
export function inbox(): Inbox {
  const codes: Delivery[] = [];
  const told: Notice[] = [];
  const waiting = new Set<(notice: Notice) => void>();

  return Object.freeze({
    async deliver(delivery) {
      codes.push(delivery);
      return { to: "inbox" };
    },
    send(notice) {
      told.push(notice);
      for (const hear of waiting) hear(notice);
    },
    codes,
    notices: told,
    lastCode(subjectId) {
      const found = codes.findLast(({ subject }) => subjectId === undefined || subject.id === subjectId);
      if (found) return found.code;
      throw new Error(
        `No code came${subjectId === undefined ? "" : ` for ${subjectId}`}, of ${codes.length} in the inbox. Was deliver() refused?`,
      );
    },
    async notice(kind) {
      const found = told.findLast((notice) => notice.kind === kind);
      if (found) return found;
      return await new Promise((resolve, reject) => {
        const end = (): void => {
          clearTimeout(timer);
          waiting.delete(hear);
        };
        const hear = (notice: Notice): void => {
          if (notice.kind !== kind) return;
          end();
          resolve(notice);
        };
        const timer = setTimeout(() => {
          end();
          const others = told.map((notice) => notice.kind).join(", ") || "none";
          reject(new Error(`No notice "${kind}" came within ${PATIENCE / 1000} s. Those that came: ${others}.`));
        }, PATIENCE);
        waiting.add(hear);
      });
    },
    clear() {
      codes.length = 0;
      told.length = 0;
    },
  } satisfies Inbox);
}
