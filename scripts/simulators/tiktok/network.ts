/** Generates TikTok's accounts and videos, and renders them as the API does. */
import type { TrueItem } from "../engine/accounts_admin.ts";
import { cut, type Post, type Poster, postNetwork } from "../engine/posts.ts";
import { words } from "../engine/provider.ts";
import { hash, mix } from "../engine/seeded.ts";

export const local_client = { key: "streamvibe-local-tiktok", secret: "local-tiktok-simulator" };

const longest_text = 150;

/** Ids are 64 bits: the second of posting, then the number in the account, then some bits of the account. */
export const tiktok_network = postNetwork({
  kinds: [["photo", 4], ["album", 6], ["video", 90]],
  longest_text,
  ids: {
    make: ({ key }, number, time) =>
      String(BigInt(Math.floor(time / 1_000)) << 32n | BigInt(number) << 12n | BigInt(mix(key) & 0xfff)),
    locate: (id) => /^\d{17,20}$/.test(id) ? { number: Number(BigInt(id) >> 12n & 0xfffffn) } : undefined,
  },
  accountId: (key) =>
    `_000${mix(key ^ 0x71c70c).toString(36).padStart(7, "0")}${hash(String(key)).toString(36)}`,
  account: (base) => base,
  defaults: [
    { name: "Harbour Lights", items: 65, seed: 65 },
    { name: "Kleine Werkstatt", items: 20, seed: 20 },
    { name: "Sobremesa", items: 21, seed: 21 },
    { name: "Nothing Yet", items: 0, seed: 3 },
  ],
});

export const user_fields: Readonly<Record<string, readonly string[]>> = {
  "user.info.basic": words("open_id union_id avatar_url avatar_url_100 avatar_large_url display_name"),
  "user.info.profile": words("bio_description profile_deep_link is_verified username"),
  "user.info.stats": words("follower_count following_count likes_count video_count"),
};

export function userOf(account: Poster, videos: number): Record<string, unknown> {
  const avatar = `https://p16-sign.tiktokcdn-us.com/avatar/${account.id}`;
  return {
    open_id: account.id,
    union_id: `union-${account.id}`,
    avatar_url: `${avatar}~c5_168x168.jpeg`,
    avatar_url_100: `${avatar}~c5_100x100.jpeg`,
    avatar_large_url: `${avatar}~c5_1080x1080.jpeg`,
    display_name: account.name,
    bio_description: account.bio,
    profile_deep_link: `https://vm.tiktok.com/${account.username}/`,
    is_verified: false,
    username: account.username,
    follower_count: account.followers,
    following_count: 12,
    likes_count: account.followers * 3,
    video_count: videos,
  };
}

export const video_fields = words(
  "id create_time cover_image_url share_url video_description duration height width title embed_html embed_link " +
    "like_count comment_count share_count view_count",
);

export function videoOf(post: Post, account: Poster, now: number): Record<string, unknown> {
  const isPhoto = post.kind !== "video";
  const caption = captionOf(post);
  return {
    id: post.id,
    create_time: Math.floor(Date.parse(post.created_at) / 1_000),
    cover_image_url: coverOf(post, now),
    share_url: `https://www.tiktok.com/@${account.username}/${isPhoto ? "photo" : "video"}/${post.id}` +
      "?utm_campaign=tt4d_open_api&utm_source=streamvibe-local-tiktok",
    video_description: caption,
    duration: post.duration_seconds ?? 0,
    height: isPhoto ? 1_350 : 1_024,
    width: isPhoto ? 1_080 : 576,
    title: post.luck < 0.75 ? caption : "",
    embed_html: `<blockquote class="tiktok-embed" data-video-id="${post.id}"></blockquote>`,
    embed_link: `https://www.tiktok.com/player/v1/${post.id}`,
    like_count: post.likes,
    comment_count: post.comments,
    share_count: post.shares,
    view_count: post.views,
  };
}

/** Returns a signed URL that expires after five to six hours; the signature changes once an hour. */
function coverOf(post: Post, now: number): string {
  const expires = Math.floor(now / 3_600_000) * 3_600 + 6 * 3_600;
  return `https://p16-sign.tiktokcdn-us.com/tos-useast5-p-0068-tx/${post.id}~tplv-noop.image` +
    `?x-expires=${expires}&x-signature=${hash(`${post.id} ${expires}`).toString(36)}`;
}

function captionOf(post: Post): string {
  return cut(post.text, longest_text);
}

/** A private video is in no list, not even its owner's. */
export function isListed(post: Post): boolean {
  return !post.deleted && !post.hidden;
}

export function truthOf(post: Post): TrueItem {
  const length = post.duration_seconds ?? 0;
  return {
    id: post.id,
    description: captionOf(post),
    content_type: post.kind !== "video" ? "carousel" : length > 180 ? "long_video" : "short_video",
    visibility: "public",
    deleted: !isListed(post),
    // The Display API does not report the pictures of a photo post.
    parts: [],
  };
}
