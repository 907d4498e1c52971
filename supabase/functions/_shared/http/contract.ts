/** Types of an endpoint: its contract, its handler's context, and the results that the handler may return. */
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

/** Callers that an endpoint accepts; the first matching mode applies. */
export type Auth = AuthMode | readonly [AuthMode, ...AuthMode[]];

/** Declares an endpoint's behavior as data. The OpenAPI document and the generated tests are built from it. */
export interface Contract<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  A extends Auth = Auth,
> {
  /** Folder name and last part of the URL. */
  name: string;
  /** One line for the API's documentation. */
  summary: string;
  method: "GET" | "POST";
  auth: A;
  rate: RateClass;
  /** Body of a POST, query of a GET. Use `z.strictObject`, so that unknown keys are rejected. */
  input: I;
  /** A valid input for the documentation, and for tests, which derive invalid inputs from it. */
  example: z.input<I>;
  /** Body of a success. With `produces` it is a string. */
  output: O;
  /** Format of the request body, for webhooks whose senders do not send JSON; JSON by default. */
  takes?: BodyKind;
  /** Set for a webhook whose sender first confirms the address by GET. Derived from `challenge`. */
  is_challenged?: true;
  /** Media type of a response that is not JSON. */
  produces?: string;
  /** Statuses besides 200: with the output as body, such as 503 of health, or below 400 without a body, such as 304. */
  also_answers?: readonly number[];
  /** Whether `Idempotency-Key` is honored. For POSTs that create or spend. */
  idempotent?: boolean;
  /** Makes a public read cacheable, by callers and by us; all other responses are `no-store`. The handler then sees only the input. */
  cache?: CachePolicy;
  /** Bytes; 1 MiB by default. */
  body_limit?: number;
  /** Milliseconds for the handler; 30,000 by default. Supabase aborts a request without a response after 150,000. */
  timeout_ms?: number;
  /** Error codes besides those that every endpoint may return. */
  errors?: readonly ErrorCode[];
}

/** Context of a handler. */
export interface RequestContext<I extends z.ZodType = z.ZodType, A extends Auth = Auth> extends Context {
  input: z.output<I>;
  /** The signed-in creator; null only where the contract accepts other callers too. */
  user: A extends "user" ? User : User | null;
  caller: Caller;
  /** Returns a client that acts as the caller, under row-level security. */
  db(): Promise<SupabaseClient<Database>>;
  /** Reads a value through the cache that all processes share (`_shared/cache`). The key of a user-specific value contains the user. */
  cached<Schema extends z.ZodType>(ask: Ask<Schema>): Promise<Given<z.output<Schema>>>;
  request: Request;
  signal: AbortSignal;
}

/** Input of a webhook's signature check: the unparsed body and its request. */
export interface Unread {
  bytes: Uint8Array;
  request: Request;
  settings: Settings;
  now: () => Date;
}

/** A webhook sender's GET request that asks to confirm this address. */
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
   * For webhooks: throws `unauthorized` when the signature is wrong. Runs before the body is parsed. Returns false to ignore the message
   * and acknowledge it with 202, where the sender's rules require that.
   */
  verify?(unread: Unread): void | false | Promise<void | false>;
  /** For webhooks whose sender first confirms the address by GET: returns the challenge to echo, or null to refuse. */
  challenge?(asked: Asked): string | null | Promise<string | null>;
  handle(context: RequestContext<I, A>): Answer<O> | Promise<Answer<O>>;
}

/** Result of a handler: the output, the output with a status or headers, or a complete response (streams). */
export type Answer<O extends z.ZodType> = z.input<O> | Reply<z.input<O>> | Response;

/** An output with a status other than 200, or with headers. */
export class Reply<T> {
  constructor(
    readonly body: T,
    readonly options: { status?: number; headers?: Record<string, string> } = {},
  ) {}
}

/** Dependencies of an endpoint; tests replace some of them. */
export interface Dependencies {
  settings: Settings;
  now: () => Date;
  fetch: Fetch;
  sink: Sink;
  admin: (stats: DatabaseStats, request_id: string) => Admin;
  record: typeof recordRequest;
}

/** A function as Supabase serves it: `export default endpoint({...})`. */
export interface Endpoint<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  A extends Auth = Auth,
> {
  readonly contract: Contract<I, O, A>;
  fetch(request: Request): Promise<Response>;
  /** Returns the same endpoint with other dependencies. */
  with(dependencies: Partial<Dependencies>): { fetch(request: Request): Promise<Response> };
}

/** Returns a contract with its schemas as JSON Schema (draft 2020-12), the dialect of OpenAPI 3.1. */
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
