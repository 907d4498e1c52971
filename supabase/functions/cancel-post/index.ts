/** POST /functions/v1/cancel-post: cancels a post on every account to which it has not been sent yet. */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { PostDetail } from "../_shared/publishing/contract.ts";
import { readPost } from "../_shared/publishing/posts.ts";

const Count = z.int().min(0);

export default endpoint({
  name: "cancel-post",
  summary: "Cancels a post on the accounts to which it has not been sent",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({ post_id: z.uuid() }),
  example: { post_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0002" },
  output: PostDetail.extend({ cancelled: Count, too_late: Count }),
  errors: ["not_found"],
  async handle(context) {
    const { post_id } = context.input;
    const counts = await context.admin.call(
      "cancel_post",
      { p_user_id: context.user.id, p_post_id: post_id },
      z.object({ cancelled: Count, too_late: Count }),
    );
    return { ...await readPost(context, context.user.id, post_id), ...counts };
  },
});
