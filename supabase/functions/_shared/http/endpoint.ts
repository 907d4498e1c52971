/**
 * The kernel of every function: turns a contract and a handler into `{ fetch }`.
 *
 * This file is the outer layer of a request: CORS preflight, request id, a single catch, headers, one log line, metrics. Credentials,
 * validation, limits and the handler are in `pipeline.ts`.
 */
import type * as z from "zod";
import { Admission } from "./admission.ts";
import { problem } from "./answer.ts";
import type { AuthMode } from "./auth.ts";
import { background } from "../observability/background.ts";
import type { Auth, Definition, Dependencies, Endpoint } from "./contract.ts";
import { corsHeaders, preflight } from "./cors.ts";
import { ApiError, toApiError } from "../errors.ts";
import { rateHeaders } from "./limits.ts";
import { createLogger } from "../observability/log.ts";
import { recordRequest } from "../observability/metrics.ts";
import { type RequestState, runPipeline } from "./pipeline.ts";
import { exportRequest } from "../observability/otlp.ts";
import { reportError, reportTrace } from "../observability/sentry.ts";
import { type Settings, settings as readSettings } from "../settings/settings.ts";

export { ApiError, invalid, notFound } from "../errors.ts";
export { describeContract, Reply } from "./contract.ts";
export type {
  Answer,
  Asked,
  Auth,
  Contract,
  Definition,
  Dependencies,
  Endpoint,
  RequestContext,
  Unread,
} from "./contract.ts";
export type { Admin } from "../database/database.ts";
export type { AuthMode, Caller, User } from "./auth.ts";
export type { Logger } from "../observability/log.ts";
export type { Settings } from "../settings/settings.ts";

/** Creates an endpoint from a contract and a handler. */
export function endpoint<I extends z.ZodType, O extends z.ZodType, const A extends Auth>(
  definition: Definition<I, O, A>,
): Endpoint<I, O, A> {
  const { handle: _, verify: __, challenge, ...rest } = definition;
  const contract = challenge ? { ...rest, is_challenged: true as const } : rest;
  const modes: readonly AuthMode[] = [definition.auth as Auth].flat();
  if (definition.cache && !modes.includes("none") && !modes.includes("publishable")) {
    throw new Error(
      `Cannot cache ${definition.name}: it is not public, and cached answers are shared by all callers`,
    );
  }
  const admission = new Admission();
  const served = (dependencies: Partial<Dependencies>) => ({
    fetch: (request: Request) => serve(definition, admission, request, dependencies),
  });
  return { contract, ...served({}), with: served };
}

async function serve<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  definition: Definition<I, O, A>,
  admission: Admission,
  request: Request,
  dependencies: Partial<Dependencies>,
): Promise<Response> {
  const start = performance.now();
  const request_id = requestId(request.headers);
  const { settings, fault } = settingsOf(dependencies);
  const log = createLogger({
    level: settings?.LOG_LEVEL ?? "info",
    fields: { request_id, function: definition.name },
    sink: dependencies.sink,
    now: dependencies.now,
  });
  if (!settings) {
    log.error("the settings cannot be read", { error: fault });
    return problem(new ApiError("internal"), request_id);
  }
  if (request.method === "OPTIONS") {
    const response = preflight(request, definition.method, settings.ALLOWED_ORIGINS);
    response.headers.set("x-request-id", request_id);
    return response;
  }

  const stats = { db_ms: 0, db_calls: 0 };
  const state: RequestState = {
    settings,
    request_id,
    log,
    stats,
    dependencies,
    caller: null,
    rate: null,
    admission,
  };
  let response: Response;
  let error: ApiError | undefined;
  try {
    response = await runPipeline(definition, request, state);
  } catch (thrown) {
    error = toApiError(thrown);
    response = problem(error, request_id, settings.DOCS_URL);
  }

  const { headers } = response;
  headers.set("x-request-id", request_id);
  headers.set("x-content-type-options", "nosniff");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  if (state.rate) {
    for (const [name, value] of Object.entries(rateHeaders(state.rate))) headers.set(name, value);
  }
  for (const [name, value] of Object.entries(corsHeaders(request, settings.ALLOWED_ORIGINS))) {
    headers.append(name, value);
  }

  const duration_ms = performance.now() - start;
  const caller = state.caller;
  const fields = {
    user_id: caller?.kind === "user" ? caller.user.id : null,
    caller: caller?.kind ?? null,
    method: request.method,
    status: response.status,
    duration_ms: round(duration_ms),
    db_ms: round(stats.db_ms),
    db_calls: stats.db_calls,
    ...(state.cache ? { cache: state.cache } : {}),
    ...(error ? { code: error.code } : {}),
  };
  if (error && error.status >= 500) {
    log[error.code === "internal" ? "error" : "warn"]("request", { ...fields, error: error.cause ?? error });
  } else log.info("request", fields);
  if (error?.code === "internal") {
    const about = { request_id, function: definition.name, user_id: fields.user_id };
    background(reportError(error.cause ?? error, settings, about, log));
  }
  if (settings.SENTRY_DSN) {
    const { method, status, db_ms } = fields;
    const trace = {
      function: definition.name,
      method,
      status,
      request_id,
      started_at: Date.now() - duration_ms,
      duration_ms,
      db_ms,
    };
    background(reportTrace(trace, settings, log));
  }
  if (settings.OTEL_EXPORTER_OTLP_ENDPOINT) {
    const { method, status, db_ms, db_calls } = fields;
    exportRequest(
      {
        function: definition.name,
        method,
        status,
        request_id,
        started_at: Date.now() - duration_ms,
        duration_ms,
        db_ms,
        db_calls,
        code: error?.code,
        traceparent: request.headers.get("traceparent"),
      },
      settings,
      log,
    );
  }
  const record = dependencies.record ?? recordRequest;
  record({
    name: definition.name,
    status: response.status,
    duration_ms,
    db_ms: stats.db_ms,
    user_id: fields.user_id,
    cache: state.cache ?? null,
    settings,
    log,
  });
  return response;
}

function requestId(headers: Headers): string {
  const given = headers.get("x-request-id");
  return given !== null && /^[\w.:-]{1,128}$/.test(given) ? given : crypto.randomUUID();
}

function settingsOf(dependencies: Partial<Dependencies>): { settings?: Settings; fault?: unknown } {
  try {
    return { settings: dependencies.settings ?? readSettings() };
  } catch (fault) {
    return { fault };
  }
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
