/** Converts Instagram media to items. */
import { hashtagsOf } from "../hashtags.ts";
import { cleanText, countOf, identifierText, instantOf, linkOf, titleOfCaption } from "../normalize.ts";
import type { ContentType, NormalizedItem, NormalizedMedia } from "../platform.ts";
import type { Media, MediaPart } from "./schemas.ts";

export function itemOf(media: Media, isStory: boolean): NormalizedItem {
  const description = cleanText(media.caption);
  const parts = (media.children?.data ?? []).map(partOf);
  return {
    platform_content_id: media.id,
    content_type: isStory ? "story" : contentTypeOf(media),
    title: titleOfCaption(description),
    description,
    tags: [],
    hashtags: hashtagsOf("instagram", description),
    thumbnail_url: pictureOf(media) ?? parts.map((part) => part.thumbnail_url).find((url) => url !== null) ??
      null,
    permalink: linkOf(media.permalink),
    visibility: "public",
    language: null,
    duration_seconds: null,
    published_at: instantOf(media.timestamp),
    views_count: null,
    likes_count: countOf(media.like_count),
    comments_count: countOf(media.comments_count),
    shares_count: null,
    platform_category: null,
    metadata: metadataOf(media),
    ...(parts.length > 0 ? { media: parts } : {}),
  };
}

function metadataOf({ media_product_type, alt_text }: Media): NormalizedItem["metadata"] {
  const product = identifierText(media_product_type);
  const alternative = cleanText(alt_text);
  return { ...(product ? { product } : {}), ...(alternative ? { alt_text: alternative } : {}) };
}

function partOf(part: MediaPart, position: number): NormalizedMedia {
  return {
    position,
    kind: part.media_type === "VIDEO" ? "video" : "image",
    platform_media_id: part.id,
    url: linkOf(part.media_url),
    thumbnail_url: pictureOf(part),
    width: null,
    height: null,
    duration_seconds: null,
    alt_text: cleanText(part.alt_text) || null,
  };
}

/** Returns a video's thumbnail; for other media, the medium itself. Instagram omits it when someone claims rights. */
function pictureOf({ media_type, media_url, thumbnail_url }: MediaPart): string | null {
  return linkOf(media_type === "VIDEO" ? thumbnail_url : media_url ?? thumbnail_url);
}

function contentTypeOf({ media_type, media_product_type }: Media): ContentType {
  if (media_product_type === "STORY") return "story";
  if (media_type === "CAROUSEL_ALBUM") return "carousel";
  if (media_type === "IMAGE") return "image";
  if (media_product_type === "REELS") return "reel";
  // Videos from before all videos became reels: up to a minute in the feed, longer ones in IGTV.
  return media_product_type === "IGTV" ? "long_video" : "short_video";
}
