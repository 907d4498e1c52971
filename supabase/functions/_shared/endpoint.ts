/**
 * The kernel of every function: a contract and a handler go in, `{ fetch }` comes out.
 *
 * Order of a request: CORS preflight → path → method → credentials → (counting begins) → media type, size, encoding, JSON, schema →
 * limit or idempotency → handler with a time limit → output checked against the contract → headers → log line → metrics.
 * A request counts against the limit once its caller is known, also when its input turns out malformed: guessing is not free.
 * Counting runs beside the reading of the body, and beside the whole handler of a GET, so that it adds no latency there;
 * it is the only thing that a malformed request changes.
 */
import { z } from "zod";
import type { SupabaseClient } from "@supabase/supabase-js";
import { authenticate, type AuthMode, type Caller, type User } from "./auth.ts";
import { background } from "./background.ts";
import { cacheControl, type CachePolicy, entityTag, matches } from "./cache.ts";
import { corsHeaders, preflight } from "./cors.ts";
import { type Admin, callerClient, createAdmin, type DatabaseStats } from "./database.ts";
import { ApiError, type ErrorCode, toApiError } from "./errors.ts";
import type { Fetch } from "./http.ts";
import { admit, hashOf, idempotencyKey, type Replay, settle } from "./idempotency.ts";
import {
  checkMediaType,
  checkPath,
  DEFAULT_BODY_LIMIT,
  parseJson,
  readBytes,
  readQuery,
  validate,
} from "./input.ts";
import {
  checkRate,
  type Rate,
  type RateClass,
  rateFor,
  rateHeaders,
  rateLimited,
  type RateState,
} from "./limits.ts";
import { createLogger, type Logger, type Sink } from "./log.ts";
import { recordRequest } from "./metrics.ts";
import { reportError, reportTrace } from "./sentry.ts";
import { type Settings, settings as readSettings } from "./settings.ts";

export { ApiError, invalid, notFound } from "./errors.ts";
export type { Admin } from "./database.ts";
export type { AuthMode, Caller, User } from "./auth.ts";
export type { Logger } from "./log.ts";
export type { Settings } from "./settings.ts";

/** Which callers an endpoint accepts; of several the first that fits. */
export type Auth = AuthMode | readonly [AuthMode, ...AuthMode[]];

/** What an endpoint promises, as data. The OpenAPI document and the generated tests are made from it. */
export interface Contract<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  A extends Auth = Auth,
> {
  /** The folder's name and last part of the URL. */
  name: string;
  /** One line for the API's documentation. */
  summary: string;
  method: "GET" | "POST";
  auth: A;
  rate: RateClass;
  /** Body of a POST, query of a GET; use `z.strictObject`, so that unknown keys are refused. */
  input: I;
  /** Body of a success. With `produces` it describes a text. */
  output: O;
  /** Media type of an answer that is not JSON. */
  produces?: string;
  /** Statuses beside 200 that have the output as their body, such as 503 of health. */
  also_answers?: readonly number[];
  /** Whether `Idempotency-Key` is honoured: for POSTs that create or spend. */
  idempotent?: boolean;
  /** Makes a public read cacheable; everything else is `no-store`. */
  cache?: CachePolicy;
  /** Bytes; 1 MiB by default. */
  body_limit?: number;
  /** Milliseconds for the handler; 30,000 by default. Supabase ends a request without an answer after 150,000. */
  timeout_ms?: number;
  /** Codes of its own, beside those that every endpoint may answer. */
  errors?: readonly ErrorCode[];
}

/** What a handler gets. */
export interface Context<I extends z.ZodType = z.ZodType, A extends Auth = Auth> {
  input: z.output<I>;
  /** The signed-in creator; null only where the contract accepts others too. */
  user: A extends "user" ? User : User | null;
  caller: Caller;
  /** Acts as the caller: row-level security decides. */
  readonly db: SupabaseClient;
  /** Acts as the service, past row-level security. */
  admin: Admin;
  request: Request;
  request_id: string;
  log: Logger;
  settings: Settings;
  /** Aborted when the time is up. */
  signal: AbortSignal;
  now: () => Date;
  /** For calls to providers, see `http.ts`. */
  fetch: Fetch;
}

