/** Plots are loaded when a page first has one. */
import { number } from "./format.ts";
import type { ChartProps } from "./chart.tsx";
import { later } from "./parts.tsx";

export const Chart = later<ChartProps>(() => import("./chart.tsx"));

/** Values of a few names, as bars in the order given. */
export function Bars({ label, rows, format = number }: {
  label: string;
  rows: { name: string; value: number; note?: string }[];
  format?: (value: number) => string;
}) {
  const most = Math.max(1, ...rows.map(({ value }) => value));
  return (
    <ul className="bars" aria-label={label}>
      {rows.map(({ name, value, note }) => (
        <li key={name} className="bar">
          <span>{name}</span>
          <progress value={value} max={most} aria-hidden="true" />
          <span>
            {format(value)}
            {note && <span className="quiet small">{` ${note}`}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** `2026-11-27` of today and of days before, in UTC as the counts by day are. */
export function dayBefore(days: number, now = Date.now()): string {
  return new Date(now - days * 86_400_000).toISOString().slice(0, 10);
}

/** Every day from one to another, so that a day without a row is a zero of a source that did answer. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}
