import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

/** A filter that is one of several: a chip as wide as what is chosen, which opens the browser's own list. */
export function ChipSelect({
  label,
  icon,
  value,
  options,
  onChange,
}: {
  label: string;
  icon?: IconName;
  value: string;
  options: readonly (readonly [value: string, words: string])[];
  onChange(value: string): void;
}): ReactNode {
  const chosen = options.find(([option]) => option === value) ?? options[0];
  return (
    <span className="chip chip-select">
      {icon && <Icon name={icon} />}
      <span aria-hidden="true">{chosen?.[1]}</span>
      <Icon name="chevron-down" size={16} />
      <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
    </span>
  );
}
