/** What every sync function takes and answers. */
import * as z from "zod";

export const SyncInput = z.strictObject({
  social_account_id: z.uuid(),
  /** How many items this call may read. */
  max_results: z.int().min(1).max(50).default(50),
  /** Of an earlier answer with `has_more`: goes on with that sync, at no cost. */
  sync_id: z.uuid().optional(),
});

const Count = z.int().min(0);

export const SyncOutput = z.object({
  sync_id: z.uuid(),
  synced_count: Count,
  new_items: Count,
  updated_items: Count,
  unchanged_items: Count,
  removed_items: Count,
  /** Call again with `sync_id` until this is false. */
  has_more: z.boolean(),
  /** What the platform says the library holds; it may be an estimate. */
  total_items: Count.nullable(),
  items_seen: Count,
});
export type SyncOutput = z.output<typeof SyncOutput>;
