/** Request metrics in Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). */
import * as z from "zod";
import { BUCKETS_MS, type Sample } from "./metrics.ts";

/** Media type of the format. */
export const PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

/** Renders requests and a histogram of durations in seconds per function and status, and errors (5xx) per function. */
export function renderMetrics(samples: Sample[]): string {
  const sorted = samples.toSorted((a, b) => a.function.localeCompare(b.function) || a.status - b.status);
  const failed = Map.groupBy(sorted, (sample) => sample.function);
  return [
    ...head("streamvibe_requests_total", "counter", "Requests answered."),
    ...sorted.map((sample) => `streamvibe_requests_total${labels(sample)} ${sample.count}`),
    ...head("streamvibe_request_errors_total", "counter", "Requests answered with a 5xx status."),
    ...[...failed].map(([name, of]) => {
      const errors = of.filter(({ status }) => status >= 500).reduce((sum, { count }) => sum + count, 0);
      return `streamvibe_request_errors_total{function="${escape(name)}"} ${errors}`;
    }),
    ...head(
      "streamvibe_request_duration_seconds",
      "histogram",
      "Time from the request's arrival to its answer.",
    ),
    ...sorted.flatMap(histogram),
    "",
  ].join("\n");
}

/** Sources of the cached answers of the last day. */
export const CacheReport = z.array(z.object({ function: z.string(), cache: z.string(), count: z.number() }));

/** Renders the cache report. The hit rate of a function is the share of `nearby`, `store` and `stale` in its answers. */
export function renderCache(report: z.output<typeof CacheReport>): string {
  const name = "streamvibe_cache_answers";
  return [
    ...head(name, "gauge", "Answers of cached functions in the last day, by where they came from."),
    ...report.map(({ function: of, cache, count }) =>
      `${name}{function="${escape(of)}",source="${escape(cache)}"} ${count}`
    ),
    "",
  ].join("\n");
}

function histogram(sample: Sample): string[] {
  const name = "streamvibe_request_duration_seconds";
  let below = 0;
  const lines = BUCKETS_MS.map((bound, index) => {
    below += sample.buckets[index] ?? 0;
    return `${name}_bucket${labels(sample, String(bound / 1_000))} ${below}`;
  });
  return [
    ...lines,
    `${name}_bucket${labels(sample, "+Inf")} ${sample.count}`,
    `${name}_sum${labels(sample)} ${sample.duration_ms_sum / 1_000}`,
    `${name}_count${labels(sample)} ${sample.count}`,
  ];
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function labels({ function: name, status }: Sample, le?: string): string {
  return `{function="${escape(name)}",status="${status}"${le === undefined ? "" : `,le="${le}"`}}`;
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
