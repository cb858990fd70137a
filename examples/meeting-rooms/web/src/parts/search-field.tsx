import type { ReactNode, RefObject } from "react";
import { Icon } from "./icon.tsx";

/** What is typed narrows a list down. */
export function SearchField({
  label,
  value,
  field,
  isWide = false,
  onChange,
}: {
  label: string;
  value: string;
  field?: RefObject<HTMLInputElement | null>;
  isWide?: boolean;
  onChange(value: string): void;
}): ReactNode {
  return (
    <div className={isWide ? "search search-wide" : "search"}>
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
