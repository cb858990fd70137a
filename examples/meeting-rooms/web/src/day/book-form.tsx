import { type FormEvent, type ReactNode, useId, useState } from "react";
import { clockOf } from "../times.ts";
import { type Draft, gapAt, type Span, STEP } from "./draft.ts";

/** The quarter hours from one to another. */
const quarters = (from: number, to: number): number[] => {
  const count = Math.max(0, Math.floor((to - from) / STEP) + 1);
  return Array.from({ length: count }, (_, index) => from + index * STEP);
};

function TimeSelect({
  label,
  value,
  times,
  onChange,
}: {
  label: string;
  value: number;
  times: readonly number[];
  onChange(minutes: number): void;
}): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(Number(event.target.value))}>
        {times.map((minutes) => (
          <option key={minutes} value={minutes}>
            {clockOf(minutes)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The fields in which a draft becomes a booking. */
export function BookForm({
  draft,
  gaps,
  dayField,
  foot,
  change,
  onBook,
}: {
  draft: Draft;
  /** When the room is free. */
  gaps: readonly Span[];
  /** Where the day is chosen, if it is chosen here. */
  dayField?: ReactNode;
  /** What sends the form. */
  foot: ReactNode;
  change(changes: Partial<Draft>): void;
  onBook(): void;
}): ReactNode {
  const id = useId();
  const [untitled, setUntitled] = useState(false);
  const { from, to, title, phase, fault } = draft;
  const gap = gapAt(gaps, from);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (title.trim() === "") {
      setUntitled(true);
      document.getElementById(`${id}-title`)?.focus();
    } else if (phase === "open") onBook();
  };
  const begin = (next: number): void => {
    const most = gapAt(gaps, next)?.to ?? next + 60;
    change({ from: next, to: to > next && to <= most ? to : Math.min(next + 60, most) });
  };

  return (
    <form className="book-form" onSubmit={submit} noValidate>
      <div className="field">
        <label htmlFor={`${id}-title`}>Title</label>
        <input
          id={`${id}-title`}
          data-first=""
          maxLength={200}
          autoComplete="off"
          value={title}
          aria-invalid={untitled || undefined}
          aria-describedby={`${id}-fault`}
          onChange={(event) => {
            setUntitled(false);
            change({ title: event.target.value });
          }}
        />
      </div>
      {dayField}
      <div className="pair">
        <TimeSelect label="From" value={from} times={gaps.flatMap((one) => quarters(one.from, one.to - STEP))} onChange={begin} />
        <TimeSelect
          label="To"
          value={to}
          times={gap ? quarters(from + STEP, Math.min(gap.to, from + 720)) : [to]}
          onChange={(next) => change({ to: next })}
        />
      </div>
      <p className="fault" id={`${id}-fault`} role="alert">
        {untitled ? "Give the booking a title." : fault}
      </p>
      {foot}
    </form>
  );
}
