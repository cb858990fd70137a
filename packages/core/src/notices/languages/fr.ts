import type { NoticeStrings } from "../strings.ts";

export const fr: NoticeStrings = {
  language: "fr",
  direction: "ltr",
  titles: {
    factor_enabled: "Nouvel authentificateur pour votre compte {issuer}",
    factor_replaced: "Authentificateur de votre compte {issuer} remplacé",
    factor_imported: "Votre authentificateur {issuer} a été repris",
    factor_removed: "Authentificateur retiré de votre compte {issuer}",
    mfa_disabled: "Validation en deux étapes désactivée pour votre compte {issuer}",
    recovery_codes_replaced: "Nouveaux codes de secours pour votre compte {issuer}",
    recovery_code_used: "Code de secours utilisé pour votre compte {issuer}",
    recovery_codes_low: "Vos codes de secours {issuer} sont presque épuisés",
    code_replayed: "Code déjà utilisé saisi à nouveau pour votre compte {issuer}",
    locked: "Trop de codes erronés pour votre compte {issuer}",
    guessing_noticed: "Nombre inhabituel de codes erronés pour votre compte {issuer}",
    device_trusted: "Nouvel appareil de confiance pour votre compte {issuer}",
    unlocked: "Votre compte {issuer} a été débloqué",
    mfa_reset: "Validation en deux étapes réinitialisée pour votre compte {issuer}",
    mfa_switched_off: "Validation en deux étapes suspendue pour votre compte {issuer}",
    mfa_switched_on: "Validation en deux étapes rétablie pour votre compte {issuer}",
  },
  bodies: {
    factor_enabled:
      "Un authentificateur a été ajouté à votre compte {issuer}. Ses codes servent désormais à la deuxième étape de la connexion.",
    factor_replaced: "L’authentificateur de votre compte {issuer} a été remplacé par un nouveau. L’ancien ne fonctionne plus.",
    factor_imported:
      "L’authentificateur que vous utilisez déjà a été repris dans le nouveau système de connexion de {issuer}. Continuez à l’utiliser comme avant.",
    factor_removed: "Un authentificateur a été retiré de votre compte {issuer}. Ses codes ne sont plus acceptés.",
    mfa_disabled:
      "La validation en deux étapes a été désactivée pour votre compte {issuer}. Aucun code ne sera plus demandé à la connexion.",
    recovery_codes_replaced:
      "De nouveaux codes de secours ont été créés pour votre compte {issuer}. Tous les codes précédents sont annulés.",
    recovery_code_used: "Un code de secours a été utilisé pour votre compte {issuer}. Il ne peut plus servir.",
    recovery_codes_low:
      "Un code de secours a été utilisé pour votre compte {issuer}. Créez-en bientôt de nouveaux, afin de pouvoir vous connecter même sans votre authentificateur.",
    code_replayed:
      "Un code déjà utilisé a été saisi à nouveau pour votre compte {issuer}, et refusé. Cela arrive lorsqu’un formulaire est envoyé deux fois, mais aussi lorsque quelqu’un a vu votre code.",
    locked:
      "Trop de codes erronés ont été saisis pour votre compte {issuer}. Aucun code d’authentificateur ne sera accepté avant cette date : {until}. Si vous avez des codes de secours, ils restent valables.",
    guessing_noticed:
      "Des codes erronés sont saisis de façon répétée pour votre compte {issuer}. Tous ont été refusés, mais quelqu’un cherche peut-être à deviner un code.",
    device_trusted:
      "Un appareil a été déclaré de confiance pour votre compte {issuer}. Pendant un certain temps, aucun code n’y sera demandé à la connexion.",
    unlocked: "Votre compte {issuer} a été débloqué par l’administration. Les codes sont de nouveau acceptés.",
    mfa_reset:
      "L’administration a retiré tous les authentificateurs, codes de secours et appareils de confiance de votre compte {issuer}. Veuillez configurer à nouveau la validation en deux étapes.",
    mfa_switched_off:
      "L’administration a suspendu la validation en deux étapes de votre compte {issuer}. Pour l’instant, aucun code n’est demandé à la connexion.",
    mfa_switched_on: "L’administration a rétabli la validation en deux étapes de votre compte {issuer}.",
  },
  lockedRecovery:
    "Trop de codes de secours erronés ont été saisis pour votre compte {issuer}. Aucun ne sera accepté avant cette date : {until}. Votre authentificateur fonctionne toujours.",
  lastRemoved: "C’était le dernier : la validation en deux étapes est désormais désactivée.",
  codesLeft: {
    zero: "Il ne reste aucun code de secours.",
    one: "Il reste {count} code de secours.",
    other: "Il reste {count} codes de secours.",
  },
  wrongCodes: {
    zero: "Aucun code erroné n’est compté actuellement.",
    one: "{count} code erroné est compté actuellement.",
    other: "{count} codes erronés sont comptés actuellement.",
  },
  greeting: "Bonjour {name},",
  greetingWithoutName: "Bonjour,",
  advice: {
    own: "Si c’était vous, vous n’avez rien à faire. Sinon, quelqu’un a peut-être accès à votre compte : changez immédiatement votre mot de passe et contactez l’assistance.",
    attempt: "Si c’était vous, vous n’avez rien à faire. Sinon, quelqu’un connaît peut-être votre mot de passe : changez-le immédiatement.",
    admin: "Si vous ne vous y attendiez pas, contactez l’assistance.",
  },
  colon: "\u00a0: ",
  labels: { time: "Date", method: "Méthode", support: "Assistance" },
  methods: { totp: "Application d’authentification", hotp: "Jeton matériel" },
  securityPage: "Vérifier vos paramètres de sécurité",
  footer:
    "{issuer} vous envoie ce message car il concerne la sécurité de votre compte. Nous ne demandons jamais de code ni de mot de passe dans un message.",
};
