/** Renders posts, users and media as API v2 does, with the old names (tweet) or the new ones (post). */
import type { Post, Poster } from "../engine/posts.ts";
import { pick, words } from "../engine/provider.ts";
import { hash } from "../engine/seeded.ts";
import { articleTitle, contentOf, linkIn, mediaKeys, specialOf, versionsOf } from "./network.ts";

export type Naming = "tweet" | "post";

const longest_short_text = 280;

export const user_fields = words(
  "confirmed_email connection_status created_at description entities id is_identity_verified location name parody " +
    "profile_banner_url profile_image_url protected public_metrics receives_your_dm subscribes_to_you subscription " +
    "subscription_type url username verified verified_followers_count verified_type withheld",
);

export function userOf(account: Poster, posts: number, fields: readonly string[], naming: Naming) {
  const user: Record<string, unknown> = {
    created_at: account.created_at,
    description: account.bio,
    profile_image_url: `https://pbs.twimg.com/profile_images/${account.id}/picture_normal.jpg`,
    protected: account.closed,
    public_metrics: {
      followers_count: account.followers,
      following_count: 12,
      listed_count: 1,
      [`${naming}_count`]: posts,
    },
    verified: false,
  };
  return { id: account.id, name: account.name, username: account.username, ...pick(user, fields) };
}

const shared_post_fields =
  "article attachments card_uri community_id context_annotations conversation_id created_at " +
  "display_text_range edit_controls entities geo id lang non_public_metrics organic_metrics paid_partnership " +
  "possibly_sensitive promoted_metrics public_metrics reply_settings scopes source text withheld ";
export const post_fields: Readonly<Record<Naming, readonly string[]>> = {
  tweet: words(
    `${shared_post_fields} author_id in_reply_to_user_id referenced_tweets note_tweet edit_history_tweet_ids`,
  ),
  post: words(`${shared_post_fields} article_title matched_media_notes media_metadata note_post`),
};

/** `version` is the requested id; an older version of an edited post has its older text. */
export function postOf(post: Post, version: string, fields: readonly string[], naming: Naming) {
  const as = specialOf(post);
  const versions = versionsOf(post);
  const isNewest = version === versions.at(-1);
  const title = articleTitle(post);
  const { text, urls } = title === undefined
    ? written(post, isNewest ? contentOf(post) : `${contentOf(post)} (first version)`)
    : articleLink(post);
  const isLong = text.length > longest_short_text;
  const short = isLong ? `${text.slice(0, longest_short_text - 5).replace(/[\ud800-\udbff]$/, "")}…` : text;
  const own_media = mediaLinks(post, short);
  const root = as === "thread" ? earlier(post, 1) : as === "reply" ? earlier(post, 2) : version;
  const references = referencesOf(post);
  const all: Record<string, unknown> = {
    created_at: post.created_at,
    lang: languageOf(post),
    conversation_id: as === "edited" ? versions[0] : root,
    author_id: post.account_id,
    article: title === undefined ? undefined : {
      title,
      cover_media: mediaKeys(post)[0],
      // An article without text has no `plain_text`.
      ...(post.text === "" ? {} : { plain_text: post.text }),
    },
    attachments: post.parts > 0 ? { media_keys: mediaKeys(post) } : undefined,
    entities: entitiesOf(urls, short + own_media.text, own_media.urls),
    public_metrics: {
      [naming === "post" ? "repost_count" : "retweet_count"]: Math.floor(post.shares / 2),
      quote_count: Math.ceil(post.shares / 2),
      reply_count: post.comments,
      like_count: post.likes,
      bookmark_count: 0,
      impression_count: post.views,
    },
    possibly_sensitive: false,
    in_reply_to_user_id: as === "thread" ? post.account_id : as === "reply" ? "783214" : undefined,
    [`note_${naming}`]: isLong ? { text, entities: entitiesOf(urls, text, []) } : undefined,
    [naming === "post" ? "referenced_posts" : "referenced_tweets"]: references,
  };
  return {
    id: version,
    text: short + own_media.text,
    [`edit_history_${naming}_ids`]: versions,
    ...pick(all, fields),
  };
}

/** Some languages have their pre-1989 codes, and none has a region or script; a post of only media is "qme", an empty one "zxx". */
function languageOf({ language, text, parts }: Post): string {
  if (text === "") return parts > 0 ? "qme" : "zxx";
  const [name = "und"] = (language ?? "und").split("-");
  return ({ he: "iw", id: "in" } as Record<string, string>)[name] ?? name;
}

interface UrlEntity {
  url: string;
  expanded_url: string;
  display_url: string;
  media_key?: string;
}

