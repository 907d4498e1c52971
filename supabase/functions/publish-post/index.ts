/** POST /functions/v1/publish-post: a draft goes out, now or at a time. Every reason against it is told at once, before anything is sent. */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { PostDetail, PublishAt, publishTime } from "../_shared/publishing/contract.ts";
import { checkStored, readPost, schedulePost } from "../_shared/publishing/posts.ts";
import { refuseUnready } from "../_shared/publishing/validate.ts";

export default endpoint({
  name: "publish-post",
  summary: "Publishes a post, now or at a time",
  method: "POST",
  auth: "user",
  rate: "user",
  idempotent: true,
  input: z.strictObject({
    post_id: z.uuid(),
    /** Left out: now. */
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
    // What was checked goes out, and nothing that was edited meanwhile.
    await schedulePost(context, context.user.id, stored, at);
    return await readPost(context, context.user.id, post_id);
  },
});
