/** Generates Instagram's accounts and media, and renders them as the Graph API does. */
import { z } from "zod";
import type { TrueItem } from "../engine/accounts_admin.ts";
import {
  Count,
  new_poster,
  type Post,
  type Poster,
  poster_change,
  type PosterWish,
  postNetwork,
} from "../engine/posts.ts";
import { words } from "../engine/provider.ts";
import { hash, Seeded } from "../engine/seeded.ts";
import { free, graphTime, meta_change, type MetaState, signedUrl } from "../meta/graph.ts";

export interface Account extends Poster, MetaState {
  readonly account_type: AccountType;
}

const AccountType = z.enum(["BUSINESS", "MEDIA_CREATOR", "PERSONAL"]);
type AccountType = z.infer<typeof AccountType>;

interface Wish extends PosterWish {
  readonly account_type?: AccountType | undefined;
  readonly stories?: number | undefined;
}

export const instagram_wish = {
  ...new_poster,
  account_type: AccountType.optional(),
  stories: Count.max(100).optional(),
};
export const instagram_change = { ...poster_change, ...meta_change, account_type: AccountType };

const day = 86_400_000;

export const instagram_network = postNetwork<Account, Wish>({
  kinds: [["reel", 36], ["video", 4], ["album", 25], ["photo", 35]],
  longest_text: 2_200,
  ids: {
    make: ({ account_id }, number) => `179${account_id.slice(6)}${String(number).padStart(6, "0")}`,
    locate(id) {
      const [, tail, number] = /^179(\d{11})(\d{6})$/.exec(id) ?? [];
      return number === undefined ? undefined : { number: Number(number), account_id: `178414${tail}` };
    },
  },
  accountId: (key) => `178414${String(key).padStart(11, "0")}`,
  account: (base, { account_type }, chance) => ({
    ...base,
    ...free,
    account_type: account_type ?? chance.pick(["BUSINESS", "MEDIA_CREATOR"] as const),
  }),
  also: ({ stories = 0 }, now) =>
    Array.from({ length: stories }, (_, index) => ({
      kind: "story" as const,
      created_at: new Date(now - (stories - index) * 60_000).toISOString(),
    })),
  defaults: [
    { username: "harbourlights.studio", name: "Harbour Lights Studio", items: 120, stories: 2, seed: 11 },
    { username: "kettle_and_compass", name: "Kettle & Compass", items: 51, seed: 12 },
    { username: "starting.tomorrow", name: "Starting Tomorrow", items: 0, seed: 13 },
  ],
});

/** Returns the app-scoped id of an account. */
export function scopedId(account_id: string): string {
  return `2600${account_id.slice(6)}`;
}

/** A story expires a day after it was published; archived media are visible to nobody. */
export function isAlive(post: Post, now: number): boolean {
  return !post.hidden && !post.deleted && (post.kind !== "story" || now < Date.parse(post.created_at) + day);
}

interface Part {
  readonly id: string;
  readonly type: "IMAGE" | "VIDEO";
  readonly alt_text: string | undefined;
}

export function partsOf({ id, kind, parts }: Post): Part[] {
  if (kind !== "album") return [];
  return Array.from({ length: parts }, (_, index) => {
    const chance = new Seeded(hash(id), index);
    return {
      id: `180${String(hash(`${id} ${index}`)).padStart(10, "0")}${String(index).padStart(4, "0")}`,
      type: chance.chance(0.25) ? "VIDEO" : "IMAGE",
      alt_text: chance.chance(0.1) ? `Picture ${index + 1}` : undefined,
    };
  });
}

/** Returns null if the creator hides the count. */
export function likesOf({ likes, luck }: Post): number | null {
  return luck >= 0.05 && luck < 0.1 ? null : likes;
}

