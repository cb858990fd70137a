import { type ReactNode, useEffect, useRef } from "react";
import { useUi } from "./looks.ts";
import { Button } from "./parts.tsx";

/** A name in the place where it is read: Enter keeps it, Escape drops it. */
export function NameForm({
  name,
  busy,
  onName,
  onDrop,
}: {
  name: string;
  busy?: boolean;
  onName(name: string): void;
  onDrop(): void;
}): ReactNode {
  const { t, c } = useUi();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const chosen = field.current?.value.trim();
        if (chosen) onName(chosen);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onDrop();
      }}
    >
      <input ref={field} className={c("text-field")} aria-label={t("nameLabel")} defaultValue={name} maxLength={64} required />
      <Button type="submit" kind="secondary" small busy={!!busy}>
        {t("save")}
      </Button>
    </form>
  );
}
