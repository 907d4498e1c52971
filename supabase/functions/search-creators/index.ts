/** GET /functions/v1/search-creators: searches public creators by name, slug and @handle, including similar names. */
import * as z from "zod";
import { Category, ListedCreator, PUBLIC_CACHE } from "../_shared/discovery/contract.ts";
import { pagesOf, Paging } from "../_shared/http/paging.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

const pages = pagesOf(
  { results: z.array(ListedCreator), total_count: z.int().min(0) },
  z.strictObject({ score: z.number(), id: z.uuid() }),
);

export default endpoint({
  name: "search-creators",
  summary: "Searches public creators",
  method: "GET",
  auth: "none",
  rate: "public_read",
  cache: PUBLIC_CACHE,
  input: z.strictObject({
    q: z.string().min(1).max(200),
    category: Category.optional(),
    limit: Paging.limit,
    cursor: Paging.cursor,
  }),
  example: { q: "tech", limit: 10 },
  output: pages.output,
  async handle({ input, admin }) {
    const after = pages.after(input.cursor);
    const found = await admin.call("search_creators", {
      p_query: input.q,
      p_category: input.category,
      p_limit: input.limit,
      p_after_score: after?.score,
      p_after_id: after?.id,
    }, pages.found);
    return pages.answer(found);
  },
});
