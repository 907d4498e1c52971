/**
 * GET /functions/v1/browse-content: lists public items of all creators, newest first, with optional filters. For text search, use
 * search-content; for the fastest-growing items, get-trending.
 */
import * as z from "zod";
import {
  Category,
  ContentFilters,
  filterArguments,
  Item,
  PUBLIC_CACHE,
  Total,
} from "../_shared/discovery/contract.ts";
import { Instant, pagesOf, Paging } from "../_shared/http/paging.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

const pages = pagesOf(
  { content_items: z.array(Item), ...Total },
  z.strictObject({ at: Instant, id: z.uuid() }),
);

export default endpoint({
  name: "browse-content",
  summary: "Lists public items, newest first",
  method: "GET",
  auth: "none",
  rate: "public_read",
  cache: PUBLIC_CACHE,
  input: z.strictObject({
    category: Category.optional(),
    /** A creator's slug. */
    creator: z.string().max(100).optional(),
    ...ContentFilters,
    ...Paging,
  }),
  example: { category: "gaming", limit: 10 },
  output: pages.output,
  async handle({ input, admin }) {
    const after = pages.after(input.cursor);
    const found = await admin.call("browse_content", {
      ...filterArguments(input),
      p_creator: input.creator,
      p_limit: input.limit,
      p_offset: input.offset,
      p_after_at: after?.at,
      p_after_id: after?.id,
    }, pages.found);
    return pages.answer(found);
  },
});
