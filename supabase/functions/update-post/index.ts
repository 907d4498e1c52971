/** POST /functions/v1/update-post: replaces a draft or a scheduled post; a post that is being published, or is published, cannot be edited. */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { Checked, PostDetail, PostInput, PublishAt } from "../_shared/publishing/contract.ts";
import { savePost } from "../_shared/publishing/posts.ts";

export default endpoint({
  name: "update-post",
  summary: "Replaces a draft or a scheduled post",
  method: "POST",
  auth: "user",
  rate: "user",
  idempotent: true,
  input: PostInput.extend({
    post_id: z.uuid(),
    /** The version that was read; the update is refused if the post was edited since. */
    version: z.int().min(1).optional(),
    publish_at: PublishAt.optional(),
    now: z.boolean().optional(),
  }),
  example: {
    post_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0002",
    version: 1,
    body: "The new episode is out today",
    targets: [{ social_account_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001", kind: "text" }],
  },
  output: PostDetail.extend({ checked: Checked }),
  errors: ["not_found", "conflict", "validation_failed"],
  async handle(context) {
    const { post_id, version = null, publish_at, now, ...post } = context.input;
    return await savePost(context, context.user.id, { post_id, version, post, publish_at, now });
  },
});
