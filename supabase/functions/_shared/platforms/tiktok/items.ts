/** Converts TikTok videos to items. */
import { hashtagsOf } from "../hashtags.ts";
import { cleanText, countOf, instantOf, linkOf, titleOfCaption, withoutNulls } from "../normalize.ts";
import type { ContentType, NormalizedItem } from "../platform.ts";
import type { Video } from "./schemas.ts";

/** The longest video that counts as a short one; the same limit as for YouTube's Shorts. */
const LONGEST_SHORT_SECONDS = 180;

export function itemOf(video: Video): NormalizedItem {
  const description = cleanText(video.video_description) || cleanText(video.title);
  const permalink = permalinkOf(video.share_url);
  const duration_seconds = countOf(video.duration);
  return {
    platform_content_id: video.id,
    content_type: contentTypeOf(permalink, duration_seconds),
    // The API's title repeats the caption, and is empty for some videos.
    title: titleOfCaption(cleanText(video.title) || description),
    description,
    tags: [],
    hashtags: hashtagsOf("tiktok", description),
    thumbnail_url: linkOf(video.cover_image_url),
    permalink,
    // Only public videos are listed; a video that its creator makes private disappears from the list.
    visibility: "public",
    language: null,
    duration_seconds,
    published_at: instantOf(video.create_time),
    views_count: countOf(video.view_count),
    likes_count: countOf(video.like_count),
    comments_count: countOf(video.comment_count),
    shares_count: countOf(video.share_count),
    platform_category: null,
    metadata: withoutNulls({ width: countOf(video.width), height: countOf(video.height) }),
  };
}

/** Photo posts appear in the list of videos; only their address identifies them. */
function contentTypeOf(permalink: string | null, duration: number | null): ContentType {
  if (permalink?.includes("/photo/")) return "carousel";
  return duration !== null && duration > LONGEST_SHORT_SECONDS ? "long_video" : "short_video";
}

/** Removes the tracking parameters that TikTok adds. */
function permalinkOf(value: unknown): string | null {
  return linkOf(value)?.replace(/[?#].*$/, "") ?? null;
}
