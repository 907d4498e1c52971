import { type Caller, type CallOptions, type FunctionName, type Input, type Output, rows } from "./call.ts";
import { StreamVibeError } from "./problem.ts";

type SyncName = Extract<FunctionName, `sync-${string}`>;
type SyncStep = Output<"sync-youtube">;

/** A platform's slug. */
export type Platform = SyncName extends `sync-${infer Slug}` ? Slug : never;

/** An account: its id, or with its platform, which saves asking for that. */
export type AccountRef = string | { id: string; platform: Platform };

export interface SyncOptions extends CallOptions {
  /** How many items a step reads, 1 to 50; 50. */
  pageSize?: number;
  /** Goes on with a sync that was left: the `sync_id` of its last progress. Costs no further unit of the plan. */
  syncId?: string;
}

/** How far a sync is. The counts are of the steps that this iterator has seen. */
export interface SyncProgress {
  sync_id: string;
  done: boolean;
  new_items: number;
  updated_items: number;
  unchanged_items: number;
  removed_items: number;
  /** Of the whole sync, earlier steps included. */
  items_seen: number;
  /** What the platform says that there is; null when it does not tell. */
  total_items: number | null;
  /** From 0 to 1; null as long as the total is not known. */
  progress: number | null;
}

/** Syncs an account to its end, step by step. What a step has brought is stored: leaving the loop loses nothing. */
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
      // One key would give every step the first one's answer.
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
