import type { ReactNode } from "react";

/** One of a few, side by side. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: readonly (readonly [value: Value, label: string])[];
  onChange(value: Value): void;
}): ReactNode {
  return (
    // biome-ignore lint/a11y/useSemanticElements: buttons that are pressed or not, named as a group
    <div className="choice" role="group" aria-label={label}>
      {options.map(([option, words]) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>
          {words}
        </button>
      ))}
    </div>
  );
}
