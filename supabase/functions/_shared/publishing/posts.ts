/** Writing, scheduling and reading posts, shared by several functions. */
import * as z from "zod";
import type { Context } from "../context.ts";
import { DatabaseError } from "../errors.ts";
import { type Checked, PostDetail, type PostInput, publishTime } from "./contract.ts";
import { readKnown, refuseUnready, validatePost } from "./validate.ts";

interface Wish {
  post_id: string | null;
  version: number | null;
  post: PostInput;
  publish_at?: string | undefined;
  now?: boolean | undefined;
}

/** Saves a draft or a post to publish. If a platform would refuse a post to publish, nothing is saved or scheduled. */
export async function savePost(context: Context, user_id: string, wish: Wish) {
  const { post } = wish;
  const known = await readKnown(context, user_id, post);
  const time_zone = post.time_zone ?? known.time_zone;
  const at = publishTime({ ...wish, time_zone }, context.now());
  const checked = await validatePost(context, user_id, post, known, { asks: false });
  if (at !== null) refuseUnready(checked);
  const post_id = await context.admin.call("save_post", {
    p_user_id: user_id,
    p_post_id: wish.post_id,
    p_version: wish.version,
    p_post: { title: post.title, body: post.body, media_ids: post.media_ids, time_zone },
    p_targets: post.targets,
    // Saved in the same transaction, so that no worker sees the new texts with the old time, or vice versa.
    p_publish_at: wish.now ? "-infinity" : at?.toISOString() ?? null,
    p_is_ready: checked.is_ready,
  }, z.uuid()).catch((error) => {
    // The post is already scheduled and stays as it was; the error lists the objections.
    if (error instanceof DatabaseError && error.sqlstate === "SVG01") refuseUnready(checked);
    throw error;
  });
  if (at !== null) await enqueueDue(context, at);
  return { ...await readPost(context, user_id, post_id), checked };
}

/** Schedules a stored post. @param at Null: publish now. */
export async function schedulePost(
  context: Context,
  user_id: string,
  { post_id, version }: { post_id: string; version: number },
  at: Date | null,
): Promise<void> {
  await context.admin.call("schedule_post", {
    p_user_id: user_id,
    p_post_id: post_id,
    p_publish_at: at?.toISOString() ?? null,
    p_version: version,
  });
  await enqueueDue(context, at);
}

/** Enqueues a post that is due immediately, so that it does not wait for the next second or for cron. */
async function enqueueDue(context: Context, at: Date | null): Promise<void> {
  if (at === null || at <= context.now()) await context.admin.call("enqueue_due_posts", {});
}

export async function readPost(context: Context, user_id: string | null, post_id: string) {
  return await context.admin.call("read_post", { p_user_id: user_id, p_post_id: post_id }, PostDetail);
}

/** Validates a stored post as if it were submitted now. */
export async function checkStored(
  context: Context,
  user_id: string,
  stored: z.output<typeof PostDetail>,
  asks: boolean,
): Promise<Checked> {
  const post = postOf(stored);
  return await validatePost(context, user_id, post, await readKnown(context, user_id, post), { asks });
}

export function postOf(stored: z.output<typeof PostDetail>): PostInput {
  return {
    title: stored.title,
    body: stored.body,
    media_ids: stored.media_ids,
    time_zone: stored.time_zone,
    targets: stored.targets.filter(({ status }) => status !== "cancelled").map((target) => ({
      social_account_id: target.social_account_id,
      kind: target.kind as PostInput["targets"][number]["kind"],
      title: target.title ?? undefined,
      body: target.body ?? undefined,
      media_ids: target.media_ids ?? undefined,
      options: target.options as PostInput["targets"][number]["options"],
    })),
  };
}
