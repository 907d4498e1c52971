/** POST /functions/v1/publish-post: publishes a draft, now or at a given time. All reasons against it are returned together, before anything is sent. */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { PostDetail, PublishAt, publishTime } from "../_shared/publishing/contract.ts";
import { checkStored, readPost, schedulePost } from "../_shared/publishing/posts.ts";
import { refuseUnready } from "../_shared/publishing/validate.ts";

export default endpoint({
  name: "publish-post",
  summary: "Publishes a post, now or at a given time",
  method: "POST",
  auth: "user",
  rate: "user",
  idempotent: true,
  input: z.strictObject({
    post_id: z.uuid(),
    /** Default: now. */
    publish_at: PublishAt.optional(),
    time_zone: z.string().max(60).optional(),
  }),
  example: { post_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0002", publish_at: "2026-12-24T09:00" },
  output: PostDetail,
  errors: ["not_found", "conflict", "validation_failed"],
  async handle(context) {
    const { post_id, publish_at, time_zone } = context.input;
    const stored = await readPost(context, context.user.id, post_id);
    const at = publishTime({ publish_at, time_zone: time_zone ?? stored.time_zone }, context.now());
    refuseUnready(await checkStored(context, context.user.id, stored, false));
    // Schedules exactly the version that was checked; a concurrent edit makes this fail.
    await schedulePost(context, context.user.id, stored, at);
    return await readPost(context, context.user.id, post_id);
  },
});
