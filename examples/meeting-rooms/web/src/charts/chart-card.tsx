import { type ReactNode, useId } from "react";
import { TableHead } from "../parts/table-head.tsx";

export type Cell = string | number;

/** A card with a chart: its name, a line of summary, and the same as a table for who reads rather than looks. */
export function ChartCard({
  title,
  note,
  aside,
  summary,
  head,
  rows,
  className = "",
  children,
}: {
  title: string;
  note?: ReactNode;
  aside?: ReactNode;
  /** What the chart shows, in a sentence. */
  summary: string;
  head: readonly string[];
  rows: readonly (readonly Cell[])[];
  className?: string;
  children: ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <section className={`card chart-card ${className}`} aria-labelledby={id}>
      <header>
        <div>
          <h2 className="subhead" id={id}>
            {title}
          </h2>
          {note && <p className="quiet small">{note}</p>}
        </div>
        {aside}
      </header>
      <p className="hidden">{summary}</p>
      {children}
      <details className="as-table">
        <summary>Show as table</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to reach it */}
        <section className="as-table-scroll" tabIndex={0} aria-label={`${title}, as a table`}>
          <table>
            <TableHead names={head} />
            <tbody>
              {rows.map(([name, ...cells]) => (
                <tr key={String(name)}>
                  <th scope="row">{name}</th>
                  {cells.map((cell, column) => (
                    <td key={head[column + 1]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </section>
  );
}
