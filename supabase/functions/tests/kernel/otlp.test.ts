import assert from "node:assert/strict";
import * as z from "zod";
import { endpoint } from "../../_shared/http/endpoint.ts";
import { createLogger } from "../../_shared/observability/log.ts";
import { flushOtlp } from "../../_shared/observability/otlp.ts";
import { readSettings } from "../../_shared/settings/settings.ts";
import { requestTo, testDependencies } from "../support/test_dependencies.ts";

interface Received {
  path: string;
  headers: Headers;
  // deno-lint-ignore no-explicit-any -- the shape is OTLP's; the test reads parts of it
  body: any;
}

/** A collector that accepts OTLP/HTTP, or fails with a status. */
function collector(status = 200) {
  const received: Received[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    received.push({
      path: new URL(request.url).pathname,
      headers: request.headers,
      body: await request.json(),
    });
    return Response.json({}, { status });
  });
  const { port } = server.addr as Deno.NetAddr;
  return { received, url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

const told = endpoint({
  name: "told",
  summary: "Answers",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({ fails: z.boolean() }),
  example: { fails: false },
  output: z.object({}),
  handle({ input }) {
    if (input.fails) throw new TypeError("a bug");
    return {};
  },
});

async function ask(
  settings: Record<string, string>,
  requests: { fails: boolean; headers?: Record<string, string> }[],
) {
  const { dependencies, lines } = testDependencies({ settings });
  const served = told.with(dependencies);
  for (const { fails, headers = {} } of requests) {
    const response = await served.fetch(
      await requestTo("told", { body: JSON.stringify({ fails }), headers }),
    );
    await response.body?.cancel();
  }
  if (dependencies.settings) {
    await flushOtlp(
      dependencies.settings,
      createLogger({ level: "warn", sink: (line) => lines.push(JSON.parse(line)) }),
    );
  }
  return lines;
}

Deno.test("a collector receives request durations and a span for each sampled request, in the caller's trace", async () => {
  await using there = collector();
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  await ask(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: there.url,
      OTEL_EXPORTER_OTLP_HEADERS: "api-key=a%20key, x-team=ops",
      ENVIRONMENT: "staging",
      RELEASE: "abc1234",
    },
    [
      {
        fails: false,
        headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01`, "x-request-id": "request-0001" },
      },
      { fails: true },
      { fails: false, headers: { traceparent: `00-${trace}-00f067aa0ba902b7-00` } },
      { fails: false, headers: { traceparent: "00-nonsense" } },
    ],
  );
  const traces = there.received.filter(({ path }) => path === "/v1/traces");
  const spans = traces.flatMap(({ body }) => body.resourceSpans[0].scopeSpans[0].spans);
  assert.equal(spans.length, 3, "one request was not sampled");
  const [first, failed, odd] = spans;
  assert.deepEqual([first.traceId, first.parentSpanId, first.name, first.kind], [
    trace,
    "00f067aa0ba902b7",
    "POST told",
    2,
  ]);
  assert.ok(BigInt(first.endTimeUnixNano) > BigInt(first.startTimeUnixNano));
  const attributes = Object.fromEntries(
    first.attributes.map((
      { key, value }: { key: string; value: Record<string, unknown> },
    ) => [key, Object.values(value)[0]]),
  );
  assert.deepEqual([attributes["http.response.status_code"], attributes["streamvibe.request_id"]], [
    "200",
    "request-0001",
  ]);
  assert.equal(failed.status.code, 2);
  assert.match(odd.traceId, /^[0-9a-f]{32}$/);
  assert.equal(odd.parentSpanId, undefined);
  assert.equal(traces[0]?.headers.get("api-key"), "a key");
  assert.equal(traces[0]?.headers.get("x-team"), "ops");
  const resource = JSON.stringify(traces[0]?.body.resourceSpans[0].resource);
  for (const value of ["streamvibe", "staging", "abc1234"]) assert.ok(resource.includes(value), value);

  const points = there.received.filter(({ path }) => path === "/v1/metrics")
    .flatMap(({ body }) => body.resourceMetrics[0].scopeMetrics[0].metrics[0].histogram.dataPoints);
  assert.deepEqual(points.map(({ count }) => count).toSorted(), ["1", "3"]);
  for (const { count, bucketCounts, explicitBounds } of points) {
    assert.equal(bucketCounts.length, explicitBounds.length + 1);
    assert.equal(bucketCounts.reduce((sum: number, one: string) => sum + Number(one), 0), Number(count));
  }
});

Deno.test("a collector that is down or refuses causes only a log line", async () => {
  await using broken = collector(503);
  for (const url of [broken.url, "http://127.0.0.1:1"]) {
    const lines = await ask({ OTEL_EXPORTER_OTLP_ENDPOINT: url }, [{ fails: false }]);
    assert.ok(lines.some(({ message }) => /telemetry .* dropped/.test(String(message))), url);
    assert.ok(lines.some(({ message, status }) => message === "request" && status === 200));
  }
  assert.throws(
    () => readSettings({ SUPABASE_URL: "http://x.example", OTEL_EXPORTER_OTLP_HEADERS: "no pair" }),
    /OTEL_EXPORTER_OTLP_HEADERS is malformed/,
  );
});

Deno.test("without an endpoint nothing is exported; with a sample rate of 0, metrics are exported but no spans", async () => {
  await using there = collector();
  await ask({}, [{ fails: false }]);
  assert.equal(there.received.length, 0);
  await ask({ OTEL_EXPORTER_OTLP_ENDPOINT: there.url, OTEL_TRACES_SAMPLER_ARG: "0" }, [{ fails: false }]);
  assert.deepEqual(there.received.map(({ path }) => path), ["/v1/metrics"]);
});
