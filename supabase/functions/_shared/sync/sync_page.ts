/**
 * One step of a sync run over a library: at most one page from the platform, written in one statement. The same for every platform.
 *
 * A sync run costs one unit of the plan and may take many steps. Each step is durable before the next begins: if a worker dies, the
 * next step continues from the checkpoint. A step that fails returns the unit.
 */
import * as z from "zod";
import { Access } from "../connections/access.ts";
import { problemOf } from "../connections/problem.ts";
import type { Context } from "../context.ts";
import { DatabaseError, toApiError } from "../errors.ts";
import { Meter, quotaOf } from "../platforms/meter.ts";
import { isStandstill, isTooHeavy, lighter, type Read, standstill } from "../platforms/page.ts";
import {
  Cursor,
  JsonObject,
  KeptTokens,
  type KnownAccount,
  type Page,
  type Platform,
  PlatformFault,
  type PlatformSlug,
  RememberedPage,
  type Tokens,
} from "../platforms/platform.ts";
import { platformOf } from "../platforms/registry.ts";
import { PLATFORMS } from "../platforms/settings.ts";
import { SYNC } from "./settings.ts";
import type { SyncInput, SyncOutput } from "./contract.ts";

export type SyncRequest = z.output<typeof SyncInput> & {
  /** Null for the service, which may sync anybody's account. */
  user_id: string | null;
};

/** The result of `begin_sync`: the position in the sync run and what is needed to continue from there. */
const Begun = z.object({
  sync_id: z.uuid(),
  fence: z.int(),
  platform_account_id: z.string(),
  account_details: JsonObject.nullable(),
  connection_id: z.uuid(),
  tokens: KeptTokens,
  token_expires_at: z.string().nullable(),
  cursor: Cursor.nullable(),
  page: RememberedPage.nullable(),
  missing_ids: z.array(z.string()).nullable(),
  /** Set when the platform has recently reported that a larger page is too heavy. */
  page_size: z.int().nullable(),
});
type Begun = z.output<typeof Begun>;

/** The result of `apply_sync_page`. */
const Applied = z.object({
  new_items: z.int(),
  updated_items: z.int(),
  unchanged_items: z.int(),
  removed_items: z.int(),
  done: z.boolean(),
  items_seen: z.int(),
  total: z.int().nullable(),
  /** The list has ended without these items of the library; the platform is asked for them before they are removed. */
  missing_ids: z.array(z.string()).nullable(),
});
type Applied = z.output<typeof Applied>;

/** The checkpoint after the last page: items that were not listed are looked up by their ids. */
const MISSING: Cursor = { key: "missing" };

/** The SQLSTATE of `apply_sync_page` for a page that leads back to one that this sync run has read. */
const STANDS_STILL = "SVS03";

/** A list that changes while it is read is read from the beginning again, but only this often. */
const MOST_RESTARTS = 3;

/** Provider calls per step; a look-up that would exceed them waits for the next step. */
const MOST_CALLS = 3;

export async function syncPage(
  context: Context,
  slug: PlatformSlug,
  request: SyncRequest,
): Promise<SyncOutput> {
  const meter = new Meter();
  const platform = await platformOf(slug, { ...context, used: (usage) => meter.add(usage) });
  const begun = await context.admin.call("begin_sync", {
    p_user_id: request.user_id,
    p_social_account_id: request.social_account_id,
    p_sync_id: request.sync_id ?? null,
    p_lease_seconds: context.settings.of(SYNC).SYNC_LEASE_SECONDS,
    p_platform: slug,
    p_quota: quotaOf(platform, context.settings.of(PLATFORMS).PLATFORM_QUOTA_PAUSE_SECONDS),
  }, Begun);
  const step = new Step(context, platform, begun, request, meter);
  try {
    if (begun.cursor?.key === MISSING.key) {
      return await step.lookUp((begun.missing_ids ?? []).slice(0, request.max_results));
    }
    const page = await step.read();
    const mayLookUp = page.next_cursor === null && meter.calls < MOST_CALLS;
    const applied = await step.apply(page, { release: !mayLookUp });
    const missed = applied.missing_ids ?? [];
    return mayLookUp && missed.length > 0 ? await step.lookUp(missed) : step.answer();
  } catch (error) {
    throw await step.fail(error);
  }
}

/** The work of one call on a sync run, and its results so far. */
class Step {
  private readonly access: Access;
  private readonly sum = { synced: 0, fresh: 0, updated: 0, unchanged: 0, removed: 0 };
  private last: Applied | null = null;
  /** The page size that succeeded, if the platform reported in this step that a larger one is too heavy. */
  private bears: number | null = null;

  constructor(
    private readonly context: Context,
    private readonly platform: Platform,
    private readonly begun: Begun,
    private readonly request: SyncRequest,
    private readonly meter: Meter,
  ) {
    this.access = new Access(context, platform, begun);
  }

  /** Reads the page at the checkpoint, or the first page again when the position is lost or the list has changed. */
  async read(): Promise<Page> {
    const { cursor, page } = this.begun;
    const restarts = Number(cursor?.restarts ?? 0);
    try {
      return this.keepingRestarts(await this.readAt(cursor, page, restarts < MOST_RESTARTS), restarts);
    } catch (error) {
      const isLost = error instanceof PlatformFault && error.kind === "cursor_invalid";
      if (!isLost || cursor === null || restarts >= MOST_RESTARTS) throw error;
      this.context.log.info("the sync run begins again", {
        sync_id: this.begun.sync_id,
        reason: error.reason,
      });
    }
    return this.keepingRestarts(await this.readAt(null, null, false), restarts + 1);
  }

