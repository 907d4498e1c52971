/**
 * A whole pass over an account, step by step, for workers that are not bound to one request. Each step is durable
 * before the next begins, and nothing of it is kept here: memory is that of one page, however large the library is.
 */
import type { World } from "../connections/world.ts";
import type { PlatformSlug } from "../platforms/platform.ts";
import type { SyncOutput } from "./contract.ts";
import { syncPage, type SyncRequest } from "./sync_page.ts";

/** Yields what each step did. Ends with the pass, or early when the time is up; then the last answer has more. */
export async function* syncAccount(
  world: World,
  slug: PlatformSlug,
  request: SyncRequest,
  budget: { deadline: Date },
): AsyncGenerator<SyncOutput, void, void> {
  let { sync_id } = request;
  for (;;) {
    const step = await syncPage(world, slug, { ...request, sync_id });
    yield step;
    if (!step.has_more || world.now() >= budget.deadline) return;
    sync_id = step.sync_id;
  }
}
