import { type ReactNode, useEffect, useState } from "react";
import { useText } from "../hooks/index.ts";
import { useUi } from "./looks.ts";
import { Actions, Button, Check, Hidden } from "./parts.tsx";

/** Copies, and says so for two seconds in the room of its own label. */
export function CopyButton({ text, label, ...props }: { text: string; label: string; small?: true; wide?: true }): ReactNode {
  const t = useText();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(setCopied, 2000, false);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      kind="secondary"
      {...props}
      icon={copied ? "check" : "copy"}
      onClick={() =>
        navigator.clipboard?.writeText(text).then(
          () => setCopied(true),
          () => {},
        )
      }
    >
      <span data-swap={copied ? t("copied") : undefined}>{label}</span>
      <Hidden role="status">{copied && t("copied")}</Hidden>
    </Button>
  );
}

/** The props of `RecoveryCodes`. */
export interface RecoveryCodesProps {
  codes: readonly string[];
  /** Whether the box is ticked, and going on was tried before it was. */
  saved: boolean;
  nudged?: boolean;
  /** Called when the box that says so is ticked or unticked. */
  onSaved(saved: boolean): void;
  /** Called with each press of "Continue": before the tick it is to say why nothing happens. */
  onFinish(): void;
}

/**
 * Recovery codes, which are shown this once: to copy, to keep as a file, to print, and a box to tick before going on.
 * Leaving the page is asked about meanwhile.
 */
export function RecoveryCodes({ codes, saved, nudged, onSaved, onFinish }: RecoveryCodesProps): ReactNode {
  const { t, c, issuer } = useUi();
  const isNudged = nudged && !saved;
  const list = codes.join("\n");
  const heading = issuer ? `${issuer}: ${t("recoveryCodes")}` : t("recoveryCodes");

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, []);

  const download = (): void => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${heading}\n\n${list}\n`], { type: "text/plain" }));
    link.download = `${issuer ? `${issuer.toLowerCase().replace(/\s+/g, "-")}-` : ""}${t("codesFile")}.txt`;
    link.click();
    URL.revokeObjectURL(link.href);
  };

  // A page of its own, so that nothing else of the host's goes onto the paper.
  const print = (): void => {
    const frame = document.createElement("iframe");
    frame.hidden = true;
    document.body.append(frame);
    const { contentDocument: page, contentWindow: view } = frame;
    if (page && view) {
      const title = page.createElement("h1");
      const body = page.createElement("pre");
      title.textContent = heading;
      body.textContent = list;
      page.body.append(title, body);
      view.onafterprint = () => frame.remove();
      view.print();
    }
  };

  return (
    <>
      <ol className={c("codes")} aria-label={t("recoveryCodes")}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div className={c("thirds")}>
        <CopyButton text={list} label={t("copy")} />
        <Button kind="secondary" icon="download" onClick={download}>
          {t("download")}
        </Button>
        <Button kind="secondary" icon="print" onClick={print}>
          {t("print")}
        </Button>
      </div>
      <Check label={t("codesSaved")} hint={t(isNudged ? "codesFirst" : "codesOnce")} bad={isNudged} checked={saved} onTick={onSaved} />
      <Actions data-foot="">
        <Button kind="primary" wide off={!saved} onClick={onFinish}>
          {t("continue")}
        </Button>
      </Actions>
    </>
  );
}
