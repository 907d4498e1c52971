/**
 * Sentry, enabled only when SENTRY_DSN is set. The SDK is imported at the first event, so that other requests do not wait for it.
 */
import type { Fields, Logger } from "./log.ts";
import { mask } from "./log.ts";
import type { Settings } from "../settings/settings.ts";

let started: { dsn: string; sdk: Promise<typeof import("@sentry/deno")> } | undefined;

function sentry(dsn: string, settings: Settings): Promise<typeof import("@sentry/deno")> {
  if (started?.dsn === dsn) return started.sdk;
  const sdk = import("@sentry/deno").then((sdk) => {
    sdk.init({
      dsn,
      environment: settings.ENVIRONMENT,
      ...(settings.RELEASE ? { release: settings.RELEASE } : {}),
      sampleRate: settings.SENTRY_ERROR_SAMPLE_RATE,
      // reportTrace samples before it loads the SDK.
      tracesSampleRate: 1,
      // One isolate serves many requests, so no integration may collect request data automatically.
      defaultIntegrations: false,
      sendDefaultPii: false,
      beforeSend: (event) => mask(event) as typeof event,
    });
    return sdk;
  });
  started = { dsn, sdk };
  return sdk;
}

/** Reports an error with the request's id; resolves when it was sent or abandoned, and never throws. */
export async function reportError(
  error: unknown,
  settings: Settings,
  fields: Fields,
  log: Logger,
): Promise<void> {
  if (!settings.SENTRY_DSN) return;
  try {
    const sdk = await sentry(settings.SENTRY_DSN, settings);
    sdk.captureException(error, { tags: mask(fields) as Record<string, string> });
    await sdk.flush(2_000);
  } catch (failure) {
    log.warn("the error could not be reported to Sentry", { failure });
  }
}

/** The trace of a request. */
export interface Trace {
  function: string;
  method: string;
  status: number;
  request_id: string;
  started_at: number;
  duration_ms: number;
  db_ms: number;
}

/** Reports the duration of a request, for a sample of all requests; resolves like `reportError`. */
export async function reportTrace(trace: Trace, settings: Settings, log: Logger): Promise<void> {
  if (!settings.SENTRY_DSN || Math.random() >= settings.SENTRY_TRACES_SAMPLE_RATE) return;
  try {
    const sdk = await sentry(settings.SENTRY_DSN, settings);
    const span = sdk.startInactiveSpan({
      name: `${trace.method} ${trace.function}`,
      op: "http.server",
      forceTransaction: true,
      startTime: trace.started_at / 1_000,
      attributes: { request_id: trace.request_id, db_ms: trace.db_ms },
    });
    sdk.setHttpStatus(span, trace.status);
    span.end((trace.started_at + trace.duration_ms) / 1_000);
    await sdk.flush(2_000);
  } catch (failure) {
    log.warn("the trace could not be reported to Sentry", { failure });
  }
}
