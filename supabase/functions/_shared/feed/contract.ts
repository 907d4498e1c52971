/** Inputs and outputs of feeds, and the function that reads both kinds. */
import * as z from "zod";
import { Creator, Item } from "../discovery/contract.ts";
import { CURSOR_RULE, Instant, whole } from "../http/paging.ts";
import type { RequestContext } from "../http/contract.ts";
import { invalid } from "../http/endpoint.ts";
import { isTimeZone } from "../publishing/time.ts";

const Count = z.int().min(0);

/** Why an item is shown: a source that contains it, and its rank there. Items below the ranked list, newest first, have no rank. */
const Why = z.object({
  source: z.enum([
    "followed_creator",
    "followed_category",
    "trending",
    "fresh",
    "pinned",
    "popular",
  ]),
  rank: z.int().min(1).nullable(),
  /** The reason as a sentence in English. */
  text: z.string(),
});

/** A position in a feed: the list and an offset in it, or, below the list, the item after which to continue. */
const Id = z.guid().lowercase();
const Place = z.union([
  z.tuple([Id, z.string().regex(/^[0-9]{1,6}$/)]),
  z.tuple([Id, Instant, Id]),
]);

export const FeedInput = {
  limit: whole(1, 100).default(20),
  cursor: z.string().max(120).refine((text) => Place.safeParse(text.split("~")).success, CURSOR_RULE)
    .optional(),
  /** IANA name of the viewer's time zone, which defines today; by default the one in the viewer's settings, else UTC. */
  time_zone: z.string().max(60).refine(isTimeZone, "must be an IANA time zone such as Europe/Berlin")
    .optional(),
};

export const Feed = z.object({
  /** Best first; each block of twenty has at most three items of one creator while other items are available. */
  items: z.array(Item.extend({ is_today: z.boolean(), why: z.array(Why).min(1) })),
  next_cursor: z.string().nullable(),
  /** The viewer does not follow any creator or category yet. */
  is_cold_start: z.boolean(),
  /** The current date in the viewer's time zone. */
  today: z.string(),
  time_zone: z.string(),
  made_at: z.string(),
});

/** The feed of one creator, with the creator and the viewer's choices about them. */
export const ProfileFeed = Feed.extend({
  creator: Creator,
  followers: Count,
  is_followed: z.boolean(),
  is_muted: z.boolean(),
});

/** The subject to follow or mute: exactly one of the two. */
export const Subject = {
  creator_id: z.uuid().optional(),
  category: z.string().regex(/^[a-z]{2,30}$/).optional(),
};

/** The resulting state, and the counts after the change. */
export const Chosen = z.object({
  is_followed: z.boolean(),
  is_muted: z.boolean(),
  /** Followers of the creator; null when the subject is a category. */
  followers: Count.nullable(),
  /** Number of creators and categories that the caller follows. */
  following: Count,
});

/** How long a list is fresh, and how long it is shown while it is rebuilt. Every read checks which items must not be shown. */
const POLICY = { fresh_ms: 120_000, stale_ms: 300_000, error_ms: 600_000, soft_ms: 250, nearby_ms: 100 };

type Context = Pick<RequestContext, "admin" | "cached" | "user">;
type Input = { limit: number; cursor?: string | undefined; time_zone?: string | undefined };

/**
 * Returns a page of a feed: the id of the list comes from the cache, the items come from the database.
 *
 * @param feed The cache key of the list, which includes the user id for a personal feed; its tags; and the creator's slug for a creator's feed.
 */
export async function readFeed<Schema extends z.ZodType>(
  { admin, cached, user }: Context,
  feed: { key: string; tags: string[]; slug?: string },
  { limit, cursor, time_zone }: Input,
  schema: Schema,
): Promise<z.output<Schema>> {
  const read = (p_snapshot_id: string | null) =>
    admin.call("read_feed", {
      p_snapshot_id,
      p_viewer_id: user?.id ?? null,
      p_cursor: cursor,
      p_limit: limit,
      p_time_zone: time_zone,
    }, schema.nullable());
  if (cursor !== undefined) {
    return await read(null) ??
      invalid("/cursor", "the feed of this cursor has expired: start again without a cursor");
  }
  const make = () =>
    admin.call("make_feed", { p_user_id: feed.slug ? null : user?.id ?? null, p_slug: feed.slug }, z.uuid());
  const { value } = await cached({
    key: feed.key,
    schema: z.uuid(),
    compute: async () => ({ value: await make(), tags: feed.tags }),
    policy: POLICY,
  });
  // A database crash deletes the lists, but the cache may still hold the id of one.
  const page = await read(value) ?? await read(await make());
  if (page === null) throw new Error("Cannot read the feed: the list that was just made does not exist");
  return page;
}
