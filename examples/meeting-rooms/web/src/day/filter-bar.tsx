import type { ReactNode, RefObject } from "react";
import { Icon, type IconName } from "../parts/icon.tsx";
import { clockOf } from "../times.ts";
import { type Filters, isFiltered } from "./filters.ts";

const SEATS = [2, 4, 6, 8, 12, 16, 20];

const SIGNS: Readonly<Record<string, IconName>> = { screen: "screen", projector: "screen", video: "video", whiteboard: "board" };

/** A sign for what a room has. */
export const signOf = (equipment: string): IconName =>
  Object.entries(SIGNS).find(([word]) => equipment.toLowerCase().includes(word))?.[1] ?? "check";

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const HOURS = Array.from({ length: 21 }, (_, half) => 480 + half * 30);

/** What may be asked of a room. */
export function FilterBar({
  filters,
  equipment,
  count,
  total,
  search,
  change,
}: {
  filters: Filters;
  equipment: readonly string[];
  count: number;
  total: number;
  search: RefObject<HTMLInputElement | null>;
  change(changes: Record<string, string | undefined>): void;
}): ReactNode {
  const { name, seats, free } = filters;
  const toggle = (one: string): void => {
    const next = filters.equipment.includes(one) ? filters.equipment.filter((other) => other !== one) : [...filters.equipment, one];
    change({ with: next.join(",") || undefined });
  };
  return (
    <div className="filters">
      <div className="search">
        <Icon name="search" />
        <input
          ref={search}
          type="search"
          aria-label="Find a room"
          placeholder="Find a room"
          value={name}
          onChange={(event) => change({ q: event.target.value })}
        />
      </div>
      <div className="chips">
        {seats > 0 ? (
          <button type="button" className="chip" aria-pressed="true" onClick={() => change({ seats: undefined })}>
            {seats} seats or more <Icon name="close" size={16} />
          </button>
        ) : (
          <label className="chip chip-select">
            <Icon name="people" />
            <select aria-label="Seats" value="" onChange={(event) => change({ seats: event.target.value })}>
              <option value="">Seats</option>
              {SEATS.map((many) => (
                <option key={many} value={many}>
                  {many} or more
                </option>
              ))}
            </select>
          </label>
        )}
        {equipment.map((one) => {
          const pressed = filters.equipment.includes(one);
          return (
            <button key={one} type="button" className="chip" aria-pressed={pressed} onClick={() => toggle(one)}>
              <Icon name={signOf(one)} /> {capitalised(one)}
              {pressed && <Icon name="close" size={16} />}
            </button>
          );
        })}
        {free ? (
          <button type="button" className="chip" aria-pressed="true" onClick={() => change({ from: undefined, to: undefined })}>
            <Icon name="clock" /> Free {clockOf(free.from)}–{clockOf(free.to)} <Icon name="close" size={16} />
          </button>
        ) : (
          <label className="chip chip-select">
            <Icon name="clock" />
            <select
              aria-label="Free for an hour from"
              value=""
              onChange={(event) =>
                change({
                  from: event.target.value,
                  to: clockOf(Number(event.target.value.slice(0, 2)) * 60 + Number(event.target.value.slice(3)) + 60),
                })
              }
            >
              <option value="">Free between…</option>
              {HOURS.slice(0, -2).map((minutes) => (
                <option key={minutes} value={clockOf(minutes)}>
                  {clockOf(minutes)}–{clockOf(minutes + 60)}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <p className="filters-count">
        <span role="status">
          {count} of {total} rooms
        </span>
        {isFiltered(filters) && (
          <button
            type="button"
            className="link"
            onClick={() => change({ q: undefined, seats: undefined, with: undefined, from: undefined, to: undefined })}
          >
            Clear filters
          </button>
        )}
      </p>
    </div>
  );
}
