import type { SupabaseClient } from "@supabase/supabase-js";
import type { paths } from "./api.types.ts";
import { KEYED, READS } from "./operations.ts";
import { problemOf, problemOfData, StreamVibeError } from "./problem.ts";
import { throwIfAborted, wait } from "./wait.ts";

/** Any client of supabase-js, whatever types of a database it has. */
// deno-lint-ignore no-explicit-any -- supabase-js has the types of the database as its parameters, and any of them will do.
export type Supabase = SupabaseClient<any, any, any>;

type Prefixed<Prefix extends string> = keyof paths extends infer Path
  ? Path extends `${Prefix}${infer Name}` ? Name : never
  : never;

/** Name of an edge function. */
export type FunctionName = Exclude<Prefixed<"/functions/v1/">, `${string}/${string}`>;
/** Name of a function of the database. */
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

/** What a function takes: the body of a POST, the query of a GET. */
export type Input<Name extends FunctionName> = [Body<Operation<`/functions/v1/${Name}`>>] extends [never]
  ? Query<Operation<`/functions/v1/${Name}`>>
  : Body<Operation<`/functions/v1/${Name}`>>;
/** What a function answers. */
export type Output<Name extends FunctionName> = Success<Operation<`/functions/v1/${Name}`>>;
/** What a function of the database takes. */
export type RpcInput<Name extends RpcName> = Body<Operation<`/rest/v1/rpc/${Name}`>>;
/** What a function of the database gives. */
export type RpcOutput<Name extends RpcName> = Success<Operation<`/rest/v1/rpc/${Name}`>>;

export interface CallOptions {
  /** Ends the call, its repeats and its waiting. */
  signal?: AbortSignal;
  /** The key that makes repeats of a call that creates or spends harmless; one is made up for each call otherwise. */
  idempotencyKey?: string;
}

export interface RetryOptions {
  /** How often a call is tried in all; 4. */
  attempts?: number;
  /** The longest wait between two attempts in milliseconds, 30,000; a `Retry-After` beyond it is thrown, not waited for. */
  maxWaitMs?: number;
}

/** Worth a repeat: too many requests, a first request with the same key that still runs, a service that is away. */
const TRANSIENT = new Set([
  "rate_limited",
  "idempotency_in_progress",
  "unavailable",
  "provider_unavailable",
  "timeout",
  "unreachable",
]);
/** An error of the server may be repeated only where a repeat changes nothing. */
const FIRST_WAIT_MS = 250;

/** Calls functions through supabase-js, which knows the address, the key and the session. */
export class Caller {
  constructor(readonly supabase: Supabase, readonly retry: Required<RetryOptions>) {}

  /** Calls an edge function; repeats it while that is harmless and may help. */
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
        // An empty object has no body for supabase-js otherwise.
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

  /** Calls a function of the database. Reads are repeated; a call that changes something is not. */
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
        // A refused flood has done nothing, whatever it asked for.
        const may_repeat = error.code === "rate_limited" || is_harmless && TRANSIENT.has(error.code);
        const ms = error.retry_after_ms ?? FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
        if (!may_repeat || ms > this.retry.maxWaitMs) throw error;
        await wait(ms, signal);
      }
    }
  }
}

/** The data of a query of supabase-js; its error is thrown. */
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

/** An object of another realm is no `instanceof` of ours. */
function isResponse(value: unknown): value is Response {
  return typeof value === "object" && value !== null && "headers" in value && "status" in value;
}

function messageOf(error: { message?: string; context?: { message?: string } }): string {
  return error.context?.message ?? error.message ?? "no answer came";
}

/** React Native has no `crypto.randomUUID`; a key has to be unique, not secret. */
function randomKey(): string {
  return globalThis.crypto?.randomUUID?.() ??
    Array.from({ length: 4 }, () => Math.random().toString(36).slice(2, 12).padEnd(10, "0")).join("-");
}
