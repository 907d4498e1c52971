/** Decides which archives are kept: the newest of each day, week and month, for the configured number of days, weeks and months that have one. */

export interface Retention {
  daily: number;
  weekly: number;
  monthly: number;
}

/** @param text For example `7,4,12`. */
export function readRetention(text: string): Retention {
  const [daily, weekly, monthly, ...rest] = text.split(",").map((one) =>
    /^\d{1,4}$/.test(one.trim()) ? Number(one) : NaN
  );
  const numbers = [daily, weekly, monthly];
  if (rest.length > 0 || numbers.some((one) => one === undefined || Number.isNaN(one)) || (daily ?? 0) < 1) {
    throw new Error(
      `Cannot read the retention: it must be days,weeks,months, such as 7,4,12, with at least one day, got ${text}`,
    );
  }
  return { daily: daily ?? 0, weekly: weekly ?? 0, monthly: monthly ?? 0 };
}

export function nameOf(time: Date): string {
  return `streamvibe-${time.toISOString().replace(/\.\d+Z$/, "Z").replaceAll(/[:-]/g, "")}`;
}

/** Returns the start time of an archive, from its name; null if the name is not that of an archive. */
export function timeOf(name: string): Date | null {
  const [, year, month, day, hour, minute, second] =
    name.match(/^streamvibe-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/) ?? [];
  return year ? new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) : null;
}

/** Returns the archives outside the retention. The newest is always kept. */
export function expired(names: string[], { daily, weekly, monthly }: Retention): string[] {
  const newest_first = names.flatMap((name) => {
    const time = timeOf(name);
    return time ? [{ name, time }] : [];
  }).sort((one, other) => other.time.getTime() - one.time.getTime());
  const kept = new Set<string>(newest_first.slice(0, 1).map(({ name }) => name));
  const keep = (count: number, period: (time: Date) => string) => {
    const seen = new Set<string>();
    for (const { name, time } of newest_first) {
      const one = period(time);
      if (seen.has(one)) continue;
      if (seen.size === count) return;
      seen.add(one);
      kept.add(name);
    }
  };
  keep(daily, (time) => time.toISOString().slice(0, 10));
  keep(weekly, weekOf);
  keep(monthly, (time) => time.toISOString().slice(0, 7));
  return newest_first.map(({ name }) => name).filter((name) => !kept.has(name));
}

/** Returns the Monday on which the week begins. */
function weekOf(time: Date): string {
  const monday = new Date(time);
  monday.setUTCDate(time.getUTCDate() - (time.getUTCDay() + 6) % 7);
  return monday.toISOString().slice(0, 10);
}
