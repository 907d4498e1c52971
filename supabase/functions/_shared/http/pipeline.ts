/**
 * The steps of one request: path → method → credentials → (counting starts) → media type, size, encoding, JSON or form, schema → limit or
 * idempotency → handler with a time limit. `endpoint.ts` adds headers, log and metrics.
 * The handler of a read waits for a slot (`admission.ts`); a cached response needs none.
 *
 * A request counts against the limit once its caller is known, even if its input is malformed, so that guessing is not free.
 * Counting is one call, in parallel with reading the body. No handler starts before it has finished, except for cached public reads.
 */
import type * as z from "zod";
import { produce, type Produced, respond } from "./answer.ts";
import type { Admission } from "./admission.ts";
import { authenticate, type Caller } from "./auth.ts";
import { produceCached } from "./cached.ts";
import type { Source } from "../cache/cache.ts";
import { sharedCache, storeOf } from "../cache/shared.ts";
import type { Auth, Definition, Dependencies, RequestContext } from "./contract.ts";
import { type Admin, callerClient, createAdmin, type DatabaseStats } from "../database/database.ts";
import { ApiError } from "../errors.ts";
import { admit, idempotencyKey, type Replay, settle } from "./idempotency.ts";
import { sha256Hex } from "../text/hash.ts";
import {
  checkMediaType,
  checkPath,
  DEFAULT_BODY_LIMIT,
  parseBody,
  readBytes,
  readQuery,
  validate,
} from "./input.ts";
import { OPEN_CLASSES, type Rate, rateFor, rateLimited, type RateState } from "./limits.ts";
import type { Logger } from "../observability/log.ts";
import { RateCounter } from "./rate_counter.ts";
import type { Settings } from "../settings/settings.ts";

/** State of a request in progress; the log line reads it on success and on failure. */
export interface RequestState {
  settings: Settings;
  request_id: string;
  log: Logger;
  stats: DatabaseStats;
  dependencies: Partial<Dependencies>;
  caller: Caller | null;
  rate: RateState | null;
  /** The function's limit for concurrent reads. */
  admission: Admission;
  /** Source of a cached value. */
  cache?: Source;
}

/** State that the steps of one request share. */
interface Pipeline<I extends z.ZodType, O extends z.ZodType, A extends Auth> {
  definition: Definition<I, O, A>;
  request: Request;
  state: RequestState;
  caller: Caller;
  admin: Admin;
  rate: Rate | null;
  controller: AbortController;
  timeout_ms: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** How long a repeated request waits for the first request with its idempotency key. */
const LONGEST_WAIT_MS = 30_000;
/** How long a public read waits to be counted before it proceeds uncounted. */
const PATIENCE_MS = 1_000;

/** Processes a request and returns its response. @throws The error to report. */
export async function runPipeline<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  definition: Definition<I, O, A>,
  request: Request,
  state: RequestState,
): Promise<Response> {
  const { settings, request_id, stats, dependencies } = state;
  const url = new URL(request.url);
  checkPath(url.pathname, definition.name);
  const isAsked = request.method === "GET" && definition.challenge !== undefined;
  if (request.method !== definition.method && !isAsked) {
    const taken = definition.challenge ? `GET, ${definition.method}` : definition.method;
    throw new ApiError(
      "method_not_allowed",
      `Cannot ${request.method} this endpoint: it takes ${taken}`,
      { headers: { allow: `${taken}, OPTIONS` } },
    );
  }
  const auth: Auth = definition.auth;
  const modes = typeof auth === "string" ? [auth] : auth;
  const caller = state.caller = await authenticate(request, modes, settings);
  const pipeline: Pipeline<I, O, A> = {
    definition,
    request,
    state,
    caller,
    admin: dependencies.admin?.(stats, request_id) ?? createAdmin(settings, { request_id, stats }),
    rate: rateFor(definition.rate, caller, request, settings),
    controller: new AbortController(),
    timeout_ms: definition.timeout_ms ?? DEFAULT_TIMEOUT_MS,
  };
  if (isAsked) return await runChallenge(pipeline, url);
  const produced = definition.method === "GET" ? await runRead(pipeline, url) : await runWrite(pipeline);
  return await respond(definition, request, produced);
}

