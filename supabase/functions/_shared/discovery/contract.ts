/** Inputs and outputs of the public discovery functions. */
import * as z from "zod";
import type { CachePolicy } from "../http/cache_policy.ts";
import { Instant, whole } from "../http/paging.ts";
import { PLATFORM_SLUGS } from "../platforms/platform.ts";
import { Category } from "../profile/categories.ts";

const Count = z.int().min(0);
/** A time as PostgreSQL writes it, in microseconds. A JavaScript Date would lose the precision that page cursors need. */
const Time = z.string();

export { Category };
export const PlatformName = z.enum(PLATFORM_SLUGS);

const Seconds = whole(0, 999_999);

/** Filters of item lists, besides the category. */
export const ContentFilters = {
  platform: PlatformName.optional(),
  content_type: z.string().regex(/^[a-z_]{1,40}$/).optional(),
  /** BCP 47; `pt` also matches `pt-BR`. */
  language: z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/).max(35).optional(),
  published_since: Instant.optional(),
  published_until: Instant.optional(),
  min_duration: Seconds.optional(),
  max_duration: Seconds.optional(),
};

/** Converts a category and these filters to the arguments of the SQL functions. */
export function filterArguments(
  input: z.output<z.ZodObject<typeof ContentFilters & { category: z.ZodOptional<typeof Category> }>>,
) {
  return {
    p_category: input.category,
    p_platform: input.platform,
    p_content_type: input.content_type,
    p_language: input.language,
    p_published_since: input.published_since,
    p_published_until: input.published_until,
    p_min_duration: input.min_duration,
    p_max_duration: input.max_duration,
  };
}

export const Creator = z.object({
  id: z.uuid(),
  slug: z.string().nullable(),
  display_name: z.string().nullable(),
  avatar_url: z.string().nullable(),
  category: z.string().nullable(),
  is_verified: z.boolean(),
});

/** A creator in lists of creators. */
export const ListedCreator = Creator.extend({
  bio: z.string().nullable(),
  total_followers: Count,
  item_count: Count,
});

/** An item in lists. */
export const Item = z.object({
  id: z.uuid(),
  platform: z.string(),
  content_type: z.string(),
  title: z.string(),
  /** At most 300 characters in lists. */
  description: z.string(),
  thumbnail_url: z.string().nullable(),
  permalink: z.string().nullable(),
  category: z.string().nullable(),
  language: z.string().nullable(),
  duration_seconds: Count.nullable(),
  hashtags: z.array(z.string()),
  views_count: Count,
  likes_count: Count,
  comments_count: Count,
  total_clicks: Count,
  published_at: Time,
  creator: Creator,
});

/** An item on its own page. */
export const ItemDetail = Item.extend({
  tags: z.array(z.string()),
  shares_count: Count,
  /** Source of the category: creator, ai, platform, tags or profile. */
  category_source: z.string().nullable(),
  updated_at: Time,
  media: z.array(z.object({
    position: Count,
    kind: z.enum(["image", "video", "gif"]),
    url: z.string().nullable(),
    thumbnail_url: z.string().nullable(),
    width: Count.nullable(),
    height: Count.nullable(),
    duration_seconds: Count.nullable(),
    alt_text: z.string().nullable(),
  })),
});

/** Total number of results: exact up to 10,000, an estimate above. */
export const Total = { total_count: Count, total_is_estimate: z.boolean() };

/**
 * How long public reads may be cached, in seconds. Content that is no longer public disappears within five seconds: within a tenth of a
 * second from our cache, which triggers invalidate, and within four seconds from other caches.
 */
export const PUBLIC_CACHE = {
  max_age: 1,
  stale_while_revalidate: 3,
  tags: () => ["public"],
} satisfies CachePolicy;

/** The same for the page of one item (`{ id }`), which shows clicks and edits immediately. */
export const ITEM_CACHE = {
  ...PUBLIC_CACHE,
  tags: (input) => ["public", `item:${(input as { id: string }).id}`],
  is_exact: true,
} satisfies CachePolicy;
