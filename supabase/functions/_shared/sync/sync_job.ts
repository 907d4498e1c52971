/**
 * Syncs the whole library of one account, page by page. Every page moves the checkpoint, so the next run continues where this one
 * died, was stopped or ran out of time; the plan is charged once, however many runs it takes.
 */
import * as z from "zod";
import { ApiError, DatabaseError, toApiError } from "../errors.ts";
import type { PlatformSlug } from "../platforms/platform.ts";
import { syncAccount } from "./sync_account.ts";
import type { Handler, JsonRecord } from "../jobs/job.ts";

const Params = z.object({ social_account_id: z.uuid() });

const Count = z.int().min(0).default(0);
const Sums = z.object({
  synced_count: Count,
  new_items: Count,
  updated_items: Count,
  unchanged_items: Count,
  removed_items: Count,
});
type Sums = z.output<typeof Sums>;
const Checkpoint = z.object({ sync_id: z.uuid().optional(), sums: Sums.prefault({}) });

const PAGE = 50;

/** Returns the job handler for one platform's accounts; `items` is what its content is called. */
export function syncJob(slug: PlatformSlug, items: string): Handler {
  return async ({ job, context, deadline, progress }) => {
    const params = Params.safeParse(job.params);
    if (!params.success) {
      throw new ApiError("validation_failed", "Cannot sync: params need the social_account_id of an account");
    }
    const { sync_id, sums } = Checkpoint.parse(job.checkpoint ?? {});
    const request = { ...params.data, user_id: job.user_id, max_results: PAGE, sync_id };
    let checkpoint: JsonRecord = { ...(sync_id ? { sync_id } : {}), sums };
    let hasMore = false;
    try {
      for await (const step of syncAccount(context, slug, request, { deadline })) {
        for (const name of Object.keys(sums) as (keyof Sums)[]) sums[name] += step[name];
        hasMore = step.has_more;
        checkpoint = { sync_id: step.sync_id, sums: { ...sums } };
        await progress({ ...shown(step.items_seen, step.total_items, items), checkpoint });
      }
    } catch (error) {
      if (!isEnded(error, sync_id)) throw error;
      context.log.info("the sync run had ended before the job was told", { sync_id });
    }
    if (hasMore) return { again: { checkpoint } };
    return { result: { ...sums } };
  };
}

function shown(seen: number, total: number | null, items: string) {
  const counted = seen.toLocaleString("en");
  // The platform's size is an estimate, so progress stays below 100 percent until the end.
  const percent = total ? Math.min(99, Math.floor((seen / Math.max(total, seen)) * 100)) : 0;
  const of = total && total >= seen ? ` of ${total.toLocaleString("en")}` : "";
  return { percent, message: `Synced ${counted}${of} ${items}` };
}

/** Returns whether the previous run wrote the last page and died before it could report it: nothing is left to do or to charge. */
function isEnded(error: unknown, sync_id: string | undefined): boolean {
  if (!sync_id || !(error instanceof DatabaseError || error instanceof ApiError)) return false;
  const { code, extras } = toApiError(error);
  return code === "not_found" && extras.resource === "sync";
}
