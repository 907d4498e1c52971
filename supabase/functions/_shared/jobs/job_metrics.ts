/** Counts and durations of runs. A worker collects them and adds them to the database every few seconds; /metrics reads the sums. */
import * as z from "zod";
import type { Admin } from "../database/database.ts";
import type { Logger } from "../observability/log.ts";
import { BUCKETS_MS } from "../observability/metrics.ts";
import { storeProviderCalls } from "../observability/provider_calls.ts";

export type Outcome = "completed" | "failed" | "released" | "lost";

/** Sums of one handler and outcome. */
export const JobSample = z.object({
  handler: z.string(),
  outcome: z.string(),
  count: z.number(),
  duration_ms_sum: z.number(),
  buckets: z.array(z.number()),
});
export type JobSample = z.output<typeof JobSample>;

export class JobMetrics {
  #samples = new Map<string, JobSample>();

  add(handler: string, outcome: Outcome, duration_ms: number): void {
    const key = `${handler} ${outcome}`;
    let sample = this.#samples.get(key);
    if (!sample) {
      const buckets = Array<number>(BUCKETS_MS.length + 1).fill(0);
      sample = { handler, outcome, count: 0, duration_ms_sum: 0, buckets };
      this.#samples.set(key, sample);
    }
    const bucket = BUCKETS_MS.findIndex((bound) => duration_ms <= bound);
    const index = bucket === -1 ? BUCKETS_MS.length : bucket;
    sample.count += 1;
    sample.duration_ms_sum += duration_ms;
    sample.buckets[index] = (sample.buckets[index] ?? 0) + 1;
  }

  /** Stores the collected samples. Samples that cannot be stored are dropped, so that no job waits for them. */
  async flush(admin: Admin, log: Logger): Promise<void> {
    const samples = [...this.#samples.values()];
    this.#samples.clear();
    try {
      if (samples.length > 0) await admin.call("record_job_metrics", { p_samples: samples });
      await storeProviderCalls(admin);
    } catch (error) {
      log.warn("job metrics could not be stored", { error });
    }
  }
}
