import { type ReactNode, type RefObject, useSyncExternalStore } from "react";
import type { EnrolSetup } from "../flow/enrol.ts";
import { keyGroups } from "../otp/index.ts";
import { Icon } from "./icons.tsx";
import { useUi } from "./looks.ts";
import { Actions, Button, Group, Intro, Link, Text } from "./parts.tsx";
import { CopyButton } from "./recovery-codes.tsx";
import { rich } from "./rich.tsx";

const PHONE = "(pointer: coarse) and (max-width: 559px)";
const subscribe = (call: () => void): (() => void) => {
  const query = matchMedia(PHONE);
  query.addEventListener("change", call);
  return () => query.removeEventListener("change", call);
};

/** The key for an authenticator: to scan, to type in, or to open in the app where the page is on the phone itself. */
export function EnrolmentScan({
  setup,
  focus,
  next,
  appsHref,
}: {
  setup: EnrolSetup;
  focus: RefObject<HTMLHeadingElement | null>;
  next(): void;
  appsHref: string | undefined;
}): ReactNode {
  const { t, c } = useUi();
  const onPhone = useSyncExternalStore(
    subscribe,
    () => matchMedia(PHONE).matches,
    () => false,
  );
  const { secret, uri, qr_code: picture, issuer, account } = setup;
  const key = (
    <div className={c("key")} dir="ltr">
      {/* biome-ignore lint/a11y/useSemanticElements: a key is no list */}
      <code role="group" aria-label={t("key")}>
        {keyGroups(secret).map((four, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: groups may be alike, and don't move
          <span key={index}>{four}</span>
        ))}
      </code>
      {!onPhone && <CopyButton small text={secret} label={t("copy")} />}
    </div>
  );
  const qr = <img className={c("qr")} src={picture} alt={t("qrAlt", { issuer })} width={198} height={198} />;
  const fold = (words: string, inside: ReactNode): ReactNode => (
    <details className={c("fold")}>
      <summary>
        {words}
        <Icon name="chevron" />
      </summary>
      {inside}
    </details>
  );

  return (
    <>
      {onPhone ? (
        <>
          <Intro focus={focus} title={t("phoneTitle")} text={t("phoneText")} />
          {/* Where the answer comes from elsewhere, an address of another scheme could be script, which React 18 lets run. */}
          {uri.startsWith("otpauth://") && (
            <a className={c("button")} href={uri} data-kind="primary" data-wide="">
              <Icon name="open" />
              {t("openApp")}
            </a>
          )}
          <Group>
            <span className={c("or")}>{t("orEnterKey")}</span>
            {key}
            <CopyButton wide text={secret} label={t("copyKey")} />
          </Group>
          {fold(t("showQr"), qr)}
        </>
      ) : (
        <>
          <Intro focus={focus} title={t("scanTitle")} />
          <div className={c("scan")}>
            {qr}
            <ol className={c("numbers")}>
              <li>{t("scanOpen")}</li>
              <li>{t("scanAdd")}</li>
              <li>{t("scanPoint")}</li>
            </ol>
          </div>
          <Text>
            {t("noApp")} {appsHref !== undefined && <Link href={appsHref}>{t("chooseApp")}</Link>}
          </Text>
          {fold(
            t("cantScan"),
            <Group>
              <Text>
                {t("enterKey")}
                <br />
                {rich(t("account"), { name: <bdi>{account}</bdi> })}
              </Text>
              {key}
            </Group>,
          )}
        </>
      )}
      <Actions data-foot="">
        {onPhone ? (
          <Button kind="secondary" wide onClick={next}>
            {t("addedIt")}
          </Button>
        ) : (
          <Button kind="primary" onClick={next}>
            {t("continue")}
          </Button>
        )}
      </Actions>
    </>
  );
}
