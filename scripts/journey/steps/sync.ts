import { z } from "zod";
import { call } from "../functions.ts";
import { expect, known, must, type Step } from "../journey.ts";
import { publishedVideos } from "../simulated_youtube.ts";

/** The response of every sync function. */
export const Page = z.object({
  sync_id: z.uuid(),
  new_items: z.number(),
  has_more: z.boolean(),
  items_seen: z.number(),
  /** Null if the platform does not report it. */
  total_items: z.number().nullable(),
});

/** Syncs the whole library in calls of 50, and compares it with the channel. */
export const sync: Step = {
  name: "Sync the library",
  async run(journey, progress) {
    const { app, stack } = journey;
    const social_account_id = known(journey.social_account_id, "a connected account");
    const { channel_id } = known(journey.channel, "a channel");
    let page = await call(journey, "sync-youtube", { social_account_id, max_results: 50 }, Page);
    let [stored, calls] = [page.new_items, 1];
    progress.update(page.items_seen, page.total_items ?? page.items_seen);
    for (; page.has_more; calls++) {
      page = await call(journey, "sync-youtube", { social_account_id, sync_id: page.sync_id }, Page);
      stored += page.new_items;
      progress.update(page.items_seen, page.total_items ?? page.items_seen);
    }
    const videos = await publishedVideos(stack, channel_id);
    const newest = await app.from("content_item").select("title", { count: "exact" })
      .eq("social_account_id", social_account_id).is("deleted_at", null)
      .order("published_at", { ascending: false }).limit(1);
    const [item] = await must("read the library", Promise.resolve(newest));
    expect(
      stored === videos.length && newest.count === videos.length,
      `Cannot trust the sync: the channel has ${videos.length} videos, the library ${newest.count}`,
    );
    return `${stored} videos in ${calls} calls, the newest: “${item?.title}”`;
  },
};