  private async readAt(cursor: Cursor | null, remembered: RememberedPage | null, may_restart: boolean) {
    const { account } = this;
    const { page_size, least_page_size = 1 } = this.platform;
    const { result, size, wanted } = await this.bearable(
      Math.min(this.request.max_results, page_size),
      least_page_size,
      (size, tokens) => this.platform.page(tokens, { account, cursor, size, remembered, may_restart }),
    );
    if (size < wanted) this.bears = size;
    return result;
  }

  /** Reads as much as allowed, or less when the platform reports, or has recently reported, that this is too heavy. */
  private async bearable<Result>(
    most: number,
    least: number,
    read: (size: number, tokens: Tokens) => Promise<Result>,
  ): Promise<Read<Result> & { wanted: number }> {
    const known = this.bears ?? this.begun.page_size ?? most;
    const wanted = Math.min(most, Math.max(known, least));
    const done = await lighter(wanted, least, (size) => this.access.use((tokens) => read(size, tokens)));
    return { ...done, wanted };
  }

  private get account(): KnownAccount {
    const { platform_account_id, account_details } = this.begun;
    return { platform_account_id, details: account_details ?? {} };
  }

  private keepingRestarts(page: Page, restarts: number): Page {
    if (restarts === 0 || page.next_cursor === null) return page;
    return { ...page, next_cursor: { ...page.next_cursor, restarts } };
  }

  /** Looks up items that the list did not contain: those that the platform still shows stay, the others are removed. */
  async lookUp(ids: string[]): Promise<SyncOutput> {
    const { account } = this;
    const most = Math.min(ids.length, this.platform.lookup_size);
    const { result } = await this.bearable(most, 1, async (size, tokens) => {
      const asked = ids.slice(0, size);
      const unread = new Set<string>();
      try {
        const items = await this.platform.lookup(tokens, asked, account, (id) => unread.add(id));
        return { asked, unread, items };
      } catch (error) {
        if (size > 1 || !isTooHeavy(error)) throw error;
        // A single item that is too heavy must not hold up all others.
        return { asked, unread: new Set(asked), items: [] };
      }
    });
    const { asked, unread } = result;
    const wanted = new Set(asked);
    const living = result.items.filter((item) => wanted.has(item.platform_content_id));
    if (unread.size > 0) {
      this.context.log.warn("items could not be read and stay as they are", { ids: [...unread] });
    }
    const page: Page = {
      cursor: MISSING,
      next_cursor: null,
      unchanged: false,
      etags: {},
      item_ids: asked,
      present_ids: [...living.map((item) => item.platform_content_id), ...unread],
      items: living,
      total: this.last?.total ?? null,
      account: null,
    };
    await this.apply(page, { release: true });
    return this.answer();
  }

  async apply(page: Page, { release }: { release: boolean }): Promise<Applied> {
    const { account, items, ...rest } = page;
    const applied = await this.context.admin.call("apply_sync_page", {
      p_sync_id: this.begun.sync_id,
      p_fence: this.begun.fence,
      p_page: { ...rest, page_size: this.bears },
      p_items: items,
      p_account: account,
      p_release: release,
      p_usage: this.usage(),
    }, Applied).catch((error) => {
      // This sync run has already read the next page, however long ago: all pages of a sync run are recorded.
      const isSeen = error instanceof DatabaseError && error.sqlstate === STANDS_STILL;
      throw isSeen ? standstill(this.platform.slug) : error;
    });
    this.last = applied;
    this.sum.synced += page.present_ids.length;
    this.sum.fresh += applied.new_items;
    this.sum.updated += applied.updated_items;
    this.sum.unchanged += applied.unchanged_items;
    this.sum.removed += applied.removed_items;
    return applied;
  }

  private usage(): JsonObject | null {
    return this.meter.take(this.platform, this.context.settings.of(PLATFORMS).PLATFORM_QUOTA_PAUSE_SECONDS);
  }

  answer(): SyncOutput {
    return {
      sync_id: this.begun.sync_id,
      synced_count: Math.min(this.sum.synced, this.request.max_results),
      new_items: this.sum.fresh,
      updated_items: this.sum.updated,
      unchanged_items: this.sum.unchanged,
      removed_items: this.sum.removed,
      has_more: !(this.last?.done ?? true),
      total_items: this.last?.total ?? null,
      items_seen: this.last?.items_seen ?? 0,
    };
  }

  /**
   * Returns the unit, records in the account what happened, and returns the problem for the caller. When another worker has taken
   * over the sync run, the fence makes this a no-op: sync run and unit are that worker's.
   */
  async fail(error: unknown): Promise<unknown> {
    const problem = problemOf(error, this.platform, "sync", this.context.now());
    const shown = toApiError(problem);
    this.meter.refuse(error);
    try {
      await this.context.admin.call("fail_sync", {
        p_sync_id: this.begun.sync_id,
        p_fence: this.begun.fence,
        p_code: shown.code,
        p_message: shown.code === "internal"
          ? "Something went wrong on our side; try again later"
          : shown.message,
        p_usage: this.usage(),
        // From the same position the list would stand still again; from the beginning there may be something new.
        p_begin_again: isStandstill(error),
      });
    } catch (failure) {
      // The lease expires automatically, and the next call continues without a new unit.
      this.context.log.error("a failed sync could not be recorded", {
        sync_id: this.begun.sync_id,
        error: failure,
      });
    }
    return problem;
  }
}
