import type { CodeMethod } from "../flow/code.ts";
import type { StringKey } from "../strings/strings.ts";
import type { IconName } from "./icons.tsx";

/** How a method is drawn, offered, headed and labelled. */
export type Way = readonly [icon: IconName, use: StringKey, title: StringKey, label: StringKey];

const WAYS: Readonly<Record<string, Way>> = {
  token: ["clock", "useToken", "signInTitle", "code"],
  recovery: ["codes", "useRecovery", "recoveryTitle", "recoveryCode"],
  email: ["mail", "byEmail", "emailTitle", "emailCode"],
  sms: ["phone", "bySms", "smsTitle", "smsCode"],
};

/** Of the app's own where the method is none of the others; a token has its id behind its kind. */
export const wayOf = (method: CodeMethod): Way => WAYS[method.split(":")[0] ?? ""] ?? ["phone", "useApp", "signInTitle", "code"];
