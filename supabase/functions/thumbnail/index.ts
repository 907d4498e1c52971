/** GET /functions/v1/thumbnail: redirects to the current URL of an item's picture. Its own URL, for sitemaps and cards, outlives the platform's URLs. */
import * as z from "zod";
import { ITEM_CACHE } from "../_shared/discovery/contract.ts";
import { endpoint, Reply } from "../_shared/http/endpoint.ts";
import { currentThumbnail } from "../_shared/seo/thumbnail.ts";

export default endpoint({
  name: "thumbnail",
  summary: "Redirects to the picture of a public item",
  method: "GET",
  auth: "none",
  rate: "crawl",
  cache: ITEM_CACHE,
  input: z.strictObject({ id: z.uuid() }),
  example: { id: "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11" },
  output: z.string(),
  produces: "text/plain; charset=utf-8",
  also_answers: [302],
  errors: ["not_found", "unavailable"],
  async handle(context) {
    const location = await currentThumbnail(context, context.input.id);
    return new Reply(`${location}\n`, { status: 302, headers: { location } });
  },
});
