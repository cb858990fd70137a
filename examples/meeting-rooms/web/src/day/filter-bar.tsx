import type { ReactNode, RefObject } from "react";
import { capitalised } from "../parts/capitalised.ts";
import { ChipSelect } from "../parts/chip-select.tsx";
import { Icon, type IconName } from "../parts/icon.tsx";
import { SearchField } from "../parts/search-field.tsx";
import { signOf } from "../room/facts.ts";
import { CLOSES, clockOf, OPENS } from "../times.ts";
import { ALL_ROOMS, type Filters, isFiltered } from "./filters.ts";

const SEATS = [2, 4, 6, 8, 12, 16, 20];

/** An hour that a room may be free for, from each half hour on, as the address has it. */
const HOURS = Array.from({ length: (CLOSES - OPENS) / 30 - 1 }, (_, half) => OPENS + half * 30).map((from) => ({
  from: clockOf(from),
  to: clockOf(from + 60),
}));

/** A filter that is set, or a switch for one. */
function Chip({ icon, isOn, onPress, children }: { icon?: IconName; isOn: boolean; onPress(): void; children: ReactNode }): ReactNode {
  return (
    <button type="button" className="chip" aria-pressed={isOn} onClick={onPress}>
      {icon && <Icon name={icon} />}
      {children}
      {isOn && <Icon name="close" size={16} />}
    </button>
  );
}

/** What may be asked of a room. */
export function FilterBar({
  filters,
  equipment,
  found,
  search,
  change,
}: {
  filters: Filters;
  equipment: readonly string[];
  /** How many rooms fit, of how many; not known before they are read. */
  found: { count: number; total: number } | undefined;
  search: RefObject<HTMLInputElement | null>;
  change(changes: Record<string, string | undefined>): void;
}): ReactNode {
  const { name, seats, free } = filters;
  const toggle = (one: string): void => {
    const next = filters.equipment.includes(one) ? filters.equipment.filter((other) => other !== one) : [...filters.equipment, one];
    change({ with: next.join(",") });
  };
  return (
    <div className="filters">
      <SearchField label="Find a room" field={search} value={name} onChange={(q) => change({ q })} />
      <div className="chips">
        {seats > 0 ? (
          <Chip isOn onPress={() => change({ seats: undefined })}>
            {seats} seats or more
          </Chip>
        ) : (
          <ChipSelect
            label="Seats"
            icon="people"
            value=""
            options={[["", "Seats"], ...SEATS.map((many) => [String(many), `${many} or more`] as const)]}
            onChange={(many) => change({ seats: many })}
          />
        )}
        {equipment.map((one) => (
          <Chip key={one} icon={signOf(one)} isOn={filters.equipment.includes(one)} onPress={() => toggle(one)}>
            {capitalised(one)}
          </Chip>
        ))}
        {free ? (
          <Chip icon="clock" isOn onPress={() => change({ from: undefined, to: undefined })}>
            Free {clockOf(free.from)}–{clockOf(free.to)}
          </Chip>
        ) : (
          <ChipSelect
            label="Free for an hour from"
            icon="clock"
            value=""
            options={[["", "Free between…"], ...HOURS.map(({ from, to }) => [from, `${from}–${to}`] as const)]}
            onChange={(from) => change({ from, to: HOURS.find((hour) => hour.from === from)?.to })}
          />
        )}
      </div>
      <p className="filters-count">
        <span role="status">{found && `${found.count} of ${found.total} rooms`}</span>
        {isFiltered(filters) && (
          <button type="button" className="link" onClick={() => change(ALL_ROOMS)}>
            Clear filters
          </button>
        )}
      </p>
    </div>
  );
}
