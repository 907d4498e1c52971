import type { SupabaseClient } from "@supabase/supabase-js";
import type { paths } from "./api.types.ts";
import { KEYED, READS } from "./operations.ts";
import { problemOf, problemOfData, StreamVibeError } from "./problem.ts";
import { throwIfAborted, wait } from "./wait.ts";

/** Any supabase-js client, regardless of its database types. */
// deno-lint-ignore no-explicit-any -- the type parameters of supabase-js are the database's types, and any of them will do.
export type Supabase = SupabaseClient<any, any, any>;

type Prefixed<Prefix extends string> = keyof paths extends infer Path
  ? Path extends `${Prefix}${infer Name}` ? Name : never
  : never;

/** Name of an edge function. */
export type FunctionName = Exclude<Prefixed<"/functions/v1/">, `${string}/${string}`>;
/** Name of a database function. */
export type RpcName = Prefixed<"/rest/v1/rpc/">;

type Operation<Path extends keyof paths> = NonNullable<paths[Path]["post"]> extends never
  ? NonNullable<paths[Path]["get"]>
  : NonNullable<paths[Path]["post"]>;
type Body<Op> = Op extends { requestBody: { content: infer Content } } ? Content[keyof Content] : never;
type Query<Op> = Op extends { parameters: { query?: infer Input } } ? NonNullable<Input> : never;
type Success<Op> = Op extends { responses: infer Answers }
  ? Answers extends { 200: { content: infer Content } } ? Content[keyof Content]
  : Answers extends { 204: unknown } ? null
  : never
  : never;

/** The input of an edge function: the body of a POST, the query of a GET. */
export type Input<Name extends FunctionName> = [Body<Operation<`/functions/v1/${Name}`>>] extends [never]
  ? Query<Operation<`/functions/v1/${Name}`>>
  : Body<Operation<`/functions/v1/${Name}`>>;
/** The response of an edge function. */
export type Output<Name extends FunctionName> = Success<Operation<`/functions/v1/${Name}`>>;
/** The arguments of a database function. */
export type RpcInput<Name extends RpcName> = Body<Operation<`/rest/v1/rpc/${Name}`>>;
/** The result of a database function. */
export type RpcOutput<Name extends RpcName> = Success<Operation<`/rest/v1/rpc/${Name}`>>;

export interface CallOptions {
  /** Aborts the call, its retries and the waits between them. */
  signal?: AbortSignal;
  /** Makes retries safe for calls that create or spend something. By default each call gets a random key. */
  idempotencyKey?: string;
}

export interface RetryOptions {
  /** Maximum number of attempts, including the first. Default 4. */
  attempts?: number;
  /** Longest wait between two attempts in milliseconds. Default 30,000. If `Retry-After` is longer, the error is thrown immediately. */
  maxWaitMs?: number;
}

/** Errors worth a retry: rate limits, an earlier request with the same key that is still running, an unavailable service. */
const TRANSIENT = new Set([
  "rate_limited",
  "idempotency_in_progress",
  "unavailable",
  "provider_unavailable",
  "timeout",
  "unreachable",
]);
/** Wait before the first retry; it doubles with each further one, with jitter. */
const FIRST_WAIT_MS = 250;

/** Calls functions through supabase-js, which has the URL, the key and the session. */
export class Caller {
  constructor(readonly supabase: Supabase, readonly retry: Required<RetryOptions>) {}

  /** Calls an edge function; retries transient errors if a retry is safe. */
  async call<Name extends FunctionName>(
    name: Name,
    input?: Input<Name>,
    { signal, idempotencyKey }: CallOptions = {},
  ): Promise<Output<Name>> {
    const is_read = READS.has(name);
    const key = KEYED.has(name) ? idempotencyKey ?? randomKey() : undefined;
    const query = is_read ? queryOf(input) : "";
    const once = async () => {
      const { data, error } = await this.supabase.functions.invoke(`${name}${query}`, {
        method: is_read ? "GET" : "POST",
        headers: key === undefined ? {} : { "Idempotency-Key": key },
        // supabase-js sends no body if the input is undefined.
        ...(is_read ? {} : { body: input ?? {} }),
        signal,
      });
      if (!error) return data as Output<Name>;
      throwIfAborted(signal);
      if (isResponse(error.context)) throw await problemOf(error.context);
      throw new StreamVibeError("unreachable", `Cannot reach ${name}: ${messageOf(error)}`, { cause: error });
    };
    return await this.#repeated(once, is_read || key !== undefined, signal);
  }

  /** Calls a database function. Reads are retried; calls that change something are retried only after a rate limit. */
  async rpc<Name extends RpcName>(
    name: Name,
    args?: RpcInput<Name>,
    options: CallOptions = {},
  ): Promise<RpcOutput<Name>> {
    const { signal } = options;
    const once = async () => {
      const asked = this.supabase.rpc(name, args ?? {});
      return await rows(signal ? asked.abortSignal(signal) : asked, signal) as RpcOutput<Name>;
    };
    return await this.#repeated(once, /^(admin_)?(get|search|list|check|has)_/.test(name), signal);
  }

  async #repeated<T>(once: () => Promise<T>, is_harmless: boolean, signal?: AbortSignal): Promise<T> {
    for (let attempt = 1;; attempt++) {
      throwIfAborted(signal);
      try {
        return await once();
      } catch (error) {
        if (!(error instanceof StreamVibeError) || attempt >= this.retry.attempts) throw error;
        // A rate-limited call did nothing, so any call can be retried after it.
        const may_repeat = error.code === "rate_limited" || is_harmless && TRANSIENT.has(error.code);
        const ms = error.retry_after_ms ?? FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
        if (!may_repeat || ms > this.retry.maxWaitMs) throw error;
        await wait(ms, signal);
      }
    }
  }
}

/** Returns the data of a supabase-js query, or throws its error. */
export async function rows<T>(
  asked: PromiseLike<
    { data: T; error: { code?: string; message: string; details?: string | null } | null; status: number }
  >,
  signal?: AbortSignal,
): Promise<T> {
  const { data, error, status } = await asked;
  throwIfAborted(signal);
  if (error) throw problemOfData(error, status);
  return data;
}

function queryOf(input: unknown): string {
  const pairs = Object.entries(input ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const text = pairs.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`)
    .join("&");
  return text && `?${text}`;
}

/** Checks by shape, because `instanceof` fails across realms. */
function isResponse(value: unknown): value is Response {
  return typeof value === "object" && value !== null && "headers" in value && "status" in value;
}

function messageOf(error: { message?: string; context?: { message?: string } }): string {
  return error.context?.message ?? error.message ?? "no response";
}

/** React Native has no `crypto.randomUUID`; the key must be unique, but not secret. */
function randomKey(): string {
  return globalThis.crypto?.randomUUID?.() ??
    Array.from({ length: 4 }, () => Math.random().toString(36).slice(2, 12).padEnd(10, "0")).join("-");
}