/** A contract and its handler. */
export interface Definition<I extends z.ZodType, O extends z.ZodType, A extends Auth>
  extends Contract<I, O, A> {
  handle(context: Context<I, A>): Answer<O> | Promise<Answer<O>>;
}

/** What a handler may answer: the output, the output with a status, or a whole response (streams). */
export type Answer<O extends z.ZodType> = z.input<O> | Reply<z.input<O>> | Response;

/** An output with another status than 200, or with headers. */
export class Reply<T> {
  constructor(
    readonly body: T,
    readonly options: { status?: number; headers?: Record<string, string> } = {},
  ) {}
}

/** What an endpoint takes from outside; tests replace parts of it. */
export interface World {
  settings: Settings;
  now: () => Date;
  fetch: Fetch;
  sink: Sink;
  admin: (stats: DatabaseStats, request_id: string) => Admin;
  record: typeof recordRequest;
}

/** A function as the platform serves it: `export default endpoint({...})`. */
export interface Endpoint<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  A extends Auth = Auth,
> {
  readonly contract: Contract<I, O, A>;
  fetch(request: Request): Promise<Response>;
  /** The same endpoint in another world. */
  inWorld(world: Partial<World>): { fetch(request: Request): Promise<Response> };
}

/** Makes a function of a contract and a handler. */
export function endpoint<I extends z.ZodType, O extends z.ZodType, const A extends Auth>(
  definition: Definition<I, O, A>,
): Endpoint<I, O, A> {
  const { handle: _, ...contract } = definition;
  return {
    contract,
    fetch: (request) => serve(definition, request, {}),
    inWorld: (world) => ({ fetch: (request) => serve(definition, request, world) }),
  };
}

/** What is known of a request while it goes through the chain; read by the log line whatever happens. */
interface Passage {
  settings: Settings;
  request_id: string;
  log: Logger;
  stats: DatabaseStats;
  world: Partial<World>;
  caller: Caller | null;
  rate: RateState | null;
}

