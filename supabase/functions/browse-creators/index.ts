/** GET /functions/v1/browse-creators: lists public creators, most followed first. The first page also has the creators that moderators feature. */
import * as z from "zod";
import { Category, Creator, ListedCreator, PUBLIC_CACHE, Total } from "../_shared/discovery/contract.ts";
import { pagesOf, Paging } from "../_shared/http/paging.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

const pages = pagesOf({
  creators: z.array(ListedCreator),
  featured: z.array(Creator.extend({ reason: z.string().nullable(), ends_at: z.string().nullable() })),
  ...Total,
}, z.strictObject({ followers: z.int().min(0), id: z.uuid() }));

export default endpoint({
  name: "browse-creators",
  summary: "Lists public creators",
  method: "GET",
  auth: "none",
  rate: "public_read",
  cache: PUBLIC_CACHE,
  input: z.strictObject({ category: Category.optional(), ...Paging }),
  example: { category: "tech", limit: 10 },
  output: pages.output,
  async handle({ input, admin }) {
    const after = pages.after(input.cursor);
    const found = await admin.call("browse_creators", {
      p_category: input.category,
      p_limit: input.limit,
      p_offset: input.offset,
      p_after_followers: after?.followers,
      p_after_id: after?.id,
    }, pages.found);
    return pages.answer(found);
  },
});
