import type { NoticeStrings } from "../strings.ts";

export const de: NoticeStrings = {
  language: "de",
  direction: "ltr",
  titles: {
    factor_enabled: "Neuer Authenticator für Ihr Konto bei {issuer}",
    factor_replaced: "Authenticator Ihres Kontos bei {issuer} ersetzt",
    factor_imported: "Ihr Authenticator bei {issuer} wurde übernommen",
    factor_removed: "Authenticator aus Ihrem Konto bei {issuer} entfernt",
    mfa_disabled: "Zwei-Faktor-Authentifizierung für Ihr Konto bei {issuer} deaktiviert",
    recovery_codes_replaced: "Neue Wiederherstellungscodes für Ihr Konto bei {issuer}",
    recovery_code_used: "Wiederherstellungscode für Ihr Konto bei {issuer} verwendet",
    recovery_codes_low: "Ihre Wiederherstellungscodes bei {issuer} gehen zur Neige",
    code_replayed: "Verbrauchter Code für Ihr Konto bei {issuer} erneut eingegeben",
    locked: "Zu viele falsche Codes für Ihr Konto bei {issuer}",
    guessing_noticed: "Auffällig viele falsche Codes für Ihr Konto bei {issuer}",
    device_trusted: "Neues vertrauenswürdiges Gerät für Ihr Konto bei {issuer}",
    unlocked: "Ihr Konto bei {issuer} wurde entsperrt",
    mfa_reset: "Zwei-Faktor-Authentifizierung für Ihr Konto bei {issuer} zurückgesetzt",
    mfa_switched_off: "Zwei-Faktor-Authentifizierung für Ihr Konto bei {issuer} ausgesetzt",
    mfa_switched_on: "Zwei-Faktor-Authentifizierung für Ihr Konto bei {issuer} wieder aktiv",
  },
  bodies: {
    factor_enabled: "Ihrem Konto bei {issuer} wurde ein Authenticator hinzugefügt. Seine Codes gelten ab sofort als zweiter Faktor.",
    factor_replaced: "Der Authenticator Ihres Kontos bei {issuer} wurde durch einen neuen ersetzt. Der alte funktioniert nicht mehr.",
    factor_imported:
      "Der Authenticator, den Sie bereits verwenden, wurde in die neue Anmeldung von {issuer} übernommen. Sie können ihn wie gewohnt weiter nutzen.",
    factor_removed: "Ein Authenticator wurde aus Ihrem Konto bei {issuer} entfernt. Seine Codes gelten nicht mehr.",
    mfa_disabled:
      "Die Zwei-Faktor-Authentifizierung für Ihr Konto bei {issuer} wurde deaktiviert. Bei der Anmeldung wird kein Code mehr verlangt.",
    recovery_codes_replaced: "Für Ihr Konto bei {issuer} wurden neue Wiederherstellungscodes erstellt. Alle früheren sind ungültig.",
    recovery_code_used: "Für Ihr Konto bei {issuer} wurde ein Wiederherstellungscode verwendet. Er ist damit verbraucht.",
    recovery_codes_low:
      "Für Ihr Konto bei {issuer} wurde ein Wiederherstellungscode verwendet. Erstellen Sie bald neue, damit Sie sich auch ohne Ihren Authenticator anmelden können.",
    code_replayed:
      "Für Ihr Konto bei {issuer} wurde ein bereits verbrauchter Code erneut eingegeben und abgelehnt. Das kommt vor, wenn ein Formular doppelt abgeschickt wird, aber auch, wenn jemand Ihren Code gesehen hat.",
    locked:
      "Für Ihr Konto bei {issuer} wurden zu viele falsche Codes eingegeben. Bis {until} wird kein Code eines Authenticators angenommen. Wiederherstellungscodes gelten weiterhin, falls Sie welche haben.",
    guessing_noticed:
      "Für Ihr Konto bei {issuer} werden immer wieder falsche Codes eingegeben. Alle wurden abgelehnt, doch möglicherweise versucht jemand, einen Code zu erraten.",
    device_trusted:
      "Für Ihr Konto bei {issuer} wurde ein Gerät als vertrauenswürdig eingestuft. Eine Zeit lang wird bei der Anmeldung dort kein Code verlangt.",
    unlocked: "Ihr Konto bei {issuer} wurde von der Administration entsperrt. Codes werden wieder angenommen.",
    mfa_reset:
      "Die Administration hat alle Authenticatoren, Wiederherstellungscodes und vertrauenswürdigen Geräte aus Ihrem Konto bei {issuer} entfernt. Bitte richten Sie die Zwei-Faktor-Authentifizierung neu ein.",
    mfa_switched_off:
      "Die Administration hat die Zwei-Faktor-Authentifizierung für Ihr Konto bei {issuer} ausgesetzt. Bei der Anmeldung wird vorerst kein Code verlangt.",
    mfa_switched_on: "Die Administration hat die Zwei-Faktor-Authentifizierung für Ihr Konto bei {issuer} wieder aktiviert.",
  },
  lockedRecovery:
    "Für Ihr Konto bei {issuer} wurden zu viele falsche Wiederherstellungscodes eingegeben. Bis {until} wird keiner angenommen. Ihr Authenticator funktioniert weiterhin.",
  lastRemoved: "Es war der letzte: Die Zwei-Faktor-Authentifizierung ist jetzt ausgeschaltet.",
  codesLeft: {
    zero: "Es ist kein Wiederherstellungscode mehr übrig.",
    one: "Es ist noch {count} Wiederherstellungscode übrig.",
    other: "Es sind noch {count} Wiederherstellungscodes übrig.",
  },
  wrongCodes: {
    zero: "Derzeit ist kein falscher Code gezählt.",
    one: "Derzeit ist {count} falscher Code gezählt.",
    other: "Derzeit sind {count} falsche Codes gezählt.",
  },
  greeting: "Guten Tag {name},",
  greetingWithoutName: "Guten Tag,",
  advice: {
    own: "Wenn Sie das selbst waren, müssen Sie nichts tun. Wenn nicht, hat möglicherweise jemand Zugang zu Ihrem Konto: Ändern Sie sofort Ihr Passwort und wenden Sie sich an den Support.",
    attempt:
      "Wenn Sie das selbst waren, müssen Sie nichts tun. Wenn nicht, kennt möglicherweise jemand Ihr Passwort: Ändern Sie es sofort.",
    admin: "Wenn Sie damit nicht gerechnet haben, wenden Sie sich bitte an den Support.",
  },
  colon: ": ",
  labels: { time: "Zeitpunkt", method: "Verfahren", support: "Support" },
  methods: { totp: "Authenticator-App", hotp: "Hardware-Token" },
  securityPage: "Sicherheitseinstellungen prüfen",
  footer:
    "{issuer} sendet Ihnen diese Nachricht, weil sie die Sicherheit Ihres Kontos betrifft. Wir fragen in Nachrichten nie nach Codes oder Passwörtern.",
};