async function serve<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  definition: Definition<I, O, A>,
  request: Request,
  world: Partial<World>,
): Promise<Response> {
  const start = performance.now();
  const request_id = requestId(request.headers);
  const { settings, fault } = settingsOf(world);
  const log = createLogger({
    level: settings?.LOG_LEVEL ?? "info",
    fields: { request_id, function: definition.name },
    sink: world.sink,
    now: world.now,
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
  const passage: Passage = { settings, request_id, log, stats, world, caller: null, rate: null };
  let response: Response;
  let error: ApiError | undefined;
  try {
    response = await pass(definition, request, passage);
  } catch (thrown) {
    error = toApiError(thrown);
    response = problem(error, request_id);
  }

  const { headers } = response;
  headers.set("x-request-id", request_id);
  headers.set("x-content-type-options", "nosniff");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  if (passage.rate) {
    for (const [name, value] of Object.entries(rateHeaders(passage.rate))) headers.set(name, value);
  }
  for (const [name, value] of Object.entries(corsHeaders(request, settings.ALLOWED_ORIGINS))) {
    headers.append(name, value);
  }

  const duration_ms = performance.now() - start;
  const caller = passage.caller;
  const fields = {
    user_id: caller?.kind === "user" ? caller.user.id : null,
    caller: caller?.kind ?? null,
    method: request.method,
    status: response.status,
    duration_ms: round(duration_ms),
    db_ms: round(stats.db_ms),
    db_calls: stats.db_calls,
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
  const record = world.record ?? recordRequest;
  record({ name: definition.name, status: response.status, duration_ms, settings, log });
  return response;
}

async function pass<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  definition: Definition<I, O, A>,
  request: Request,
  passage: Passage,
): Promise<Response> {
  const { settings, request_id, stats, world } = passage;
  const url = new URL(request.url);
  checkPath(url.pathname, definition.name);
  if (request.method !== definition.method) {
    throw new ApiError(
      "method_not_allowed",
      `Cannot ${request.method} this endpoint: it takes ${definition.method}`,
      { headers: { allow: `${definition.method}, OPTIONS` } },
    );
  }
  const modes = typeof definition.auth === "string"
    ? [definition.auth as AuthMode]
    : definition.auth as readonly AuthMode[];
  const caller = passage.caller = await authenticate(request, modes, settings);
  const admin = world.admin?.(stats, request_id) ?? createAdmin(settings, { request_id, stats });
  const rate = rateFor(definition.rate, caller, request, settings);

  const controller = new AbortController();
  const context: Omit<Context<I, A>, "input"> = {
    user: (caller.kind === "user" ? caller.user : null) as Context<I, A>["user"],
    caller,
    get db() {
      const token = caller.kind === "user" ? caller.user.token : null;
      const db = callerClient(settings, { token, request_id, stats });
      Object.defineProperty(this, "db", { value: db });
      return db;
    },
    admin,
    request,
    request_id,
    log: passage.log,
    settings,
    signal: controller.signal,
    now: world.now ?? (() => new Date()),
    fetch: world.fetch ?? fetch,
  };
  const work = (input: z.output<I>) => {
    // Assigned, not spread: a spread would make the lazy client at once.
    const whole = Object.defineProperty(context, "input", { value: input, enumerable: true }) as Context<
      I,
      A
    >;
    return produce(definition, whole);
  };
  const limited = definition.timeout_ms ?? 30_000;

  if (definition.method === "GET") {
    const counting = count(rate, admin, passage, caller);
    let running: Promise<Produced> | undefined;
    let fault: unknown;
    try {
      running = work(validate(definition.input, readQuery(url)));
      running.catch(() => {});
    } catch (error) {
      fault = error;
    }
    try {
      await counting;
    } catch (error) {
      controller.abort(error);
      throw error;
    }
    if (!running) throw fault;
    return respond(definition, request, await within(limited, running, controller));
  }

  const read = async () => {
    const key = definition.idempotent ? idempotencyKey(request.headers) : null;
    const bytes = await readBytes(request, definition.body_limit ?? DEFAULT_BODY_LIMIT);
    if (bytes.byteLength > 0) checkMediaType(request.headers);
    return { key, bytes, input: validate(definition.input, parseJson(bytes)) };
  };
  const keyed = definition.idempotent && request.headers.has("idempotency-key");
  const counting = keyed ? undefined : count(rate, admin, passage, caller);
  counting?.catch(() => {});
  let given: Awaited<ReturnType<typeof read>>;
  try {
    given = await read();
  } catch (error) {
    await (counting ?? count(rate, admin, passage, caller));
    throw error;
  }
  await counting;
  if (given.key === null) {
    return respond(definition, request, await within(limited, work(given.input), controller));
  }

  const subject = caller.kind === "user" ? caller.user.id : caller.kind;
  const about = { scope: `${definition.name}:${subject}`, key: given.key };
  const replay = await admitOnce(
    admin,
    rate,
    { ...about, hash: await hashOf(given.bytes), wait_ms: limited },
    passage,
  );
  if (replay) {
    const body = JSON.stringify(replay.body);
    return respond(definition, request, {
      body,
      status: replay.status,
      headers: { "idempotency-replayed": "true" },
    });
  }
  // Settled when the work ends, also when that is after the time limit: until then a repeat waits instead of doing it twice.
  const running = work(given.input).then(
    async (produced) => {
      await settled(
        admin,
        about,
        { status: produced.status, body: JSON.parse(String(produced.body)) },
        passage,
      );
      return produced;
    },
    async (error) => {
      await settled(admin, about, null, passage);
      throw error;
    },
  );
  return respond(definition, request, await within(limited, running, controller));
}

/** An answer on its way: text, stream or a whole response. */
interface Produced {
  body: string | Response;
  status: number;
  headers: Record<string, string>;
}

async function produce<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  definition: Definition<I, O, A>,
  context: Context<I, A>,
): Promise<Produced> {
  const answer = await definition.handle(context);
  if (answer instanceof Response) return { body: answer, status: answer.status, headers: {} };
  const { body, options } = answer instanceof Reply ? answer : new Reply(answer);
  const output = definition.output.safeParse(body);
  if (!output.success) {
    throw new Error(`Cannot answer: the output of ${definition.name} breaks its own contract`, {
      cause: output.error,
    });
  }
  return {
    body: definition.produces ? String(output.data) : JSON.stringify(output.data),
    status: options.status ?? 200,
    headers: options.headers ?? {},
  };
}

async function respond(definition: Contract, request: Request, produced: Produced): Promise<Response> {
  if (produced.body instanceof Response) return new Response(produced.body.body, produced.body);
  const headers: Record<string, string> = {
    "content-type": definition.produces ?? "application/json",
    ...produced.headers,
  };
  if (definition.cache && produced.status === 200) {
    headers["cache-control"] = cacheControl(definition.cache);
    headers.etag = await entityTag(produced.body);
    if (matches(request.headers.get("if-none-match"), headers.etag)) {
      delete headers["content-type"];
      return new Response(null, { status: 304, headers });
    }
  }
  return new Response(produced.body, { status: produced.status, headers });
}

function problem(error: ApiError, request_id: string): Response {
  return new Response(JSON.stringify(error.toProblem(request_id)), {
    status: error.status,
    headers: { ...error.headers, "content-type": "application/problem+json", "x-request-id": request_id },
  });
}

/** Counts the request; throws when the limit is used up, or when it cannot be counted (then only a public read goes on). */
async function count(rate: Rate | null, admin: Admin, passage: Passage, caller: Caller): Promise<void> {
  if (!rate) return;
  let state: RateState;
  try {
    state = await checkRate(rate, admin);
  } catch (error) {
    if (rate.key.startsWith("public_read:") && caller.kind !== "secret") {
      passage.log.warn("the limiter failed; a public read goes on without it", { error });
      return;
    }
    throw limiterFailed(error);
  }
  passage.rate = state;
  if (!state.allowed) throw rateLimited(state);
}

async function admitOnce(
  admin: Admin,
  rate: Rate | null,
  about: { scope: string; key: string; hash: string; wait_ms: number },
  passage: Passage,
): Promise<Replay> {
  let admission: Awaited<ReturnType<typeof admit>>;
  try {
    admission = await admit(admin, { rate, ...about });
  } catch (error) {
    throw error instanceof ApiError ? error : limiterFailed(error);
  }
  passage.rate = admission.state;
  if (admission.state && !admission.state.allowed) throw rateLimited(admission.state);
  return admission.replay;
}

async function settled(
  admin: Admin,
  about: { scope: string; key: string },
  outcome: { status: number; body: unknown } | null,
  { log }: Passage,
): Promise<void> {
  try {
    await settle(admin, about, outcome);
  } catch (error) {
    // The work is done; an answer that cannot be kept is no reason to call it failed.
    log.error("the answer could not be kept for its idempotency key", { error });
  }
}

function limiterFailed(cause: unknown): ApiError {
  return new ApiError("unavailable", undefined, { retry_after: 5, cause });
}

/** The work's result, or `timeout` when the time is up first; the work is told by its signal. */
async function within<T>(ms: number, work: Promise<T>, controller: AbortController): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new ApiError("timeout", `Cannot finish within ${ms} ms`, { retry_after: 5 });
      controller.abort(error);
      reject(error);
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}

function requestId(headers: Headers): string {
  const given = headers.get("x-request-id");
  return given !== null && /^[\w.:-]{8,128}$/.test(given) ? given : crypto.randomUUID();
}

function settingsOf(world: Partial<World>): { settings?: Settings; fault?: unknown } {
  try {
    return { settings: world.settings ?? readSettings() };
  } catch (fault) {
    return { fault };
  }
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** A contract with its schemas as JSON Schema (draft 2020-12), which is what OpenAPI 3.1 takes. */
export function describeContract(contract: Contract): Omit<Contract, "input" | "output"> & {
  input: Record<string, unknown>;
  output: Record<string, unknown>;
} {
  return {
    ...contract,
    input: z.toJSONSchema(contract.input, { io: "input" }) as Record<string, unknown>,
    output: z.toJSONSchema(contract.output, { io: "output" }) as Record<string, unknown>,
  };
}
