/**
 * Sentry, on only when SENTRY_DSN is set. The SDK is imported at the first event, so that nobody else waits for it.
 */
import type { Fields, Logger } from "./log.ts";
import { mask } from "./log.ts";
import type { Settings } from "./settings.ts";

let client: Promise<typeof import("@sentry/deno")> | undefined;

function sentry(settings: Settings): Promise<typeof import("@sentry/deno")> {
  return client ??= import("@sentry/deno").then((sdk) => {
    sdk.init({
      dsn: settings.SENTRY_DSN,
      environment: settings.ENVIRONMENT,
      sampleRate: settings.SENTRY_ERROR_SAMPLE_RATE,
      tracesSampleRate: settings.SENTRY_TRACES_SAMPLE_RATE,
      // One isolate serves many requests: nothing about them may be picked up on its own.
      defaultIntegrations: false,
      sendDefaultPii: false,
      beforeSend: (event) => mask(event) as typeof event,
    });
    return sdk;
  });
}

/** Reports a bug with the request's id; resolves when it was sent or given up, and never throws. */
export async function reportError(
  error: unknown,
  settings: Settings,
  fields: Fields,
  log: Logger,
): Promise<void> {
  if (!settings.SENTRY_DSN) return;
  try {
    const sdk = await sentry(settings);
    sdk.captureException(error, { tags: mask(fields) as Record<string, string> });
    await sdk.flush(2_000);
  } catch (failure) {
    log.warn("the error could not be reported to Sentry", { failure });
  }
}