/** Responds to a webhook sender's request to confirm this address. */
async function runChallenge<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  pipeline: Pipeline<I, O, A>,
  url: URL,
): Promise<Response> {
  const { definition, admin, state } = pipeline;
  await count(pipeline);
  const query = readQuery(url);
  const asked = { query, settings: state.settings, admin, now: nowOf(state), log: state.log };
  const words = await within(pipeline, Promise.resolve(definition.challenge?.(asked) ?? null));
  if (words === null) throw new ApiError("not_found", "Cannot confirm: StreamVibe did not ask for it");
  return new Response(words, { headers: { "content-type": "text/plain; charset=utf-8" } });
}

async function runRead<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  pipeline: Pipeline<I, O, A>,
  url: URL,
): Promise<Produced> {
  const { definition, controller } = pipeline;
  const counting = count(pipeline);
  // Requests over the limit must cause no work. Cached public reads are cheap, so they start in parallel with counting.
  if (!(definition.cache && OPEN_CLASSES.includes(definition.rate))) await counting;
  try {
    const input = validate(definition.input, readQuery(url));
    const running = definition.cache ? runCached(pipeline, input) : runHandler(pipeline, input);
    running.catch(() => {});
    await counting;
    return await within(pipeline, running);
  } catch (error) {
    controller.abort(error);
    await counting;
    throw error;
  }
}

async function runWrite<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  pipeline: Pipeline<I, O, A>,
): Promise<Produced> {
  const { definition, request } = pipeline;
  const keyed = definition.idempotent && request.headers.has("idempotency-key");
  // With a key, counting waits for the body's hash, so that one round trip does both.
  const counting = keyed ? undefined : count(pipeline);
  counting?.catch(() => {});
  let key: string | null;
  let bytes: Uint8Array;
  let input: z.output<I>;
  try {
    key = keyed ? idempotencyKey(request.headers) : null;
    bytes = await readBytes(request, definition.body_limit ?? DEFAULT_BODY_LIMIT);
    const verified = await definition.verify?.({
      bytes,
      request,
      settings: pipeline.state.settings,
      now: nowOf(pipeline.state),
    });
    if (verified === false) {
      await counting;
      pipeline.state.log.warn("a message whose signature is wrong is ignored");
      return { body: new Response(null, { status: 202 }), status: 202, headers: {} };
    }
    if (bytes.byteLength > 0) checkMediaType(request.headers, definition.takes);
    input = validate(definition.input, parseBody(bytes, definition.takes));
  } catch (error) {
    await (counting ?? count(pipeline));
    throw error;
  }
  await counting;
  return key === null
    ? await within(pipeline, runHandler(pipeline, input))
    : await runOnce(pipeline, input, key, await sha256Hex(bytes));
}

async function runOnce<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  pipeline: Pipeline<I, O, A>,
  input: z.output<I>,
  key: string,
  hash: string,
): Promise<Produced> {
  const { definition, caller } = pipeline;
  const about = { scope: `${definition.name}:${caller.kind === "user" ? caller.user.id : caller.kind}`, key };
  const replay = await admitOnce(pipeline, { ...about, hash });
  if (replay) {
    const headers = { "idempotency-replayed": "true" };
    return { ...replay, headers };
  }
  // Settled when the work ends, even after the time limit: until then a repeated request waits instead of doing the work twice.
  const running = runHandler(pipeline, input).then(
    async (produced) => {
      const { status, body } = produced;
      // A complete response or a non-JSON body cannot be replayed; its key is released.
      const kept = typeof body === "string" && !definition.produces ? { status, body } : null;
      await settled(pipeline, about, kept);
      return produced;
    },
    async (error) => {
      await settled(pipeline, about, null);
      throw error;
    },
  );
  return await within(pipeline, running);
}

function nowOf({ dependencies }: RequestState): () => Date {
  return dependencies.now ?? (() => new Date());
}

function runHandler<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  pipeline: Pipeline<I, O, A>,
  input: z.output<I>,
): Promise<Produced> {
  return produce(admitted(pipeline), contextOf(pipeline, input));
}

/** Returns the definition; the handler of a read then waits for a slot. */
function admitted<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  { definition, state }: Pipeline<I, O, A>,
): Definition<I, O, A> {
  if (definition.method !== "GET") return definition;
  const handle: typeof definition.handle = (context) =>
    state.admission.run(state.settings.MAX_READS_AT_ONCE, async () => await definition.handle(context));
  return { ...definition, handle };
}

