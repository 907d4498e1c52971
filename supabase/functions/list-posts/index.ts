/** GET /functions/v1/list-posts: lists the caller's posts, newest first. */
import * as z from "zod";
import { Instant, pagesOf, Paging } from "../_shared/http/paging.ts";
import { endpoint } from "../_shared/http/endpoint.ts";
import { PostSummary } from "../_shared/publishing/contract.ts";

const pages = pagesOf(
  { posts: z.array(PostSummary) },
  z.strictObject({ at: Instant, id: z.uuid() }),
);

export default endpoint({
  name: "list-posts",
  summary: "Lists the caller's posts, newest first",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({
    status: PostSummary.shape.status.optional(),
    limit: Paging.limit,
    cursor: Paging.cursor,
  }),
  example: { limit: 20 },
  output: pages.output,
  async handle({ admin, input, user }) {
    const after = pages.after(input.cursor);
    const found = await admin.call("list_posts", {
      p_user_id: user.id,
      p_status: input.status,
      p_limit: input.limit,
      p_after_at: after?.at,
      p_after_id: after?.id,
    }, pages.found);
    return pages.answer(found);
  },
});
