/** Request metrics in Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). */
import { BUCKETS_MS, type Sample } from "./metrics.ts";

/** Media type of the format. */
export const PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

/** Renders the sums: requests, errors (5xx) and a histogram of durations in seconds, per function and status. */
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
