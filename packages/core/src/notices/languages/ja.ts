import type { NoticeStrings } from "../strings.ts";

export const ja: NoticeStrings = {
  language: "ja",
  direction: "ltr",
  titles: {
    factor_enabled: "{issuer} アカウントに認証手段が追加されました",
    factor_replaced: "{issuer} アカウントの認証手段が変更されました",
    factor_imported: "{issuer} の認証手段が引き継がれました",
    factor_removed: "{issuer} アカウントから認証手段が削除されました",
    mfa_disabled: "{issuer} アカウントの2段階認証が無効になりました",
    recovery_codes_replaced: "{issuer} アカウントのリカバリーコードが再発行されました",
    recovery_code_used: "{issuer} アカウントでリカバリーコードが使用されました",
    recovery_codes_low: "{issuer} のリカバリーコードが残りわずかです",
    code_replayed: "{issuer} アカウントで使用済みのコードが再入力されました",
    locked: "{issuer} アカウントで誤ったコードが何度も入力されました",
    guessing_noticed: "{issuer} アカウントで誤ったコードの入力が続いています",
    device_trusted: "{issuer} アカウントに信頼できるデバイスが追加されました",
    unlocked: "{issuer} アカウントのロックが解除されました",
    mfa_reset: "{issuer} アカウントの2段階認証がリセットされました",
    mfa_switched_off: "{issuer} アカウントの2段階認証が一時停止されました",
    mfa_switched_on: "{issuer} アカウントの2段階認証が再開されました",
  },
  bodies: {
    factor_enabled: "お使いの {issuer} アカウントに認証手段が追加されました。今後、そのコードを2段階目の認証にご利用いただけます。",
    factor_replaced: "お使いの {issuer} アカウントの認証手段が新しいものに変更されました。以前のものは使用できません。",
    factor_imported: "現在お使いの認証手段が {issuer} の新しいログイン方式に引き継がれました。これまでどおりご利用ください。",
    factor_removed: "お使いの {issuer} アカウントから認証手段が削除されました。そのコードは使用できません。",
    mfa_disabled: "お使いの {issuer} アカウントの2段階認証が無効になりました。ログイン時にコードは求められません。",
    recovery_codes_replaced: "お使いの {issuer} アカウントのリカバリーコードが新しく発行されました。以前のコードはすべて無効です。",
    recovery_code_used: "お使いの {issuer} アカウントでリカバリーコードが使用されました。このコードは再度使用できません。",
    recovery_codes_low:
      "お使いの {issuer} アカウントでリカバリーコードが使用されました。認証手段がお手元になくてもログインできるよう、早めに新しいコードを発行してください。",
    code_replayed:
      "お使いの {issuer} アカウントで使用済みのコードが再び入力され、拒否されました。フォームの二重送信のほか、第三者にコードを見られた場合にも起こります。",
    locked:
      "お使いの {issuer} アカウントで誤ったコードが何度も入力されました。{until} までは認証コードを受け付けません。リカバリーコードをお持ちの場合は、引き続きご利用いただけます。",
    guessing_noticed:
      "お使いの {issuer} アカウントで誤ったコードの入力が繰り返されています。いずれも拒否されましたが、第三者がコードを推測しようとしている可能性があります。",
    device_trusted:
      "お使いの {issuer} アカウントでデバイスが信頼済みとして登録されました。当面の間、そのデバイスではログイン時にコードは求められません。",
    unlocked: "お使いの {issuer} アカウントのロックが管理者により解除されました。コードを再び入力できます。",
    mfa_reset:
      "管理者がお使いの {issuer} アカウントの認証手段、リカバリーコード、信頼できるデバイスをすべて削除しました。2段階認証を改めて設定してください。",
    mfa_switched_off: "管理者がお使いの {issuer} アカウントの2段階認証を一時停止しました。当面の間、ログイン時にコードは求められません。",
    mfa_switched_on: "管理者がお使いの {issuer} アカウントの2段階認証を再開しました。",
  },
  lockedRecovery:
    "お使いの {issuer} アカウントで誤ったリカバリーコードが何度も入力されました。{until} まではリカバリーコードを受け付けません。通常の認証手段は引き続きご利用いただけます。",
  lastRemoved: "これが最後の認証手段だったため、2段階認証は無効になりました。",
  codesLeft: {
    zero: "リカバリーコードは残っていません。",
    other: "リカバリーコードの残りは{count}個です。",
  },
  wrongCodes: {
    zero: "現在、誤ったコードの記録はありません。",
    other: "現在、誤ったコードが{count}回記録されています。",
  },
  greeting: "{name} 様",
  greetingWithoutName: "お客様",
  advice: {
    own: "ご本人による操作であれば、対応は不要です。お心当たりがない場合は、第三者がアカウントに侵入したおそれがあります。直ちにパスワードを変更し、サポートにご連絡ください。",
    attempt:
      "ご本人による操作であれば、対応は不要です。お心当たりがない場合は、第三者にパスワードを知られているおそれがあります。直ちに変更してください。",
    admin: "お心当たりがない場合は、サポートにご連絡ください。",
  },
  colon: "：",
  labels: { time: "日時", method: "方法", support: "サポート" },
  methods: { totp: "認証アプリ", hotp: "ハードウェアトークン" },
  securityPage: "セキュリティ設定を確認する",
  footer:
    "このメッセージは、お使いのアカウントのセキュリティに関わるため {issuer} からお送りしています。メッセージでコードやパスワードをお尋ねすることはありません。",
};
