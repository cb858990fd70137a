import { type InputHTMLAttributes, type ReactNode, useId, useState } from "react";
import { Icon } from "./icon.tsx";

/** A field with its name, and room for what is wrong with it. */
export function Field({
  label,
  fault,
  hint,
  ...input
}: { label: string; fault?: string | undefined; hint?: string } & InputHTMLAttributes<HTMLInputElement>): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input {...input} id={id} aria-invalid={fault ? true : undefined} aria-describedby={fault || hint ? `${id}-note` : undefined} />
      {(fault || hint) && (
        <p id={`${id}-note`} className={fault ? "fault" : "hint"}>
          {fault ?? hint}
        </p>
      )}
    </div>
  );
}

/** A password, which may be looked at. */
export function PasswordField(
  props: { label: string; fault?: string | undefined; hint?: string } & InputHTMLAttributes<HTMLInputElement>,
): ReactNode {
  const [shown, show] = useState(false);
  return (
    <div className="password">
      <Field {...props} type={shown ? "text" : "password"} />
      <button type="button" className="icon-button" aria-label="Show password" aria-pressed={shown} onClick={() => show(!shown)}>
        <Icon name="eye" />
      </button>
    </div>
  );
}
