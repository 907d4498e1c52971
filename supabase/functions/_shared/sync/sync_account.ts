/**
 * Performs a whole sync run over an account, step by step, for workers that are not bound to one request. Each step is durable
 * before the next begins and nothing of it is kept here: memory use is that of one page, however large the library is.
 */
import type { Context } from "../context.ts";
import type { PlatformSlug } from "../platforms/platform.ts";
import type { SyncOutput } from "./contract.ts";
import { syncPage, type SyncRequest } from "./sync_page.ts";

/** Yields the result of each step. Ends with the sync run, or early at the deadline; then the last result has more. */
export async function* syncAccount(
  context: Context,
  slug: PlatformSlug,
  request: SyncRequest,
  budget: { deadline: Date },
): AsyncGenerator<SyncOutput, void, void> {
  let { sync_id } = request;
  for (;;) {
    const step = await syncPage(context, slug, { ...request, sync_id });
    yield step;
    if (!step.has_more || context.now() >= budget.deadline) return;
    sync_id = step.sync_id;
  }
}
