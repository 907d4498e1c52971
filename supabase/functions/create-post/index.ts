/** POST /functions/v1/create-post: creates a draft or, with `publish_at` or `now`, a post to be published. */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { Checked, PostDetail, PostInput, PublishAt } from "../_shared/publishing/contract.ts";
import { savePost } from "../_shared/publishing/posts.ts";

export default endpoint({
  name: "create-post",
  summary: "Creates a post for several accounts, as a draft or to be published",
  method: "POST",
  auth: "user",
  rate: "user",
  idempotent: true,
  input: PostInput.extend({ publish_at: PublishAt.optional(), now: z.boolean().optional() }),
  example: {
    body: "The new episode is out",
    targets: [{ social_account_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001", kind: "text" }],
  },
  output: PostDetail.extend({ checked: Checked }),
  errors: ["not_found", "validation_failed"],
  async handle(context) {
    const { publish_at, now, ...post } = context.input;
    return await savePost(context, context.user.id, { post_id: null, version: null, post, publish_at, now });
  },
});
