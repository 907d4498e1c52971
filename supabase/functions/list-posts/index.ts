/** GET /functions/v1/list-posts: the caller's posts, newest first. */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { PostSummary } from "../_shared/publishing/contract.ts";

export default endpoint({
  name: "list-posts",
  summary: "The caller's posts, newest first",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({
    status: PostSummary.shape.status.optional(),
    /** Of the last one seen, `created_at`. */
    before: z.iso.datetime({ offset: true }).optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  example: { limit: 20 },
  output: z.object({ posts: z.array(PostSummary), next_before: z.string().nullable() }),
  async handle({ admin, input, user }) {
    const posts = await admin.call("list_posts", {
      p_user_id: user.id,
      p_status: input.status ?? null,
      p_before: input.before ?? null,
      p_limit: input.limit,
    }, z.array(PostSummary));
    return { posts, next_before: posts.length === input.limit ? posts.at(-1)?.created_at ?? null : null };
  },
});
