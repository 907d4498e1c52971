/** What feeds take and answer, and how the two of them are read. */
import * as z from "zod";
import { Creator, Item } from "../discovery/contract.ts";
import { CURSOR_RULE, Instant, whole } from "../http/paging.ts";
import type { RequestContext } from "../http/contract.ts";
import { invalid } from "../http/endpoint.ts";
import { isTimeZone } from "../publishing/time.ts";

const Count = z.int().min(0);

/** Why an item is shown: a source that it is in, and its rank there. Below the list, where it is newest first, there is no rank. */
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
  /** The same for people, in English. */
  text: z.string(),
});

/** A place in a list: which list, and how far; or, below it, behind which item. */
const Id = z.guid().lowercase();
const Place = z.union([
  z.tuple([Id, z.string().regex(/^[0-9]{1,6}$/)]),
  z.tuple([Id, Instant, Id]),
]);

export const FeedInput = {
  limit: whole(1, 100).default(20),
  cursor: z.string().max(120).refine((text) => Place.safeParse(text.split("~")).success, CURSOR_RULE)
    .optional(),
  /** IANA name of the viewer's zone, for what is of today; else that of the viewer's settings, else UTC. */
  time_zone: z.string().max(60).refine(isTimeZone, "must be an IANA time zone such as Europe/Berlin")
    .optional(),
};

export const Feed = z.object({
  /** The best first; of any twenty from the first on, at most three are of one creator while there is anything else. */
  items: z.array(Item.extend({ is_today: z.boolean(), why: z.array(Why).min(1) })),
  next_cursor: z.string().nullable(),
  /** The viewer follows nobody and nothing yet. */
  is_cold_start: z.boolean(),
  /** The viewer's day. */
  today: z.string(),
  time_zone: z.string(),
  made_at: z.string(),
});

/** The feed of a creator says whose it is, and what the viewer has chosen. */
export const ProfileFeed = Feed.extend({
  creator: Creator,
  followers: Count,
  is_followed: z.boolean(),
  is_muted: z.boolean(),
});

/** What there is to follow or mute: one of them. */
export const Subject = {
  creator_id: z.uuid().optional(),
  category: z.string().regex(/^[a-z]{2,30}$/).optional(),
};

/** What was chosen, and the counts after it. */
export const Chosen = z.object({
  is_followed: z.boolean(),
  is_muted: z.boolean(),
  /** Of the creator; null where it is about something else. */
  followers: Count.nullable(),
  /** Creators and categories that the caller follows. */
  following: Count,
});

/** A list is good for so long, and shown while it is made anew. What must not be shown is asked at every read. */
const POLICY = { fresh_ms: 120_000, stale_ms: 300_000, error_ms: 600_000, soft_ms: 250, nearby_ms: 100 };

type Context = Pick<RequestContext, "admin" | "cached" | "user">;
type Input = { limit: number; cursor?: string | undefined; time_zone?: string | undefined };

/**
 * A page of a feed: the list from the cache, what it shows from the database.
 *
 * @param feed The key of the list in the cache, with the person in it where it is a person's; and how it is made.
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
    return await read(null) ?? invalid("/cursor", "the feed of this cursor is over: begin anew without one");
  }
  const make = () =>
    admin.call("make_feed", { p_user_id: feed.slug ? null : user?.id ?? null, p_slug: feed.slug }, z.uuid());
  const { value } = await cached({
    key: feed.key,
    schema: z.uuid(),
    compute: async () => ({ value: await make(), tags: feed.tags }),
    policy: POLICY,
  });
  // Lists are gone after a crash of the database, and what the cache remembers is not.
  const page = await read(value) ?? await read(await make());
  if (page === null) throw new Error("Cannot read the feed: the list that was just made is not there");
  return page;
}
