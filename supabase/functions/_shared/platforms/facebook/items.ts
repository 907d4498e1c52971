/** Converts Facebook Pages, posts and videos to accounts and items. */
import { hashtagsOf } from "../hashtags.ts";
import {
  cleanText,
  countOf,
  identifierText,
  instantOf,
  linkOf,
  titleOfCaption,
  titleText,
  withoutNulls,
} from "../normalize.ts";
import type { ContentType, NormalizedItem, NormalizedMedia, Profile } from "../platform.ts";
import type { Attachment, FacebookPage, Post, Video } from "./schemas.ts";

/** The longest video that counts as a short one, if it is not a reel. */
const SHORT_SECONDS = 60;

export function profileOf(page: FacebookPage, now: Date): Profile {
  const username = identifierText(page.username);
  return {
    platform_account_id: page.id,
    username,
    display_name: titleText(page.name) || username || page.id,
    avatar_url: linkOf(page.picture?.data.url),
    profile_url: linkOf(page.link) ?? `https://www.facebook.com/${encodeURIComponent(page.id)}`,
    followers_count: countOf(page.followers_count),
    details: { read_at: now.toISOString() },
  };
}

/** Post ids have the form `{page}_{post}`; a video id is a single number. */
export function isPostId(id: string): boolean {
  return id.includes("_");
}

/** Returns the Page's own video that a post shows; a shared video of someone else is not the Page's content. */
export function videoIdOf({ status_type, attachments }: Post): string[] {
  const [attachment] = attachments?.data ?? [];
  const isOwn = attachment?.media_type === "video" && status_type !== "shared_story";
  return isOwn && attachment.target?.id ? [attachment.target.id] : [];
}

/** Returns the id of a video's post, which videos name with or without the Page's id in front. */
export function postIdOf({ post_id }: Video, page_id: string): string[] {
  const id = identifierText(post_id);
  return id === null ? [] : [isPostId(id) ? id : `${page_id}_${id}`];
}

export function itemOf(post: Post | undefined, video: Video | undefined): NormalizedItem {
  const [attachment] = post?.attachments?.data ?? [];
  const description = cleanText(post?.message ?? video?.description);
  const duration = typeof video?.length === "number" ? Math.round(video.length) : null;
  const permalink = absoluteLink(video?.permalink_url) ?? absoluteLink(post?.permalink_url);
  const parts = (attachment?.subattachments?.data ?? []).map(partOf);
  return {
    platform_content_id: post?.id ?? video?.id ?? "",
    content_type: video
      ? videoTypeOf(permalink, duration, video.live_status !== undefined)
      : postTypeOf(post, parts.length),
    title: titleText(video?.title) || titleOfCaption(description) || titleText(attachment?.title) ||
      titleText(post?.story),
    description,
    tags: [],
    hashtags: hashtagsOf("facebook", description),
    thumbnail_url: linkOf(post?.full_picture) ?? linkOf(video?.picture) ??
      linkOf(attachment?.media?.image?.src),
    permalink,
    visibility: post?.is_published === false || video?.published === false ? "private" : "public",
    language: null,
    duration_seconds: duration,
    published_at: instantOf(post?.created_time ?? video?.created_time),
    views_count: countOf(video?.views),
    likes_count: countOf(post?.reactions?.summary?.total_count),
    comments_count: countOf(post?.comments?.summary?.total_count),
    // Facebook omits the counter when it is 0.
    shares_count: post ? countOf(post.shares?.count) ?? 0 : null,
    platform_category: null,
    metadata: withoutNulls({
      status_type: identifierText(post?.status_type),
      attachment_type: identifierText(attachment?.type),
      link: attachment?.type === "share" ? linkOf(attachment.url) : null,
      video_id: post && video ? video.id : null,
      live: identifierText(video?.live_status),
    }),
    ...(parts.length > 0 ? { media: parts } : {}),
  };
}

function partOf({ media_type, media, target, description }: Attachment, position: number): NormalizedMedia {
  const kind = media_type === "video" ? "video" as const : "image" as const;
  const picture = linkOf(media?.image?.src);
  return {
    position,
    kind,
    platform_media_id: identifierText(target?.id),
    url: kind === "video" ? linkOf(media?.source) : picture,
    thumbnail_url: picture,
    width: countOf(media?.image?.width),
    height: countOf(media?.image?.height),
    duration_seconds: null,
    alt_text: cleanText(description) || null,
  };
}

function videoTypeOf(permalink: string | null, duration: number | null, isLive: boolean): ContentType {
  if (permalink?.includes("/reel/")) return "reel";
  return !isLive && duration !== null && duration > 0 && duration <= SHORT_SECONDS
    ? "short_video"
    : "long_video";
}

function postTypeOf(post: Post | undefined, parts: number): ContentType {
  const [attachment] = post?.attachments?.data ?? [];
  if (parts > 1 || attachment?.media_type === "album") return "carousel";
  if (post?.status_type === "shared_story") return "post";
  if (attachment?.media_type === "photo") return "image";
  // The video cannot be read (yet), so its length is unknown.
  if (attachment?.media_type === "video") return videoTypeOf(absoluteLink(post?.permalink_url), null, false);
  return "post";
}

/** Makes links absolute: links to videos come without their host. */
function absoluteLink(value: unknown): string | null {
  return typeof value === "string" && value.startsWith("/")
    ? linkOf(`https://www.facebook.com${value}`)
    : linkOf(value);
}
