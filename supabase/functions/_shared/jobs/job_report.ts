/** Metrics of the queue in Prometheus' text format. */
import * as z from "zod";
import { BUCKETS_MS } from "../observability/metrics.ts";
import { JobSample } from "./job_metrics.ts";

/** The result of read_job_metrics(). */
export const JobReport = z.object({
  handlers: z.array(z.object({
    handler: z.string(),
    job_type: z.string(),
    paused: z.boolean(),
    ready: z.number(),
    running: z.number(),
    stuck: z.number(),
    waiting: z.number(),
    dead_letters: z.number(),
    oldest_seconds: z.number(),
  })),
  runs: z.array(JobSample),
});
export type JobReport = z.output<typeof JobReport>;

/** Renders, per handler, depth by state, age of the oldest job, dead letters, runs and durations. All names are our own and need no escaping. */
export function renderJobReport({ handlers, runs }: JobReport): string {
  const states = ["ready", "running", "stuck", "waiting"] as const;
  return [
    ...head("streamvibe_jobs", "gauge", "Jobs that have not ended, by state."),
    ...handlers.flatMap((row) =>
      states.map((state) => `streamvibe_jobs{${of(row)},state="${state}"} ${row[state]}`)
    ),
    ...head("streamvibe_job_oldest_seconds", "gauge", "How long the oldest runnable job has waited."),
    ...handlers.map((row) => `streamvibe_job_oldest_seconds{${of(row)}} ${row.oldest_seconds}`),
    ...head("streamvibe_job_dead_letters", "gauge", "Jobs whose last attempt failed."),
    ...handlers.map((row) => `streamvibe_job_dead_letters{${of(row)}} ${row.dead_letters}`),
    ...head("streamvibe_job_paused", "gauge", "1 while an admin has paused the jobs."),
    ...handlers.map((row) => `streamvibe_job_paused{${of(row)}} ${row.paused ? 1 : 0}`),
    ...head("streamvibe_job_runs_total", "counter", "Runs by outcome: completed, failed, released or lost."),
    ...runs.map(({ handler, outcome, count }) =>
      `streamvibe_job_runs_total{handler="${handler}",outcome="${outcome}"} ${count}`
    ),
    ...head("streamvibe_job_duration_seconds", "histogram", "How long runs took."),
    ...runs.flatMap(histogram),
    "",
  ].join("\n");
}

function histogram({ handler, outcome, count, duration_ms_sum, buckets }: JobSample): string[] {
  const name = "streamvibe_job_duration_seconds";
  const labels = `handler="${handler}",outcome="${outcome}"`;
  let below = 0;
  const lines = BUCKETS_MS.map((bound, index) => {
    below += buckets[index] ?? 0;
    return `${name}_bucket{${labels},le="${bound / 1_000}"} ${below}`;
  });
  return [
    ...lines,
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${duration_ms_sum / 1_000}`,
    `${name}_count{${labels}} ${count}`,
  ];
}

function of({ handler, job_type }: { handler: string; job_type: string }): string {
  return `handler="${handler}",job_type="${job_type}"`;
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}
