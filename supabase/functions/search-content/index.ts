/**
 * GET /functions/v1/search-content: searches the text of public items, with "phrases", -exclusions, #tags, the word being typed, typos and scripts
 * without spaces. `next_cursor` is null after the last of the best candidates; a search does not go beyond them.
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

const Counts = z.record(z.string(), z.int().min(0));
const pages = pagesOf({
  results: z.array(Item.extend({
    /** HTML: escaped, with matches in `<mark>`. */
    title_html: z.string(),
    snippet_html: z.string(),
  })),
  ...Total,
  /** A corrected query that was searched too, because few items were found. */
  did_you_mean: z.string().nullable(),
  /** Counts of the first 10,000 matches by category, platform and type; null unless requested. */
  facets: z.object({ category: Counts, platform: Counts, content_type: Counts }).nullable(),
}, z.strictObject({ score: z.number(), id: z.uuid(), now: Instant }));

export default endpoint({
  name: "search-content",
  summary: "Searches public items",
  method: "GET",
  auth: "none",
  rate: "public_read",
  cache: PUBLIC_CACHE,
  input: z.strictObject({
    q: z.string().min(1).max(500),
    category: Category.optional(),
    ...ContentFilters,
    facets: z.enum(["true", "false"]).default("false"),
    limit: Paging.limit,
    cursor: Paging.cursor,
  }),
  example: { q: "minecraft castle", limit: 10 },
  output: pages.output,
  async handle({ input, admin }) {
    const after = pages.after(input.cursor);
    const found = await admin.call("search_content", {
      p_query: input.q,
      ...filterArguments(input),
      p_facets: input.facets === "true",
      p_limit: input.limit,
      p_after_score: after?.score,
      p_after_id: after?.id,
      p_now: after?.now,
    }, pages.found);
    return pages.answer(found);
  },
});