/** The fields of each of Meta's models that this simulator serves. */
export const instagram_fields = {
  IGUserForIGOnlyAPI: words(
    "id user_id username name account_type profile_picture_url followers_count follows_count media_count biography website",
  ),
  IGMediaForIGOnlyAPI: words(
    "id caption media_type media_product_type media_url thumbnail_url permalink shortcode timestamp username like_count " +
      "comments_count is_comment_enabled is_shared_to_feed alt_text owner",
  ),
};
/** The same with the edges that a call may request as fields, as `children{…}`. */
export const media_fields = [...instagram_fields.IGMediaForIGOnlyAPI, "children"];

const host = "scontent-sim1-1.cdninstagram.com";

export function userNode(account: Account, media_count: number, now: number): Record<string, unknown> {
  return {
    id: scopedId(account.id),
    user_id: account.id,
    username: account.username,
    name: account.name,
    account_type: account.account_type,
    profile_picture_url: signedUrl(host, `t51.2885-19/${account.id}_a.jpg`, now),
    followers_count: account.followers,
    follows_count: 12,
    media_count,
    biography: account.bio,
    website: "https://example.com/",
  };
}

export function mediaNode(account: Account, post: Post, now: number): Record<string, unknown> {
  const isVideo = post.kind === "video" || post.kind === "reel";
  const isStory = post.kind === "story";
  const shortcode = `C${BigInt(post.id).toString(36)}`;
  const picture = signedUrl(host, `t51.29350-15/${post.id}_n.jpg`, now);
  const parts = partsOf(post);
  // Flagged for copyright: the medium has no URL.
  const isFlagged = post.extra.flagged ?? (isVideo && post.luck < 0.05);
  const alt_text = post.extra.alt_text ??
    (hash(post.id) % 5 === 0 ? "A table by the window, seen from above" : undefined);
  return {
    id: post.id,
    caption: post.text === "" ? undefined : post.text,
    media_type: isVideo ? "VIDEO" : post.kind === "album" ? "CAROUSEL_ALBUM" : "IMAGE",
    media_product_type: isStory ? "STORY" : post.kind === "reel" ? "REELS" : "FEED",
    media_url: isFlagged
      ? undefined
      : isVideo
      ? signedUrl(host, `t66.30100-16/${post.id}_n.mp4`, now)
      : picture,
    thumbnail_url: isVideo ? picture : undefined,
    permalink: isStory
      ? `https://www.instagram.com/stories/${account.username}/${post.id}`
      : `https://www.instagram.com/${post.kind === "reel" ? "reel" : "p"}/${shortcode}/`,
    shortcode,
    timestamp: graphTime(Date.parse(post.created_at)),
    username: account.username,
    like_count: likesOf(post) ?? undefined,
    comments_count: post.comments,
    is_comment_enabled: true,
    is_shared_to_feed: post.kind === "reel" ? true : undefined,
    alt_text,
    owner: { id: scopedId(account.id) },
    children: parts.length === 0 ? undefined : { data: parts.map((part) => partNode(post, part, now)) },
  };
}

function partNode(post: Post, { id, type, alt_text }: Part, now: number): Record<string, unknown> {
  const picture = signedUrl(host, `t51.29350-15/${id}_n.jpg`, now);
  return {
    id,
    media_type: type,
    media_url: type === "VIDEO" ? signedUrl(host, `t66.30100-16/${id}_n.mp4`, now) : picture,
    thumbnail_url: type === "VIDEO" ? picture : undefined,
    permalink: `https://www.instagram.com/p/C${BigInt(id).toString(36)}/`,
    timestamp: graphTime(Date.parse(post.created_at)),
    alt_text,
  };
}

const content_types: Partial<Record<Post["kind"], string>> = {
  story: "story",
  photo: "image",
  album: "carousel",
  reel: "reel",
  video: "short_video",
};

export function truthOf(post: Post, now: number): TrueItem {
  return {
    id: post.id,
    description: post.text,
    content_type: content_types[post.kind] ?? "image",
    visibility: "public",
    deleted: !isAlive(post, now),
    likes: likesOf(post),
    comments: post.comments,
    views: post.views,
    shares: post.shares,
    parts: partsOf(post).map(({ id }) => id),
  };
}
