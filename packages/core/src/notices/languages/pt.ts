import type { NoticeStrings } from "../strings.ts";

export const pt: NoticeStrings = {
  language: "pt",
  direction: "ltr",
  titles: {
    factor_enabled: "Novo autenticador na sua conta {issuer}",
    factor_replaced: "Autenticador da sua conta {issuer} substituído",
    factor_imported: "Seu autenticador {issuer} foi mantido",
    factor_removed: "Autenticador removido da sua conta {issuer}",
    mfa_disabled: "Verificação em duas etapas desativada na sua conta {issuer}",
    recovery_codes_replaced: "Novos códigos de recuperação da sua conta {issuer}",
    recovery_code_used: "Código de recuperação usado na sua conta {issuer}",
    recovery_codes_low: "Seus códigos de recuperação {issuer} estão acabando",
    code_replayed: "Código já usado digitado de novo na sua conta {issuer}",
    locked: "Códigos errados demais na sua conta {issuer}",
    guessing_noticed: "Número incomum de códigos errados na sua conta {issuer}",
    device_trusted: "Novo dispositivo confiável na sua conta {issuer}",
    unlocked: "Sua conta {issuer} foi desbloqueada",
    mfa_reset: "Verificação em duas etapas redefinida na sua conta {issuer}",
    mfa_switched_off: "Verificação em duas etapas suspensa na sua conta {issuer}",
    mfa_switched_on: "Verificação em duas etapas reativada na sua conta {issuer}",
  },
  bodies: {
    factor_enabled: "Um autenticador foi adicionado à sua conta {issuer}. Os códigos dele já valem como segunda etapa.",
    factor_replaced: "O autenticador da sua conta {issuer} foi substituído por um novo. O anterior não funciona mais.",
    factor_imported:
      "O autenticador que você já utiliza foi transferido para o novo sistema de acesso de {issuer}. Continue a usá-lo normalmente.",
    factor_removed: "Um autenticador foi removido da sua conta {issuer}. Os códigos dele não valem mais.",
    mfa_disabled: "A verificação em duas etapas da sua conta {issuer} foi desativada. O acesso não pedirá mais um código.",
    recovery_codes_replaced: "Novos códigos de recuperação foram criados para a sua conta {issuer}. Todos os anteriores foram cancelados.",
    recovery_code_used: "Um código de recuperação foi usado na sua conta {issuer}. Ele não pode ser usado de novo.",
    recovery_codes_low:
      "Um código de recuperação foi usado na sua conta {issuer}. Crie novos em breve, para poder entrar mesmo sem o seu autenticador.",
    code_replayed:
      "Um código já usado foi digitado de novo na sua conta {issuer} e foi recusado. Isso acontece quando um formulário é enviado duas vezes, mas também quando alguém viu o seu código.",
    locked:
      "Códigos errados demais foram digitados na sua conta {issuer}. Nenhum código de autenticador será aceito até esta data: {until}. Se você tiver códigos de recuperação, eles continuam válidos.",
    guessing_noticed:
      "Códigos errados continuam a ser digitados na sua conta {issuer}. Todos foram recusados, mas alguém pode estar tentando adivinhar um código.",
    device_trusted:
      "Um dispositivo foi marcado como confiável na sua conta {issuer}. Por algum tempo, o acesso por ele não pedirá um código.",
    unlocked: "A administração desbloqueou a sua conta {issuer}. Os códigos voltaram a ser aceitos.",
    mfa_reset:
      "A administração removeu todos os autenticadores, códigos de recuperação e dispositivos confiáveis da sua conta {issuer}. Configure novamente a verificação em duas etapas.",
    mfa_switched_off:
      "A administração suspendeu a verificação em duas etapas da sua conta {issuer}. Por enquanto, o acesso não pede um código.",
    mfa_switched_on: "A administração reativou a verificação em duas etapas da sua conta {issuer}.",
  },
  lockedRecovery:
    "Códigos de recuperação errados demais foram digitados na sua conta {issuer}. Nenhum será aceito até esta data: {until}. Seu autenticador continua funcionando.",
  lastRemoved: "Era o último: a verificação em duas etapas está agora desativada.",
  codesLeft: {
    zero: "Não resta nenhum código de recuperação.",
    one: "Resta {count} código de recuperação.",
    other: "Restam {count} códigos de recuperação.",
  },
  wrongCodes: {
    zero: "No momento, nenhum código errado está registrado.",
    one: "No momento, {count} código errado está registrado.",
    other: "No momento, {count} códigos errados estão registrados.",
  },
  greeting: "Olá, {name}!",
  greetingWithoutName: "Olá!",
  advice: {
    own: "Se foi você, não é preciso fazer nada. Se não foi, alguém pode ter acesso à sua conta: altere a sua senha imediatamente e fale com o suporte.",
    attempt: "Se foi você, não é preciso fazer nada. Se não foi, alguém pode saber a sua senha: altere-a imediatamente.",
    admin: "Se você não esperava por isso, fale com o suporte.",
  },
  colon: ": ",
  labels: { time: "Data", method: "Método", support: "Suporte" },
  methods: { totp: "Aplicativo autenticador", hotp: "Token físico" },
  securityPage: "Verificar as suas configurações de segurança",
  footer: "{issuer} envia esta mensagem porque ela diz respeito à segurança da sua conta. Nunca pedimos códigos nem senhas em mensagens.",
};
