/**
 * Observations of calls besides the request metrics (module 009): histograms by function and cache source, and a sample of the calls
 * themselves. They are collected in the isolate and stored with the request metrics.
 */
import type { Admin } from "../database/database.ts";
import { DatabaseError } from "../errors.ts";
import type { Settings } from "../settings/settings.ts";

/** Upper bounds in milliseconds, the same as in `ops.latency_bounds()`; one more bucket counts everything above them. */
export const LATENCY_BOUNDS_MS = [
  ...[1, 2, 3, 5, 8, 12, 18, 25, 35, 50, 70, 100, 140, 200, 280, 400, 560, 800],
  ...[1_100, 1_600, 2_500, 4_000, 7_000, 12_000, 30_000],
] as const;
/** Maximum number of sampled calls in one second, because each becomes a row. */
const MOST_OBSERVATIONS = 200;

/** One call. */
export interface Call {
  name: string;
  status: number;
  duration_ms: number;
  db_ms: number;
  user_id: string | null;
  cache: string | null;
}

interface Histogram {
  function: string;
  cache: string | null;
  count: number;
  errors: number;
  ms_sum: number;
  buckets: number[];
}

let histograms = new Map<string, Histogram>();
let observations: Record<string, unknown>[] = [];
/** Whether the database has no module 009, which is deployed later than the kernel. */
let is_missing = false;

/** Records one call. */
export function observe(call: Call, settings: Settings): void {
  const { name, status, duration_ms, db_ms, user_id, cache } = call;
  const key = `${name} ${cache}`;
  let histogram = histograms.get(key);
  if (!histogram) {
    const buckets = Array<number>(LATENCY_BOUNDS_MS.length + 1).fill(0);
    histogram = { function: name, cache, count: 0, errors: 0, ms_sum: 0, buckets };
    histograms.set(key, histogram);
  }
  const place = LATENCY_BOUNDS_MS.findIndex((bound) => duration_ms <= bound);
  const index = place === -1 ? LATENCY_BOUNDS_MS.length : place;
  histogram.count += 1;
  histogram.errors += status >= 500 ? 1 : 0;
  histogram.ms_sum += duration_ms;
  histogram.buckets[index] = (histogram.buckets[index] ?? 0) + 1;
  if (observations.length < MOST_OBSERVATIONS && Math.random() < settings.TELEMETRY_SAMPLE_RATE) {
    observations.push({
      function: name,
      user_id,
      status,
      duration_ms,
      db_ms,
      cache,
      observed_at: new Date().toISOString(),
    });
  }
}

/** Stores the collected observations. Those that cannot be stored are dropped: they are only statistics, and the next ones follow in a second. */
export async function storeObservations(admin: Admin): Promise<void> {
  const gathered = { p_histograms: [...histograms.values()], p_observations: observations };
  histograms = new Map();
  observations = [];
  if (is_missing || gathered.p_histograms.length === 0) return;
  try {
    await admin.call("record_observations", gathered as never);
  } catch (error) {
    if (!(error instanceof DatabaseError) || !["42883", "PGRST202"].includes(error.sqlstate)) throw error;
    is_missing = true;
  }
}
