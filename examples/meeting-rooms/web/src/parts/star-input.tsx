import type { ReactNode } from "react";
import { Star } from "./icon.tsx";

/** A rating to be given, from one star to five. */
export function StarInput({
  label,
  name,
  value,
  onChange,
}: {
  label: string;
  name: string;
  value: number;
  onChange(value: number): void;
}): ReactNode {
  return (
    <fieldset className="star-input">
      <legend className="hidden">{label}</legend>
      {[1, 2, 3, 4, 5].map((rating) => (
        <label key={rating}>
          <input type="radio" name={name} value={rating} checked={value === rating} onChange={() => onChange(rating)} />
          <Star size={22} fill={rating <= value ? 1 : 0} />
          <span className="hidden">{rating === 1 ? "1 star" : `${rating} stars`}</span>
        </label>
      ))}
    </fieldset>
  );
}
