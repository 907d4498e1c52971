/**
 * GET /functions/v1/get-seo-metadata: returns what the head of an item's page (`content_id`) or a creator's page (`slug`) states for search
 * engines and social networks. `html` has all of it as tags to paste; if you embed the JSON yourself, escape every `<` as `html` does.
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
  summary: "Returns the head tags of a public item's or creator's page",
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
    /** Open Graph tags, in output order. */
    og_tags: Tags,
    twitter_tags: Tags,
    /** One document per script (`application/ld+json`): the subject of the page, and its breadcrumbs. */
    json_ld: z.array(z.looseObject({ "@context": z.literal("https://schema.org"), "@type": z.string() })),
    /** All of the above as escaped tags for the head. */
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
