import assert from "node:assert/strict";
import { Recorder } from "../../_shared/observability/metrics.ts";
import { renderMetrics } from "../../_shared/observability/prometheus.ts";

Deno.test("samples are added up per function and status in histogram buckets", () => {
  const recorder = new Recorder();
  for (const ms of [1, 5, 5.1, 10_000, 10_001]) recorder.add("health", 200, ms);
  recorder.add("health", 503, 7);
  const [ok, down] = recorder.take();
  assert.deepEqual(ok, {
    function: "health",
    status: 200,
    count: 5,
    duration_ms_sum: 20012.1,
    buckets: [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
  });
  assert.deepEqual([down?.status, down?.count], [503, 1]);
  assert.deepEqual(recorder.take(), [], "samples are returned only once");
});

Deno.test("samples that could not be stored are stored with the next ones", () => {
  const recorder = new Recorder();
  recorder.add("health", 200, 1);
  const lost = recorder.take();
  recorder.add("health", 200, 20);
  recorder.add("other", 200, 1);
  recorder.putBack(lost);
  const [other, health] = recorder.take().toSorted((a, b) => b.function.localeCompare(a.function));
  assert.deepEqual([health?.count, health?.duration_ms_sum, other?.count], [2, 21, 1]);
  assert.deepEqual(health?.buckets.slice(0, 3), [1, 0, 1]);
});

Deno.test("the output is in the Prometheus format: cumulative buckets in seconds, escaped labels, a final newline", () => {
  const buckets = [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1];
  const text = renderMetrics([
    { function: 'odd"\\\nname', status: 500, count: 1, duration_ms_sum: 3, buckets: [1] },
    { function: "health", status: 200, count: 5, duration_ms_sum: 20012.1, buckets },
  ]);
  const lines = text.split("\n");
  assert.equal(lines.at(-1), "");
  assert.ok(lines.includes("# TYPE streamvibe_request_duration_seconds histogram"));
  const of = (prefix: string) => lines.filter((line) => line.startsWith(prefix));
  assert.deepEqual(of("streamvibe_requests_total"), [
    'streamvibe_requests_total{function="health",status="200"} 5',
    'streamvibe_requests_total{function="odd\\"\\\\\\nname",status="500"} 1',
  ]);
  assert.deepEqual(of("streamvibe_request_errors_total"), [
    'streamvibe_request_errors_total{function="health"} 0',
    'streamvibe_request_errors_total{function="odd\\"\\\\\\nname"} 1',
  ]);
  const histogram = of('streamvibe_request_duration_seconds_bucket{function="health"');
  assert.equal(
    histogram[0],
    'streamvibe_request_duration_seconds_bucket{function="health",status="200",le="0.005"} 2',
  );
  assert.equal(
    histogram[1],
    'streamvibe_request_duration_seconds_bucket{function="health",status="200",le="0.01"} 3',
  );
  assert.equal(
    histogram[10],
    'streamvibe_request_duration_seconds_bucket{function="health",status="200",le="10"} 4',
  );
  assert.equal(
    histogram[11],
    'streamvibe_request_duration_seconds_bucket{function="health",status="200",le="+Inf"} 5',
  );
  assert.ok(
    lines.includes('streamvibe_request_duration_seconds_sum{function="health",status="200"} 20.0121'),
  );
  assert.ok(lines.includes('streamvibe_request_duration_seconds_count{function="health",status="200"} 5'));
  assert.equal(renderMetrics([]).split("\n").length, 7, "output without samples is valid");
});
