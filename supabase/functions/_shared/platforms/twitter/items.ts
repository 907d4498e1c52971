/** Converts X's posts to items. */
import { distinctHashtags, hashtagsOf } from "../hashtags.ts";
import {
  cleanText,
  countOf,
  instantOf,
  languageOf,
  linkOf,
  titleOfCaption,
  titleText,
  withoutNulls,
} from "../normalize.ts";
import type { ContentType, Json, NormalizedItem, NormalizedMedia } from "../platform.ts";
import type { Media, Post } from "./schemas.ts";

const LONGEST_SHORT_SECONDS = 180;

/** Returns a post's id in the library: an edited post gets a new id and keeps the first one in its history. */
export function originalId(post: Post): string {
  return historyOf(post)[0] ?? post.id;
}

export function newestId(post: Post): string {
  return historyOf(post).at(-1) ?? post.id;
}

function historyOf(post: Post): string[] {
  return post.edit_history_post_ids ?? post.edit_history_tweet_ids ?? [];
}

/** Returns whether a post replies to somebody else, which makes it a comment; a reply in the creator's own thread is content. */
export function isReplyToOthers(post: Post, own_id: string): boolean {
  if (post.in_reply_to_user_id !== undefined) return post.in_reply_to_user_id !== own_id;
  // When X does not name the recipient of a reply, the reply's text begins with their name.
  const isReply = post.conversation_id !== undefined &&
    !historyOf(post).concat(post.id).includes(post.conversation_id);
  return isReply && cleanText(post.text).startsWith("@");
}

export function itemOf(post: Post, included: Media[], isProtected: Json | undefined): NormalizedItem {
  const keys = post.attachments?.media_keys ?? [];
  const among = (key: unknown) => included.find((one) => one.media_key === key) ?? [];
  const media = keys.flatMap(among).map(mediaOf);
  const [cover] = [post.article?.cover_media ?? []].flatMap(among).map(mediaOf);
  const { article } = post;
  const text = textOf(post);
  const body = cleanText(article?.plain_text ?? article?.preview_text).trim();
  const description = cleanText([text, body].filter((part) => part !== "").join("\n\n"));
  const metrics = post.public_metrics;
  const [first] = media;
  return {
    platform_content_id: originalId(post),
    content_type: contentTypeOf(media),
    title: titleText(article?.title) || titleOfCaption(description),
    description,
    tags: [],
    hashtags: distinctHashtags([...hashtagsOfPost(post, text), ...linkedIn([article?.entities], body)]),
    thumbnail_url: (first ?? cover)?.thumbnail_url ?? null,
    // Without the creator's name, which may change.
    permalink: `https://x.com/i/status/${encodeURIComponent(newestId(post))}`,
    visibility: isProtected === true ? "private" : "public",
    language: languageOf(post.lang),
    duration_seconds: first?.duration_seconds ?? null,
    published_at: instantOf(post.created_at),
    views_count: countOf(metrics?.impression_count),
    likes_count: countOf(metrics?.like_count),
    comments_count: countOf(metrics?.reply_count),
    shares_count: sharesOf(metrics),
    platform_category: null,
    metadata: withoutNulls({
      sensitive: post.possibly_sensitive === true ? true : null,
      thread_id: post.conversation_id !== undefined && post.conversation_id !== originalId(post)
        ? post.conversation_id
        : null,
      newest_id: newestId(post) === originalId(post) ? null : newestId(post),
    }),
    ...(media.length > 1 ? { media } : {}),
  };
}

function hashtagsOfPost(post: Post, text: string): string[] {
  const long = post.note_post ?? post.note_tweet;
  return linkedIn([long?.entities, post.entities], text);
}

/** Returns the tags that X linked; when the response does not list any links, applies X's rules to the text. */
function linkedIn(entities: Post["entities"][], text: string): string[] {
  const answers = entities.map((one) => one?.hashtags).filter((tags) => Array.isArray(tags));
  return answers.length > 0
    ? distinctHashtags(answers.flat().map(({ tag }) => cleanText(tag)))
    : hashtagsOf("twitter", text);
}

const ARTICLE_LINK = /https?:\/\/(?:www\.)?(?:x|twitter)\.com\/\w+\/article\/\d+\S*/g;

/**
 * Returns the text that a reader sees besides media and article, with X's short links expanded. Links to the post's own media are
 * removed, as are links to its article, which are often the whole text.
 */
function textOf(post: Post): string {
  const long = post.note_post ?? post.note_tweet;
  // Only the short text's entities identify links to the post's own media.
  const urls = [...post.entities?.urls ?? [], ...long?.entities?.urls ?? []];
  let text = urls.reduce(
    (whole, { url, expanded_url, media_key }) =>
      url ? whole.replaceAll(url, () => media_key ? "" : linkOf(expanded_url) ?? url) : whole,
    cleanText(long?.text ?? post.text),
  );
  if (post.article) text = text.replaceAll(ARTICLE_LINK, "").trim().replace(/^https?:\/\/\S+$/, "");
  // The API escapes these three characters and nothing else.
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&").trim();
}

function mediaOf(media: Media, position: number): NormalizedMedia {
  const kind = media.type === "video" ? "video" : media.type === "animated_gif" ? "gif" : "image";
  const milliseconds = countOf(media.duration_ms);
  const variants = (media.variants ?? [])
    .filter(({ content_type }) => content_type === "video/mp4")
    .sort((one, other) => (countOf(other.bit_rate) ?? 0) - (countOf(one.bit_rate) ?? 0));
  return {
    position,
    kind,
    platform_media_id: media.media_key,
    url: linkOf(media.url) ?? linkOf(variants[0]?.url),
    thumbnail_url: linkOf(media.preview_image_url) ?? linkOf(media.url),
    width: countOf(media.width),
    height: countOf(media.height),
    duration_seconds: milliseconds === null ? null : Math.round(milliseconds / 1_000),
    alt_text: cleanText(media.alt_text) || null,
  };
}

function contentTypeOf(media: NormalizedMedia[]): ContentType {
  const [first] = media;
  if (!first) return "post";
  if (media.length > 1) return "carousel";
  if (first.kind !== "video") return "image";
  return (first.duration_seconds ?? 0) > LONGEST_SHORT_SECONDS ? "long_video" : "short_video";
}

function sharesOf(metrics: Post["public_metrics"]): number | null {
  const reposts = countOf(metrics?.repost_count) ?? countOf(metrics?.retweet_count);
  const quotes = countOf(metrics?.quote_count);
  return reposts === null && quotes === null ? null : (reposts ?? 0) + (quotes ?? 0);
}
