/** Formats numbers, amounts and times in the viewer's language and time zone. */
import { locale } from "../texts/language.ts";

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(
  name: string,
  make: () => T,
): T {
  const key = `${locale()} ${name}`;
  const found = cache.get(key) as T | undefined;
  if (found) return found;
  const made = make();
  cache.set(key, made);
  return made;
}

export function number(value: number | string | bigint, compact = false): string {
  const format = cached(
    `number ${compact}`,
    () => new Intl.NumberFormat(locale(), compact ? { notation: "compact", maximumFractionDigits: 1 } : {}),
  );
  // Intl formats a decimal string exactly, however large.
  return format.format(typeof value === "string" ? value as `${number}` as unknown as number : value);
}

export function percent(share: number, digits = 0): string {
  return cached(
    `percent ${digits}`,
    () => new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: digits }),
  ).format(share);
}

export function money(cents: number, currency = "USD", digits?: number): string {
  // Amounts below one cent get more digits, so that they do not show as zero.
  const fraction = digits ?? (cents !== 0 && Math.abs(cents) < 1 ? 5 : 2);
  return cached(
    `money ${currency} ${fraction}`,
    () => new Intl.NumberFormat(locale(), { style: "currency", currency, maximumFractionDigits: fraction }),
  )
    .format(cents / 100);
}

export function bytes(count: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  let at = 0;
  while (count >= 1000 && at < units.length - 1) {
    count /= 1000;
    at++;
  }
  return cached(
    `bytes ${units[at]}`,
    () => new Intl.NumberFormat(locale(), { style: "unit", unit: units[at], maximumFractionDigits: 1 }),
  ).format(count);
}

export function duration(seconds: number): string {
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    Math.floor(seconds % 60),
  ];
  const two = (part: number) => String(part).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export type TimeStyle = "full" | "day" | "short" | "clock" | "hour" | "minute";

const STYLES: Record<TimeStyle, Intl.DateTimeFormatOptions> = {
  full: { dateStyle: "medium", timeStyle: "short" },
  day: { dateStyle: "medium" },
  short: { month: "short", day: "numeric" },
  hour: { hour: "numeric", minute: "2-digit" },
  minute: { hour: "numeric", minute: "2-digit" },
  clock: { hour: "numeric", minute: "2-digit", timeZoneName: "short" },
};

export function time(at: string | number | Date, style: TimeStyle = "full", zone?: string): string {
  return cached(
    `time ${style} ${zone}`,
    () => new Intl.DateTimeFormat(locale(), { ...STYLES[style], ...(zone ? { timeZone: zone } : {}) }),
  ).format(new Date(at));
}

/** Formats a time in UTC, to the second. */
export const utc = (at: string | number | Date): string =>
  new Date(at).toISOString().slice(0, 19).replace("T", " ");

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

export function ago(at: string | number | Date, now = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return cached("ago", () => new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }))
    .format(Math.round(seconds / size), unit);
}

/** `3 minutes`. */
export function quantity(count: number, unit: "second" | "minute" | "hour" | "day"): string {
  return cached(
    `quantity ${unit}`,
    () => new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "long" }),
  ).format(count);
}

/** Formats the month of a day, in UTC like the daily counts. */
export const month = (day: string): string =>
  cached(
    "month",
    () => new Intl.DateTimeFormat(locale(), { month: "long", year: "numeric", timeZone: "UTC" }),
  )
    .format(new Date(day));

/** `0.4 s`, `12 min`: short enough for a table. */
export function seconds(count: number): string {
  const [value, unit] = count < 100 ? [count, "second"] as const : [count / 60, "minute"] as const;
  return cached(
    `seconds ${unit}`,
    () => new Intl.NumberFormat(locale(), { style: "unit", unit, maximumSignificantDigits: 2 }),
  ).format(value);
}