/** The post of an article contains only the article's link. */
function articleLink(post: Post): { text: string; urls: UrlEntity[] } {
  const url = shortLink(`article ${post.id}`);
  const expanded_url = `http://x.com/i/article/${BigInt(post.id) - 1n}`;
  return { text: url, urls: [{ url, expanded_url, display_url: "x.com/i/article/…" }] };
}

function shortLink(of: string): string {
  return `https://t.co/${hash(of).toString(36).padStart(10, "0").slice(0, 10)}`;
}

/** Escapes three characters as X does, and shortens links. */
function written(post: Post, content: string): { text: string; urls: UrlEntity[] } {
  const link = linkIn(post);
  const escaped = (text: string) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  if (link === undefined) return { text: escaped(content), urls: [] };
  const url = shortLink(`link ${post.id}`);
  return {
    text: content.split(link).map(escaped).join(url),
    urls: [{ url, expanded_url: link, display_url: link.replace("https://", "").slice(0, 26) }],
  };
}

/** A post with media ends with one short link for all of them. */
function mediaLinks(post: Post, text: string): { text: string; urls: UrlEntity[] } {
  if (post.parts === 0) return { text: "", urls: [] };
  const url = shortLink(`media ${post.id}`);
  const expanded_url = `https://x.com/i/status/${post.id}/photo/1`;
  const urls = mediaKeys(post).map((media_key) => ({
    url,
    expanded_url,
    display_url: "pic.x.com/x",
    media_key,
  }));
  return { text: text === "" ? url : ` ${url}`, urls };
}

/** Hashtags as X links them: not adjacent to a word or another hashtag, and with at least one letter. */
const hashtag =
  /(?<![\p{L}\p{M}\p{N}_&])[#＃](?=[\p{N}\p{M}_]*\p{L})([\p{L}\p{M}\p{N}_]+)(?![\p{L}\p{M}\p{N}_#＃]|:\/\/)/gu;

/** Empty entities are omitted. */
function entitiesOf(links: UrlEntity[], text: string, media: UrlEntity[]) {
  // Positions are counted in characters, not in UTF-16 units.
  const place = (at: number, length: number) => {
    const start = [...text.slice(0, at)].length;
    return { start, end: start + length };
  };
  const urls = [...links, ...media].flatMap((entity) => {
    const at = text.indexOf(entity.url);
    return at === -1 ? [] : [{ ...place(at, entity.url.length), ...entity }];
  });
  const hashtags = [...text.matchAll(hashtag)].map(({ index, 1: tag = "" }) => ({
    ...place(index, [...tag].length + 1),
    tag,
  }));
  if (urls.length + hashtags.length === 0) return undefined;
  return { ...(urls.length > 0 ? { urls } : {}), ...(hashtags.length > 0 ? { hashtags } : {}) };
}

function referencesOf(post: Post): { type: string; id: string }[] | undefined {
  switch (specialOf(post)) {
    case "repost":
      return [{ type: "retweeted", id: earlier(post, 3) }];
    case "quote":
      return [{ type: "quoted", id: earlier(post, 4) }];
    case "thread":
    case "reply":
      return [{ type: "replied_to", id: earlier(post, 1) }];
    default:
      return undefined;
  }
}

/** Returns the id of something posted that many minutes earlier. */
function earlier(post: Post, minutes: number): string {
  return String(BigInt(post.id) - (BigInt(minutes * 60_000 + 7) << 22n));
}

export const media_fields = words(
  "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url promoted_metrics " +
    "public_metrics type url variants width",
);

export function mediaOf(post: Post, fields: readonly string[]): Record<string, unknown>[] {
  return mediaKeys(post).map((media_key, index) => {
    const picture = `https://pbs.twimg.com/media/${post.id}-${index}.jpg`;
    const isPicture = post.kind !== "video" && post.kind !== "gif";
    const all: Record<string, unknown> = {
      width: 1_200,
      height: 675,
      alt_text: index === 0 ? "A picture that a simulator made up" : undefined,
      url: isPicture ? picture : undefined,
      preview_image_url: isPicture ? undefined : picture,
      duration_ms: post.kind === "video" ? (post.duration_seconds ?? 0) * 1_000 : undefined,
      public_metrics: post.kind === "video" ? { view_count: Math.floor((post.views ?? 0) / 2) } : undefined,
      variants: isPicture ? undefined : [
        { bit_rate: 832_000, content_type: "video/mp4", url: `https://video.twimg.com/${post.id}/480.mp4` },
        { bit_rate: 2_176_000, content_type: "video/mp4", url: `https://video.twimg.com/${post.id}/720.mp4` },
        { content_type: "application/x-mpegURL", url: `https://video.twimg.com/${post.id}/list.m3u8` },
      ],
    };
    const type = isPicture ? "photo" : post.kind === "gif" ? "animated_gif" : "video";
    return { media_key, type, ...pick(all, fields) };
  });
}
