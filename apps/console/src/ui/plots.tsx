/** Plots, whose code loads when a page first renders one. */
import { number } from "./format.ts";
import type { ChartProps } from "./chart.tsx";
import { later } from "./parts.tsx";

export const Chart = later<ChartProps>(() => import("./chart.tsx"));

/** A few named values as bars, in the given order. */
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

/** Returns the date some days ago, such as `2026-11-27`, in UTC like the daily counts. */
export function dayBefore(days: number, now = Date.now()): string {
  return new Date(now - days * 86_400_000).toISOString().slice(0, 10);
}

/** Returns every day in a range, so that days without a row can be shown as zero. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}
