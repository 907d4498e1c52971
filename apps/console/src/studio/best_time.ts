/** When and what to publish, derived from medians and sums of a creator's own items. */
export interface Measured {
  published_at: string;
  views_count: number;
}

/** Minimum number of items with views; with fewer, no result is given. */
const LEAST = 10;
const SLOTS = 8;

export interface BestTimes {
  /** Median views, Monday to Sunday, in eight slots of three hours; null where nothing was published. */
  table: (number | null)[][];
  most: number;
  best: { day: number; hour: number; factor: number };
}

/** Returns median views by weekday and hour of publishing, in the viewer's time zone. */
export function bestTimes(items: readonly Measured[]): BestTimes | undefined {
  const seen = items.filter(({ views_count }) => views_count > 0);
  if (seen.length < LEAST) return;
  const views: number[][][] = Array.from({ length: 7 }, () => Array.from({ length: SLOTS }, () => []));
  for (const { published_at, views_count } of seen) {
    const at = new Date(published_at);
    views[(at.getDay() + 6) % 7]?.[Math.floor(at.getHours() / (24 / SLOTS))]?.push(views_count);
  }
  const usual = median(seen.map(({ views_count }) => views_count)) ?? 1;
  const table = views.map((slots) => slots.map((slot) => median(slot)));
  let best = { day: 0, hour: 0, factor: 0 };
  views.forEach((slots, day) =>
    slots.forEach((slot, at) => {
      // One or two lucky items do not make a pattern.
      const factor = slot.length < 3 ? 0 : (median(slot) ?? 0) / usual;
      if (factor > best.factor) best = { day, hour: at * (24 / SLOTS), factor };
    })
  );
  if (best.factor === 0) return;
  return { table, most: Math.max(...table.flat().map((value) => value ?? 0)), best };
}

function median(values: number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] ?? null : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Sums views by name, highest first. */
export function sums<Item extends Measured>(items: readonly Item[], nameOf: (item: Item) => string) {
  const found = new Map<string, { name: string; value: number; count: number }>();
  for (const item of items) {
    const name = nameOf(item);
    const sum = found.get(name) ?? { name, value: 0, count: 0 };
    sum.value += item.views_count;
    sum.count++;
    found.set(name, sum);
  }
  return [...found.values()].sort((one, other) => other.value - one.value);
}
