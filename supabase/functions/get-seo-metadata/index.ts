/**
 * GET /functions/v1/get-seo-metadata — what the head of an item's page (`content_id`) or a creator's (`slug`) says to search engines and
 * social networks. `html` has it all as tags that can be pasted; in what is embedded as JSON by hand every `<` must be escaped, as there.
 */
import * as z from "zod";
import { PUBLIC_CACHE } from "../_shared/discovery/contract.ts";
import { ApiError, endpoint, invalid } from "../_shared/http/endpoint.ts";
import { creatorHead, itemHead } from "../_shared/seo/head.ts";
import { SeoCreator, SeoItem } from "../_shared/seo/page_facts.ts";
import { siteOf } from "../_shared/seo/site.ts";

const Tags = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

export default endpoint({
  name: "get-seo-metadata",
  summary: "The head tags of a public item's or creator's page",
  method: "GET",
  auth: "none",
  rate: "public_read",
  cache: {
    ...PUBLIC_CACHE,
    tags: (input) => {
      const { content_id } = input as { content_id?: string };
      return ["public", ...(content_id ? [`item:${content_id}`] : [])];
    },
  },
  input: z.strictObject({ content_id: z.uuid().optional(), slug: z.string().min(1).max(200).optional() }),
  example: { content_id: "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11" },
  output: z.object({
    title: z.string(),
    /** At most 160 characters, cut after a word. */
    description: z.string(),
    canonical_url: z.url(),
    /** Open Graph, in the order in which the tags are to stand. */
    og_tags: Tags,
    twitter_tags: Tags,
    /** One document a script (`application/ld+json`): what the page is about, and where it stands. */
    json_ld: z.array(z.looseObject({ "@context": z.literal("https://schema.org"), "@type": z.string() })),
    /** All of it as tags for the head, escaped. */
    html: z.string(),
  }),
  errors: ["not_found", "unavailable"],
  async handle({ input, admin, settings, now }) {
    const urls = siteOf(settings);
    if ((input.content_id === undefined) === (input.slug === undefined)) {
      invalid("/content_id", "one of content_id and slug is needed, and only one");
    }
    if (input.content_id !== undefined) {
      const item = await admin.call("get_seo_item", { p_id: input.content_id }, SeoItem.nullable());
      if (item) return itemHead(item, urls, now());
      throw new ApiError("not_found", `Cannot find the item: none with id ${input.content_id} is public`);
    }
    const creator = await admin.call("get_seo_creator", { p_slug: input.slug ?? "" }, SeoCreator.nullable());
    if (creator) return creatorHead(creator, urls, now());
    throw new ApiError("not_found", `Cannot find the creator: none with slug ${input.slug} is public`);
  },
});
