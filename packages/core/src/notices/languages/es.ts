import type { NoticeStrings } from "../strings.ts";

export const es: NoticeStrings = {
  language: "es",
  direction: "ltr",
  titles: {
    factor_enabled: "Nuevo autenticador para su cuenta de {issuer}",
    factor_replaced: "Autenticador de su cuenta de {issuer} sustituido",
    factor_imported: "Su autenticador de {issuer} se ha conservado",
    factor_removed: "Autenticador eliminado de su cuenta de {issuer}",
    mfa_disabled: "Verificación en dos pasos desactivada en su cuenta de {issuer}",
    recovery_codes_replaced: "Nuevos códigos de recuperación para su cuenta de {issuer}",
    recovery_code_used: "Código de recuperación usado en su cuenta de {issuer}",
    recovery_codes_low: "Sus códigos de recuperación de {issuer} se están agotando",
    code_replayed: "Código ya usado introducido de nuevo en su cuenta de {issuer}",
    locked: "Demasiados códigos incorrectos en su cuenta de {issuer}",
    guessing_noticed: "Cantidad inusual de códigos incorrectos en su cuenta de {issuer}",
    device_trusted: "Nuevo dispositivo de confianza en su cuenta de {issuer}",
    unlocked: "Su cuenta de {issuer} se ha desbloqueado",
    mfa_reset: "Verificación en dos pasos restablecida en su cuenta de {issuer}",
    mfa_switched_off: "Verificación en dos pasos suspendida en su cuenta de {issuer}",
    mfa_switched_on: "Verificación en dos pasos activada de nuevo en su cuenta de {issuer}",
  },
  bodies: {
    factor_enabled: "Se ha añadido un autenticador a su cuenta de {issuer}. Sus códigos sirven desde ahora como segundo paso.",
    factor_replaced: "El autenticador de su cuenta de {issuer} se ha sustituido por uno nuevo. El anterior ya no funciona.",
    factor_imported:
      "El autenticador que usted ya utiliza se ha trasladado al nuevo inicio de sesión de {issuer}. Puede seguir usándolo como hasta ahora.",
    factor_removed: "Se ha eliminado un autenticador de su cuenta de {issuer}. Sus códigos ya no son válidos.",
    mfa_disabled:
      "Se ha desactivado la verificación en dos pasos de su cuenta de {issuer}. Al iniciar sesión ya no se pedirá ningún código.",
    recovery_codes_replaced:
      "Se han creado nuevos códigos de recuperación para su cuenta de {issuer}. Todos los anteriores quedan anulados.",
    recovery_code_used: "Se ha usado un código de recuperación en su cuenta de {issuer}. No se puede volver a usar.",
    recovery_codes_low:
      "Se ha usado un código de recuperación en su cuenta de {issuer}. Cree pronto otros nuevos para poder entrar también sin su autenticador.",
    code_replayed:
      "Un código ya usado se ha introducido de nuevo en su cuenta de {issuer} y se ha rechazado. Ocurre cuando un formulario se envía dos veces, pero también cuando alguien ha visto su código.",
    locked:
      "Se han introducido demasiados códigos incorrectos en su cuenta de {issuer}. No se aceptará ningún código de autenticador hasta esta fecha: {until}. Si tiene códigos de recuperación, siguen siendo válidos.",
    guessing_noticed:
      "Se siguen introduciendo códigos incorrectos en su cuenta de {issuer}. Todos se han rechazado, pero es posible que alguien intente adivinar uno.",
    device_trusted:
      "Se ha marcado un dispositivo como de confianza en su cuenta de {issuer}. Durante un tiempo, al iniciar sesión en él no se pedirá ningún código.",
    unlocked: "La administración ha desbloqueado su cuenta de {issuer}. Los códigos se aceptan de nuevo.",
    mfa_reset:
      "La administración ha eliminado todos los autenticadores, códigos de recuperación y dispositivos de confianza de su cuenta de {issuer}. Configure de nuevo la verificación en dos pasos.",
    mfa_switched_off:
      "La administración ha suspendido la verificación en dos pasos de su cuenta de {issuer}. Por ahora no se pide ningún código al iniciar sesión.",
    mfa_switched_on: "La administración ha activado de nuevo la verificación en dos pasos de su cuenta de {issuer}.",
  },
  lockedRecovery:
    "Se han introducido demasiados códigos de recuperación incorrectos en su cuenta de {issuer}. No se aceptará ninguno hasta esta fecha: {until}. Su autenticador sigue funcionando.",
  lastRemoved: "Era el último: la verificación en dos pasos está ahora desactivada.",
  codesLeft: {
    zero: "No queda ningún código de recuperación.",
    one: "Queda {count} código de recuperación.",
    other: "Quedan {count} códigos de recuperación.",
  },
  wrongCodes: {
    zero: "Actualmente no consta ningún código incorrecto.",
    one: "Actualmente consta {count} código incorrecto.",
    other: "Actualmente constan {count} códigos incorrectos.",
  },
  greeting: "Hola, {name}:",
  greetingWithoutName: "Hola:",
  advice: {
    own: "Si ha sido usted, no tiene que hacer nada. Si no, es posible que alguien tenga acceso a su cuenta: cambie su contraseña de inmediato y póngase en contacto con el soporte.",
    attempt: "Si ha sido usted, no tiene que hacer nada. Si no, es posible que alguien conozca su contraseña: cámbiela de inmediato.",
    admin: "Si no lo esperaba, póngase en contacto con el soporte.",
  },
  colon: ": ",
  labels: { time: "Fecha", method: "Método", support: "Soporte" },
  methods: { totp: "Aplicación de autenticación", hotp: "Token físico" },
  securityPage: "Revisar su configuración de seguridad",
  footer: "{issuer} le envía este mensaje porque afecta a la seguridad de su cuenta. Nunca pedimos códigos ni contraseñas en un mensaje.",
};
