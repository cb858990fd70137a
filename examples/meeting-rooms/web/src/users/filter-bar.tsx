import type { ReactNode } from "react";
import { ChipSelect } from "../parts/chip-select.tsx";
import { Choice } from "../parts/choice.tsx";
import { SearchField } from "../parts/search-field.tsx";
import type { UserFilters } from "./filters.ts";

/** What may be asked of the list of users. */
export function UserFilterBar({
  filters,
  count,
  change,
}: {
  filters: UserFilters;
  count: number;
  change(changes: Record<string, string | undefined>): void;
}): ReactNode {
  return (
    <div className="filters">
      <SearchField label="Name, username or e-mail" isWide value={filters.text} onChange={(q) => change({ q })} />
      <Choice
        label="Role"
        value={filters.role}
        onChange={(role) => change({ role: role === "everyone" ? undefined : role })}
        options={[
          ["everyone", "Everyone"],
          ["admin", "Admins"],
          ["user", "Members"],
        ]}
      />
      <ChipSelect
        label="Two-step verification"
        value={filters.protection}
        onChange={(value) => change({ "two-step": value })}
        options={[
          ["", "Two-step: any"],
          ["on", "Two-step: on"],
          ["off", "Two-step: off"],
          ["locked", "Locked"],
        ]}
      />
      <p className="filters-count" role="status">
        {count} {count === 1 ? "person" : "people"}
      </p>
    </div>
  );
}
