/** Input and output of every sync function. */
import * as z from "zod";

export const SyncInput = z.strictObject({
  social_account_id: z.uuid(),
  /** The maximum number of items that this call may read. */
  max_results: z.int().min(1).max(50).default(50),
  /** From an earlier response with `has_more`: continues that sync, at no cost. */
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
  /** The size of the library as the platform reports it; it may be an estimate. */
  total_items: Count.nullable(),
  items_seen: Count,
});
export type SyncOutput = z.output<typeof SyncOutput>;
