/** What an endpoint is, as types: the contract, what its handler gets, and what it may answer. */
import * as z from "zod";
import type { SupabaseClient } from "@supabase/supabase-js";
import type { AuthMode, Caller, User } from "./auth.ts";
import type { CachePolicy } from "./cache_policy.ts";
import type { Ask, Given } from "../cache/cache.ts";
import type { Context } from "../context.ts";
import type { Admin, DatabaseStats } from "../database/database.ts";
import type { Database } from "../database/database.types.ts";
import type { ErrorCode } from "../errors.ts";
import type { Fetch } from "./outgoing.ts";
import type { BodyKind } from "./input.ts";
import type { RateClass } from "./limits.ts";
import type { Logger } from "../observability/log.ts";
import type { Sink } from "../observability/log.ts";
import type { recordRequest } from "../observability/metrics.ts";
import type { Settings } from "../settings/settings.ts";

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
  /** An input that keeps it, for the documentation and for tests, which break it in every way. */
  example: z.input<I>;
  /** Body of a success. With `produces` it describes a text. */
  output: O;
  /** What a body is, as the senders of webhooks have it; JSON by default. */
  takes?: BodyKind;
  /** Of a webhook whose sender first asks by GET whether the address is ours. Follows from `challenge`. */
  is_challenged?: true;
  /** Media type of an answer that is not JSON. */
  produces?: string;
  /** Statuses beside 200: with the output as their body, such as 503 of health, or below 400 without one, such as 304. */
  also_answers?: readonly number[];
  /** Whether `Idempotency-Key` is honoured: for POSTs that create or spend. */
  idempotent?: boolean;
  /** Makes a public read cacheable, by callers and by us; everything else is `no-store`. The handler then learns nothing but the input. */
  cache?: CachePolicy;
  /** Bytes; 1 MiB by default. */
  body_limit?: number;
  /** Milliseconds for the handler; 30,000 by default. Supabase ends a request without an answer after 150,000. */
  timeout_ms?: number;
  /** Codes of its own, beside those that every endpoint may answer. */
  errors?: readonly ErrorCode[];
}

/** What a handler gets. */
export interface RequestContext<I extends z.ZodType = z.ZodType, A extends Auth = Auth> extends Context {
  input: z.output<I>;
  /** The signed-in creator; null only where the contract accepts others too. */
  user: A extends "user" ? User : User | null;
  caller: Caller;
  /** Acts as the caller: row-level security decides. */
  db(): Promise<SupabaseClient<Database>>;
  /** An answer that all processes share (`_shared/cache`). What depends on a person has the person in its key. */
  cached<Schema extends z.ZodType>(ask: Ask<Schema>): Promise<Given<z.output<Schema>>>;
  request: Request;
  signal: AbortSignal;
}

/** What a webhook's signature is checked against: the body as it came, byte by byte. */
export interface Unread {
  bytes: Uint8Array;
  request: Request;
  settings: Settings;
  now: () => Date;
}

/** A sender's question whether this address wants to hear from it. */
export interface Asked {
  query: Record<string, string>;
  settings: Settings;
  admin: Admin;
  now: () => Date;
  log: Logger;
}

/** A contract and its handler. */
export interface Definition<I extends z.ZodType, O extends z.ZodType, A extends Auth>
  extends Contract<I, O, A> {
  /**
   * For webhooks: throws (`unauthorized`) when the signature is wrong. Runs before the body is parsed. False: what came is ignored and
   * acknowledged with 202, where the sender's rules want that.
   */
  verify?(unread: Unread): void | false | Promise<void | false>;
  /** For webhooks whose sender first asks by GET whether the address is ours: the words that it wants back; null: it is not. */
  challenge?(asked: Asked): string | null | Promise<string | null>;
  handle(context: RequestContext<I, A>): Answer<O> | Promise<Answer<O>>;
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
export interface Dependencies {
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
  /** The same endpoint with other dependencies. */
  with(dependencies: Partial<Dependencies>): { fetch(request: Request): Promise<Response> };
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
