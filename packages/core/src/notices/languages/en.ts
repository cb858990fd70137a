import type { NoticeStrings } from "../strings.ts";

export const en: NoticeStrings = {
  language: "en",
  direction: "ltr",
  titles: {
    factor_enabled: "New authenticator for your {issuer} account",
    factor_replaced: "Authenticator of your {issuer} account replaced",
    factor_imported: "Your authenticator was carried over at {issuer}",
    factor_removed: "Authenticator removed from your {issuer} account",
    mfa_disabled: "Two-step verification turned off for your {issuer} account",
    recovery_codes_replaced: "New recovery codes for your {issuer} account",
    recovery_code_used: "Recovery code used for your {issuer} account",
    recovery_codes_low: "Your {issuer} recovery codes are running out",
    code_replayed: "A used code was entered again for your {issuer} account",
    locked: "Too many wrong codes for your {issuer} account",
    guessing_noticed: "Unusually many wrong codes for your {issuer} account",
    device_trusted: "New trusted device for your {issuer} account",
    unlocked: "Your {issuer} account was unlocked",
    mfa_reset: "Two-step verification reset for your {issuer} account",
    mfa_switched_off: "Two-step verification suspended for your {issuer} account",
    mfa_switched_on: "Two-step verification back on for your {issuer} account",
  },
  bodies: {
    factor_enabled: "An authenticator was added to your {issuer} account. Its codes now work as your second step.",
    factor_replaced: "The authenticator of your {issuer} account was replaced by a new one. The old one no longer works.",
    factor_imported: "The authenticator that you already use was carried over to the new sign-in of {issuer}. Go on using it as before.",
    factor_removed: "An authenticator was removed from your {issuer} account. Its codes no longer work.",
    mfa_disabled: "Two-step verification was turned off for your {issuer} account. Signing in no longer asks for a code.",
    recovery_codes_replaced: "New recovery codes were made for your {issuer} account. All earlier ones are void.",
    recovery_code_used: "A recovery code was used for your {issuer} account. It can't be used again.",
    recovery_codes_low:
      "A recovery code was used for your {issuer} account. Make a new set soon, so that you can still get in without your authenticator.",
    code_replayed:
      "A code that had been used already was entered again for your {issuer} account, and was refused. It happens when a form is sent twice, but also when somebody has seen your code.",
    locked:
      "Too many wrong codes were entered for your {issuer} account. Until {until} no authenticator code is accepted. If you have recovery codes, they still work.",
    guessing_noticed: "Wrong codes keep being entered for your {issuer} account. All of them were refused, but somebody may be guessing.",
    device_trusted: "A device was marked as trusted for your {issuer} account. For a time, signing in on it asks for no code.",
    unlocked: "An administrator lifted the lock of your {issuer} account. Codes are accepted again.",
    mfa_reset:
      "An administrator removed all authenticators, recovery codes and trusted devices from your {issuer} account. Please set up two-step verification anew.",
    mfa_switched_off: "An administrator suspended two-step verification for your {issuer} account. Signing in asks for no code for now.",
    mfa_switched_on: "An administrator turned two-step verification back on for your {issuer} account.",
  },
  lockedRecovery:
    "Too many wrong recovery codes were entered for your {issuer} account. Until {until} no recovery code is accepted. Your authenticator still works.",
  lastRemoved: "It was the last one, so two-step verification is now off.",
  codesLeft: {
    zero: "No recovery code is left.",
    one: "{count} recovery code is left.",
    other: "{count} recovery codes are left.",
  },
  wrongCodes: {
    zero: "No wrong code counts at present.",
    one: "{count} wrong code counts at present.",
    other: "{count} wrong codes count at present.",
  },
  greeting: "Hello {name},",
  greetingWithoutName: "Hello,",
  advice: {
    own: "If this was you, there is nothing to do. If it wasn't, somebody may have got into your account: change your password at once and contact support.",
    attempt: "If this was you, there is nothing to do. If it wasn't, somebody may know your password: change it at once.",
    admin: "If you did not expect this, contact support.",
  },
  colon: ": ",
  labels: { time: "Time", method: "Method", support: "Support" },
  methods: { totp: "Authenticator app", hotp: "Hardware token" },
  securityPage: "Check your security settings",
  footer: "{issuer} sends this message because it concerns the security of your account. We never ask for codes or passwords in a message.",
};
