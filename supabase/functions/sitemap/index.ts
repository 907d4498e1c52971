/**
 * GET /functions/v1/sitemap: returns the sitemap's index, or one of its pages (`page`). Pages are rendered and compressed in advance, in parts; a
 * part that contains something no longer public is rendered again before its page is served.
 */
import * as z from "zod";
import { ApiError, endpoint } from "../_shared/http/endpoint.ts";
import { PUBLIC_CACHE } from "../_shared/discovery/contract.ts";
import { whole } from "../_shared/http/paging.ts";
import { cacheControl, entityTag, matches } from "../_shared/http/cache_policy.ts";
import { fileAnswer, knownTags } from "../_shared/http/file_answer.ts";
import { index, page } from "../_shared/seo/sitemap_pages.ts";

const XML = "application/xml; charset=utf-8";

export default endpoint({
  name: "sitemap",
  summary: "Returns the sitemap of the public site: its index, or one page",
  method: "GET",
  auth: "none",
  rate: "crawl",
  input: z.strictObject({
    /** The page number, as in the page's URL in the index. */
    page: whole(1, 999_999_999).optional(),
  }),
  example: { page: "1" },
  output: z.string(),
  produces: XML,
  also_answers: [304],
  errors: ["not_found"],
  async handle(context) {
    const { input, request } = context;
    if (input.page !== undefined) {
      const found = await page(context, input.page, knownTags(request));
      if (!found) {
        throw new ApiError("not_found", `Cannot find page ${input.page} of the sitemap: there is none`);
      }
      return fileAnswer(request, { type: XML, ...found }, PUBLIC_CACHE);
    }
    const text = await index(context);
    const headers = { "cache-control": cacheControl(PUBLIC_CACHE), etag: await entityTag(text) };
    return matches(request.headers.get("if-none-match"), headers.etag)
      ? new Response(null, { status: 304, headers })
      : new Response(text, { headers: { ...headers, "content-type": XML } });
  },
});
