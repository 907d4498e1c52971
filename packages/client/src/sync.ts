import { type Caller, type CallOptions, type FunctionName, type Input, type Output, rows } from "./call.ts";
import { StreamVibeError } from "./problem.ts";

type SyncName = Extract<FunctionName, `sync-${string}`>;
type SyncStep = Output<"sync-youtube">;

/** A platform's slug. */
export type Platform = SyncName extends `sync-${infer Slug}` ? Slug : never;

/** An account's id, optionally with its platform, which saves a lookup. */
export type AccountRef = string | { id: string; platform: Platform };

export interface SyncOptions extends CallOptions {
  /** Items per step, 1 to 50. Default 50. */
  pageSize?: number;
  /** Continues an unfinished sync: the `sync_id` of its last progress. Does not use another sync of the plan. */
  syncId?: string;
}

/** Progress of a sync. The counts cover the steps of this iterator. */
export interface SyncProgress {
  sync_id: string;
  done: boolean;
  new_items: number;
  updated_items: number;
  unchanged_items: number;
  removed_items: number;
  /** Covers the whole sync, including earlier steps. */
  items_seen: number;
  /** The platform's total; null if it does not report one. */
  total_items: number | null;
  /** From 0 to 1; null while the total is unknown. */
  progress: number | null;
}

/** Syncs an account to the end, step by step. Each step is stored, so leaving the loop loses nothing. */
export async function* sync(
  caller: Caller,
  account: AccountRef,
  { pageSize, syncId, signal, idempotencyKey }: SyncOptions = {},
): AsyncGenerator<SyncProgress, void, undefined> {
  const { id, platform } = typeof account === "string" ? await find(caller, account, signal) : account;
  const counts = { new_items: 0, updated_items: 0, unchanged_items: 0, removed_items: 0 };
  let sync_id = syncId;
  for (let step = 0;; step++) {
    const input = { social_account_id: id, max_results: pageSize ?? 50, ...(sync_id ? { sync_id } : {}) };
    const answer: SyncStep = await caller.call(`sync-${platform}` as SyncName, input as Input<SyncName>, {
      signal,
      // With a single key, every step would get the first step's response.
      ...(idempotencyKey ? { idempotencyKey: `${idempotencyKey}:${step}` } : {}),
    });
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += answer[name];
    const { has_more, items_seen, total_items } = answer;
    sync_id = answer.sync_id;
    const progress = has_more ? total_items ? Math.min(items_seen / total_items, 0.99) : null : 1;
    yield { sync_id, done: !has_more, ...counts, items_seen, total_items, progress };
    if (!has_more) return;
  }
}

async function find(
  caller: Caller,
  id: string,
  signal?: AbortSignal,
): Promise<{ id: string; platform: Platform }> {
  const asked = caller.supabase.from("social_account").select("id, platform(slug)").eq("id", id).limit(1);
  const found: { id: string; platform: unknown }[] =
    await rows(signal ? asked.abortSignal(signal) : asked, signal) ?? [];
  const [row] = found;
  if (!row) {
    throw new StreamVibeError("not_found", `Cannot sync: no account with id ${id} is yours`, {
      status: 404,
      extras: { id },
    });
  }
  const { slug } = (Array.isArray(row.platform) ? row.platform[0] : row.platform) as { slug: Platform };
  return { id: row.id, platform: slug };
}
