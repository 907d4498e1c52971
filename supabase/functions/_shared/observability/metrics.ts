/**
 * Counts and durations of requests. Isolates are many and short-lived, so each collects samples for a second and adds them to the database in
 * the background; /metrics reads the sums.
 */
import * as z from "zod";
import { background } from "./background.ts";
import { createAdmin } from "../database/database.ts";
import type { Logger } from "./log.ts";
import { type Call, observe, storeObservations } from "./observations.ts";
import { storeProviderCalls } from "./provider_calls.ts";
import type { Settings } from "../settings/settings.ts";

/** Upper bounds of the histogram in milliseconds; one more bucket counts everything above them. */
export const BUCKETS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000] as const;

/** Sums of one function and status. `buckets` are separate counts, not cumulative ones. */
export const Sample = z.object({
  function: z.string(),
  status: z.int(),
  count: z.number(),
  duration_ms_sum: z.number(),
  buckets: z.array(z.number()),
});
export type Sample = z.output<typeof Sample>;

/** Collects samples until they are taken. */
export class Recorder {
  #samples = new Map<string, Sample>();

  add(name: string, status: number, duration_ms: number): void {
    const key = `${name} ${status}`;
    let sample = this.#samples.get(key);
    if (!sample) {
      const buckets = Array<number>(BUCKETS_MS.length + 1).fill(0);
      sample = { function: name, status, count: 0, duration_ms_sum: 0, buckets };
      this.#samples.set(key, sample);
    }
    const bucket = BUCKETS_MS.findIndex((bound) => duration_ms <= bound);
    const index = bucket === -1 ? BUCKETS_MS.length : bucket;
    sample.count += 1;
    sample.duration_ms_sum += duration_ms;
    sample.buckets[index] = (sample.buckets[index] ?? 0) + 1;
  }

  /** Returns the samples and starts again empty. */
  take(): Sample[] {
    const samples = [...this.#samples.values()].map((sample) => ({
      ...sample,
      duration_ms_sum: Math.round(sample.duration_ms_sum * 1_000) / 1_000,
    }));
    this.#samples.clear();
    return samples;
  }

  /** Adds back samples that could not be stored. */
  putBack(samples: Sample[]): void {
    for (const sample of samples) {
      const key = `${sample.function} ${sample.status}`;
      const mine = this.#samples.get(key);
      if (!mine) this.#samples.set(key, sample);
      else {
        mine.count += sample.count;
        mine.duration_ms_sum += sample.duration_ms_sum;
        mine.buckets = mine.buckets.map((count, index) => count + (sample.buckets[index] ?? 0));
      }
    }
  }
}

const FLUSH_AFTER_MS = 1_000;
const recorder = new Recorder();
let pending: { end: () => void; done: Promise<void> } | undefined;
let context: { settings: Settings; log: Logger } | undefined;
let listening = false;

/** Records one request; the samples of one second are stored together. */
export function recordRequest(about: Call & { settings: Settings; log: Logger }): void {
  recorder.add(about.name, about.status, about.duration_ms);
  observe(about, about.settings);
  context = about;
  if (!listening) {
    listening = true;
    // The isolate is shutting down cleanly: store the remaining samples.
    addEventListener("beforeunload", () => void flushMetrics());
  }
  if (pending) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, FLUSH_AFTER_MS);
  // Pending samples must not keep alive a process that has otherwise finished.
  Deno.unrefTimer(timer);
  const end = () => {
    clearTimeout(timer);
    resolve();
  };
  const done = promise.then(store);
  pending = { end, done };
  background(done);
}

/** Stores the collected samples immediately. */
export async function flushMetrics(): Promise<void> {
  const current = pending;
  current?.end();
  await current?.done;
}

async function store(): Promise<void> {
  pending = undefined;
  const samples = recorder.take();
  if (samples.length === 0 || !context) return;
  const admin = createAdmin(context.settings);
  try {
    await admin.call("record_request_metrics", { p_samples: samples });
  } catch (error) {
    recorder.putBack(samples);
    context.log.warn("request metrics could not be stored; they go with the next ones", { error });
    return;
  }
  await storeObservations(admin).catch((error) =>
    context?.log.warn("observations could not be stored", { error })
  );
  await storeProviderCalls(admin).catch((error) =>
    context?.log.warn("calls of providers could not be counted; they go with the next ones", { error })
  );
}
