/**
 * OTLP over HTTP in JSON (https://opentelemetry.io/docs/specs/otlp/#otlphttp), enabled only when OTEL_EXPORTER_OTLP_ENDPOINT is set: a span for
 * each sampled request, and counts and durations as deltas, which suit many short-lived isolates. It does not use the SDK, which is ten times
 * this size and expects a process that outlives an isolate. Data that cannot be sent within two seconds is dropped; no request waits for it.
 */
import { background } from "./background.ts";
import type { Logger } from "./log.ts";
import { BUCKETS_MS } from "./metrics.ts";
import type { Settings } from "../settings/settings.ts";

/** The exported data of a request. */
export interface RequestSpan {
  function: string;
  method: string;
  status: number;
  request_id: string;
  /** Milliseconds since 1970. */
  started_at: number;
  duration_ms: number;
  db_ms: number;
  db_calls: number;
  code?: string | undefined;
  /** The caller's `traceparent`, if it sent one. */
  traceparent: string | null;
}

interface Told extends RequestSpan {
  trace_id: string;
  parent_id: string | null;
  is_sampled: boolean;
}

const FLUSH_AFTER_MS = 1_000;
const TIMEOUT_MS = 2_000;
/** Maximum spans per export; further requests of a burst are only counted. */
const MOST_SPANS = 500;
/** Other methods are exported as `_OTHER`, so that clients cannot create new names by inventing methods. */
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

let told: Told[] = [];
let pending: Promise<void> | undefined;

/** Queues a request for export; the requests of one second are sent together. */
export function exportRequest(span: RequestSpan, settings: Settings, log: Logger): void {
  if (!settings.OTEL_EXPORTER_OTLP_ENDPOINT) return;
  // https://www.w3.org/TR/trace-context/#traceparent-header
  const [, trace, parent, flags] =
    /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/.exec(span.traceparent ?? "") ?? [];
  told.push({
    ...span,
    method: METHODS.includes(span.method) ? span.method : "_OTHER",
    trace_id: trace ?? hex(16),
    parent_id: parent ?? null,
    is_sampled: flags
      ? (Number.parseInt(flags, 16) & 1) === 1
      : Math.random() < settings.OTEL_TRACES_SAMPLER_ARG,
  });
  if (pending) return;
  pending = new Promise<void>((resolve) => Deno.unrefTimer(setTimeout(resolve, FLUSH_AFTER_MS))).then(() =>
    send(settings, log)
  );
  background(pending);
}

/** Sends the queued requests immediately. */
export async function flushOtlp(settings: Settings, log: Logger): Promise<void> {
  await send(settings, log);
}

async function send(settings: Settings, log: Logger): Promise<void> {
  pending = undefined;
  const spans = told;
  told = [];
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS } = settings;
  if (!endpoint || spans.length === 0) return;
  const headers = { "content-type": "application/json", ...OTEL_EXPORTER_OTLP_HEADERS };
  const resource = {
    attributes: [
      text("service.name", settings.OTEL_SERVICE_NAME),
      text("deployment.environment.name", settings.ENVIRONMENT),
      ...(settings.RELEASE ? [text("service.version", settings.RELEASE)] : []),
    ],
  };
  const sampled = spans.filter(({ is_sampled }) => is_sampled).slice(0, MOST_SPANS);
  const bodies: [path: string, body: unknown][] = [["metrics", metricsOf(spans, resource)]];
  if (sampled.length > 0) bodies.push(["traces", tracesOf(sampled, resource)]);
  await Promise.all(bodies.map(async ([path, body]) => {
    try {
      const response = await fetch(`${endpoint}/v1/${path}`, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (!response.ok) log.warn("telemetry was refused, and is dropped", { path, status: response.status });
    } catch (error) {
      log.warn("telemetry could not be sent, and is dropped", { path, error });
    }
  }));
}

const scope = { name: "streamvibe" };

function tracesOf(spans: readonly Told[], resource: unknown) {
  return {
    resourceSpans: [{
      resource,
      scopeSpans: [{
        scope,
        spans: spans.map((span) => ({
          traceId: span.trace_id,
          spanId: hex(8),
          ...(span.parent_id ? { parentSpanId: span.parent_id } : {}),
          name: `${span.method} ${span.function}`,
          kind: 2, // server
          startTimeUnixNano: nanoseconds(span.started_at),
          endTimeUnixNano: nanoseconds(span.started_at + span.duration_ms),
          attributes: [
            text("http.request.method", span.method),
            text("http.route", `/functions/v1/${span.function}`),
            whole("http.response.status_code", span.status),
            text("streamvibe.request_id", span.request_id),
            { key: "streamvibe.db_ms", value: { doubleValue: span.db_ms } },
            whole("streamvibe.db_calls", span.db_calls),
            ...(span.code ? [text("error.type", span.code)] : []),
          ],
          status: { code: span.status >= 500 ? 2 : 0 },
        })),
      }],
    }],
  };
}

/** Builds one histogram per function and status; its count is the number of requests. */
function metricsOf(spans: readonly Told[], resource: unknown) {
  const from = Math.min(...spans.map(({ started_at }) => started_at));
  const to = Math.max(...spans.map(({ started_at, duration_ms }) => started_at + duration_ms));
  const groups = Map.groupBy(spans, (span) => `${span.function} ${span.status}`);
  const dataPoints = [...groups.values()].map((group) => {
    const [first] = group;
    const counts = Array<number>(BUCKETS_MS.length + 1).fill(0);
    for (const { duration_ms } of group) {
      const bucket = BUCKETS_MS.findIndex((bound) => duration_ms <= bound);
      const index = bucket === -1 ? BUCKETS_MS.length : bucket;
      counts[index] = (counts[index] ?? 0) + 1;
    }
    return {
      attributes: [
        text("faas.name", first?.function ?? ""),
        whole("http.response.status_code", first?.status ?? 0),
      ],
      startTimeUnixNano: nanoseconds(from),
      timeUnixNano: nanoseconds(to),
      count: String(group.length),
      sum: group.reduce((sum, { duration_ms }) => sum + duration_ms, 0) / 1_000,
      bucketCounts: counts.map(String),
      explicitBounds: BUCKETS_MS.map((bound) => bound / 1_000),
    };
  });
  return {
    resourceMetrics: [{
      resource,
      scopeMetrics: [{
        scope,
        metrics: [{
          name: "http.server.request.duration",
          unit: "s",
          description: "Time from the request's arrival to its answer.",
          histogram: { aggregationTemporality: 1, dataPoints },
        }],
      }],
    }],
  };
}

function text(key: string, value: string) {
  return { key, value: { stringValue: value } };
}

/** OTLP's JSON encodes 64-bit integers as strings. */
function whole(key: string, value: number) {
  return { key, value: { intValue: String(value) } };
}

function nanoseconds(ms: number): string {
  return `${Math.round(ms * 1_000)}000`;
}

function hex(bytes: number): string {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
