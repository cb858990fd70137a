import { type ReactNode, useEffect, useRef } from "react";
import { useLooks } from "./looks.ts";

/** Keeps a sheet above the keyboard of a phone, which covers the page without telling its layout. */
function followKeyboard({ style }: HTMLElement): () => void {
  const view = window.visualViewport;
  const follow = (): void => {
    if (view) style.setProperty("--nl-keyboard", `${Math.max(0, window.innerHeight - view.height - view.offsetTop)}px`);
  };
  follow();
  view?.addEventListener("resize", follow);
  return () => view?.removeEventListener("resize", follow);
}

/**
 * A native dialog: the page behind it is out of reach, and the focus goes back to where it was. Escape and a press beside
 * it close it where `onClose` is given; without, it stays until it is answered.
 */
export function Dialog({
  open,
  onClose,
  labelledBy,
  children,
}: {
  open: boolean;
  onClose?: (() => void) | undefined;
  labelledBy: string;
  children: ReactNode;
}): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    if (!open || !current) return;
    // The room of a scrollbar is kept while the page is held, so that nothing behind moves.
    const { clientWidth, style } = document.documentElement;
    if (innerWidth > clientWidth) style.scrollbarGutter = "stable";
    current.showModal();
    current.querySelector<HTMLElement>("input, [data-focus-first]")?.focus();
    const stop = followKeyboard(current);
    return () => {
      stop();
      current.close();
      style.scrollbarGutter = "";
    };
  }, [open]);
  return (
    <dialog
      ref={dialog}
      className={useLooks().c("dialog", true)}
      aria-labelledby={labelledBy}
      onCancel={(event) => {
        // A cancel of something inside, such as a file chooser, bubbles up to here.
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        onClose?.();
      }}
      onMouseDown={(event) => event.target === event.currentTarget && onClose?.()}
    >
      {open && children}
    </dialog>
  );
}
