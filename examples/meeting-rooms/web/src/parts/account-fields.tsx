import type { ReactNode } from "react";
import type { ApiError } from "../api/call.ts";
import { Field, PasswordField } from "./field.tsx";
import { Message } from "./states.tsx";
import type { Fields } from "./use-fields.ts";

/** What a new account is made of. */
export type NewAccount = Readonly<Record<"name" | "username" | "email" | "password", string>>;

/** The fields of a new account, and above them what is wrong with the whole of it. */
export function AccountFields({
  about,
  error,
  isOwn,
}: {
  about: Fields<NewAccount>["about"];
  error: ApiError | undefined;
  /** Whether it is for who fills it in, so that the browser may help. */
  isOwn: boolean;
}): ReactNode {
  const complete = (what: string): string => (isOwn ? what : "off");
  return (
    <>
      {error && error.errors.length === 0 && (
        <Message tone="bad" icon="alert" assertive>
          {error.message}
        </Message>
      )}
      <Field {...about("name", "Name")} autoComplete={complete("name")} data-first="" />
      <Field {...about("username", "Username")} autoComplete={complete("username")} autoCapitalize="none" spellCheck={false} />
      <Field {...about("email", "E-mail")} type="email" autoComplete={complete("email")} />
      <PasswordField {...about("password", "Password")} autoComplete="new-password" minLength={8} hint="8 characters at least." />
    </>
  );
}
