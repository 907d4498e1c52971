/**
 * The typed client of StreamVibe: a thin layer over supabase-js, which manages the session, the Data API and Realtime.
 *
 * ```ts
 * const streamvibe = createStreamVibe(createClient(url, publishableKey));
 * for await (const { progress } of streamvibe.sync(accountId)) console.log(progress);
 * ```
 */
import type { components } from "./api.types.ts";
import {
  Caller,
  type CallOptions,
  type FunctionName,
  type Input,
  type Output,
  type RetryOptions,
  type RpcInput,
  type RpcName,
  type RpcOutput,
  type Supabase,
} from "./call.ts";
import { Jobs } from "./jobs.ts";
import { items, type ListItem, type ListName, pages } from "./pages.ts";
import {
  type ListName as WatchedTable,
  type Watch,
  type WatchOptions as TableWatchOptions,
  watchTable,
} from "./realtime.ts";
import { Usage, type UsageOptions } from "./usage.ts";
import { type AccountRef, sync, type SyncOptions, type SyncProgress } from "./sync.ts";

export type { components, operations, paths } from "./api.types.ts";
export type {
  CallOptions,
  FunctionName,
  Input,
  Output,
  RetryOptions,
  RpcInput,
  RpcName,
  RpcOutput,
} from "./call.ts";
export type { Job, JobParams, WatchOptions } from "./jobs.ts";
export type { ListItem, ListName } from "./pages.ts";
export { type InputFault, isProblem, type ProblemCode, StreamVibeError } from "./problem.ts";
export { catchUp, changesFilter, watchTable } from "./realtime.ts";
export type {
  Cursor,
  ListChange,
  ListName as WatchedTable,
  Watch,
  WatchOptions as TableWatchOptions,
  WatchState,
  Where,
} from "./realtime.ts";
export type { Usage, UsageOptions, UsageProperties } from "./usage.ts";
export type { AccountRef, Platform, SyncOptions, SyncProgress } from "./sync.ts";

/** A row of a table that creators may read: `Row<"content_item">`. */
export type Row<Table extends keyof components["schemas"]> = components["schemas"][Table];

export interface StreamVibeOptions {
  retry?: RetryOptions;
}

/** The parts of StreamVibe that supabase-js does not cover. */
export class StreamVibe {
  /** The user's jobs: create, watch, wait, list, cancel. */
  readonly jobs: Jobs;
  readonly #caller: Caller;

  constructor(
    /** The supabase-js client: sessions, tables, channels. */
    readonly supabase: Supabase,
    { retry = {} }: StreamVibeOptions = {},
  ) {
    this.#caller = new Caller(supabase, {
      attempts: retry.attempts ?? 4,
      maxWaitMs: retry.maxWaitMs ?? 30_000,
    });
    this.jobs = new Jobs(this.#caller);
  }

  /** Calls an edge function by name: `call("get-trending", { period: "week" })`. Throws StreamVibeError. */
  call<Name extends FunctionName>(
    name: Name,
    input?: Input<Name>,
    options?: CallOptions,
  ): Promise<Output<Name>> {
    return this.#caller.call(name, input, options);
  }

  /** Calls a database function by name: `rpc("check_quota", { … })`. Throws StreamVibeError. */
  rpc<Name extends RpcName>(
    name: Name,
    args?: RpcInput<Name>,
    options?: CallOptions,
  ): Promise<RpcOutput<Name>> {
    return this.#caller.rpc(name, args, options);
  }

  /** Iterates over the pages of a list: `pages("browse-content", { limit: 100 })`. */
  pages<Name extends ListName>(
    name: Name,
    input: Input<Name>,
    options?: CallOptions,
  ): AsyncGenerator<Output<Name>, void, undefined> {
    return pages(this.#caller, name, input, options);
  }

  /** Iterates over the items of a list, across its pages: `items("search-content", { q: "castle" })`. */
  items<Name extends ListName>(
    name: Name,
    input: Input<Name>,
    options?: CallOptions,
  ): AsyncGenerator<ListItem<Name>, void, undefined> {
    return items(this.#caller, name, input, options);
  }

  /**
   * Keeps a list of rows up to date: reports every change once, including changes while the channel was disconnected. docs/realtime.md
   * describes its cost and the alternatives.
   */
  watch<Table extends WatchedTable>(table: Table, options: TableWatchOptions<Row<Table>>): Watch {
    return watchTable<Row<Table>>(this.supabase, table, options);
  }

  /** Reports usage events in batches, unless the user asks not to be tracked. Create one per app. */
  usage(options?: UsageOptions): Usage {
    return new Usage(this.#caller, options);
  }

  /** Syncs an account to the end. Each iteration is a step that has been stored. */
  sync(account: AccountRef, options?: SyncOptions): AsyncGenerator<SyncProgress, void, undefined> {
    return sync(this.#caller, account, options);
  }
}

/** Creates a client on top of a supabase-js client, whose session and keys it uses. */
export function createStreamVibe(supabase: Supabase, options?: StreamVibeOptions): StreamVibe {
  return new StreamVibe(supabase, options);
}