/** Returns a result that all callers share: the handler sees neither the caller nor the request. */
async function runCached<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  pipeline: Pipeline<I, O, A>,
  input: z.output<I>,
): Promise<Produced> {
  const { definition, state } = pipeline;
  const request = new Request(new URL(definition.name, state.settings.SUPABASE_URL));
  const context = contextOf({ ...pipeline, request, caller: { kind: "anonymous" } }, input);
  return await produceCached(admitted(pipeline), context);
}

function contextOf<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  { request, state, caller, admin, controller }: Pipeline<I, O, A>,
  input: z.output<I>,
): RequestContext<I, A> {
  const { settings, request_id, log, stats, dependencies } = state;
  const user = caller.kind === "user" ? caller.user : null;
  let client: ReturnType<typeof callerClient> | undefined;
  return {
    input,
    user: user as RequestContext<I, A>["user"],
    caller,
    db: () => client ??= callerClient(settings, { token: user?.token ?? null, request_id, stats }),
    admin,
    cached: async (ask) => {
      const given = await sharedCache(databaseOf(state)).get(storeOf(settings, admin), ask);
      state.cache = given.source;
      return given;
    },
    request,
    request_id,
    log,
    settings,
    signal: controller.signal,
    now: nowOf(state),
    fetch: dependencies.fetch ?? fetch,
  };
}

/** Parts of the pipeline that counting needs, independent of the contract's types. */
type Counted = Pick<Pipeline<z.ZodType, z.ZodType, Auth>, "rate" | "admin" | "state" | "timeout_ms">;

/** Counts the request. Throws when the limit is used up or counting fails; a public read proceeds when counting fails. */
async function count({ rate, admin, state }: Counted): Promise<void> {
  if (!rate) return;
  const open = OPEN_CLASSES.some((name) => rate.key.startsWith(`${name}:`));
  let counted: RateState;
  try {
    const counting = counterOf(state).count(rate, admin, state.stats);
    counted = await (open ? soon(counting) : counting);
  } catch (error) {
    if (!open) throw limiterFailed(error);
    state.log.warn("the limiter failed; a public read goes on without it", { error });
    return;
  }
  state.rate = counted;
  if (!counted.allowed) throw rateLimited(counted);
}

/** One counter per database. */
const counters = new WeakMap<object, RateCounter>();

function counterOf(state: RequestState): RateCounter {
  const database = databaseOf(state);
  const counter = counters.get(database) ?? new RateCounter();
  counters.set(database, counter);
  return counter;
}

/** Returns an object that identifies the database of a request. */
function databaseOf({ settings, dependencies }: RequestState): object {
  return dependencies.admin ?? settings;
}

async function admitOnce(
  { rate, admin, state, timeout_ms }: Counted,
  about: { scope: string; key: string; hash: string },
): Promise<Replay> {
  let admission: Awaited<ReturnType<typeof admit>>;
  try {
    const counted = (rateState: RateState | null) => state.rate = rateState;
    admission = await admit(admin, {
      rate,
      ...about,
      counted,
      wait_ms: Math.min(timeout_ms, LONGEST_WAIT_MS),
    });
  } catch (error) {
    throw error instanceof ApiError ? error : limiterFailed(error);
  }
  if (admission.state && !admission.state.allowed) throw rateLimited(admission.state);
  return admission.replay;
}

async function settled(
  { admin, state }: Counted,
  about: { scope: string; key: string },
  outcome: { status: number; body: string } | null,
): Promise<void> {
  try {
    await settle(admin, about, outcome);
  } catch (error) {
    // The work is done; failing to store its response must not fail the request.
    state.log.error("the answer could not be kept for its idempotency key", { error });
  }
}

function limiterFailed(cause: unknown): ApiError {
  return new ApiError("unavailable", undefined, { retry_after: 5, cause });
}

/** Returns the work's result, or throws `timeout` at the time limit and aborts the work's signal. */
async function within<T>(
  { timeout_ms, controller }: { timeout_ms: number; controller: AbortController },
  work: Promise<T>,
): Promise<T> {
  const late = new ApiError("timeout", `Cannot finish within ${timeout_ms} ms`, { retry_after: 5 });
  return await limited(work, timeout_ms, late, () => controller.abort(late));
}

function soon<T>(work: Promise<T>): Promise<T> {
  return limited(work, PATIENCE_MS, new Error(`no answer within ${PATIENCE_MS} ms`));
}

async function limited<T>(work: Promise<T>, ms: number, late: Error, onLate = () => {}): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onLate();
      reject(late);
    }, ms);
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}
