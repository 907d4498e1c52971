/** GET /functions/v1/get-post: returns a post, its result on each account, and every call that was made for it. */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { PostDetail } from "../_shared/publishing/contract.ts";
import { readPost } from "../_shared/publishing/posts.ts";

export default endpoint({
  name: "get-post",
  summary: "Returns a post and its result on each account",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({ post_id: z.uuid() }),
  example: { post_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0002" },
  output: PostDetail,
  errors: ["not_found"],
  handle: (context) => readPost(context, context.user.id, context.input.post_id),
});
