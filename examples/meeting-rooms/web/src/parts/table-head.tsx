import type { ReactNode } from "react";

/** The names of a table's columns. */
export function TableHead({
  names,
  actions,
}: {
  names: readonly string[];
  /** What is done in a last column, which has no name to be seen. */
  actions?: string;
}): ReactNode {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
        {actions && (
          <th scope="col">
            <span className="hidden">{actions}</span>
          </th>
        )}
      </tr>
    </thead>
  );
}
