/**
 * Messages to users about what happened to their account.
 *
 * @module
 */

export { noticeKinds, noticeStrings } from "./language.ts";
export type { Notice, NoticeOptions, NoticeRecipient, NoticeSubject } from "./notices.ts";
export { notices } from "./notices.ts";
export type { NoticeKind, NoticePlural, NoticeStrings } from "./strings.ts";
