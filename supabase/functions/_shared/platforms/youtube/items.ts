/** Converts YouTube channels and videos to accounts and items. */
import type * as z from "zod";
import { hashtagsOf } from "../hashtags.ts";
import {
  cleanText,
  countOf,
  distinctTags,
  identifierText,
  instantOf,
  languageOf,
  linkOf,
  secondsOf,
  titleText,
  withoutNulls,
} from "../normalize.ts";
import type { ContentType, NormalizedItem, Profile, Visibility } from "../platform.ts";
import type { Channel, Thumbnails, Video } from "./schemas.ts";

/**
 * The API does not identify Shorts. A video of up to 60 seconds counts as one; up to 180 seconds, the longest that a Short may be,
 * only if the creator tags it with #shorts. Broadcasts never do.
 */
const SHORT_SECONDS = 60;
const LONGEST_SHORT_SECONDS = 180;
const SHORTS_HASHTAGS = new Set(["short", "shorts", "ytshorts", "youtubeshorts"]);

/** Larger pictures exist (up to 8K); a card does not need them. */
const WIDEST_THUMBNAIL = 1_280;

export function profileOf(channel: Channel, etag: string | undefined, now: Date): Profile {
  const handle = identifierText(channel.snippet?.customUrl);
  const uploads = channel.contentDetails?.relatedPlaylists?.uploads;
  return {
    platform_account_id: channel.id,
    username: handle,
    display_name: titleText(channel.snippet?.title) || handle || channel.id,
    avatar_url: bestThumbnail(channel.snippet?.thumbnails),
    profile_url: `https://www.youtube.com/${handle?.startsWith("@") ? handle : `channel/${channel.id}`}`,
    followers_count: channel.statistics?.hiddenSubscriberCount === true
      ? null
      : countOf(channel.statistics?.subscriberCount),
    details: { read_at: now.toISOString(), uploads: uploads ?? null, etag: etag ?? null },
  };
}

/** Returns false for an upload that failed, was refused or was deleted. */
export function isPublished({ status }: Video): boolean {
  return !["deleted", "failed", "rejected"].includes(String(status?.uploadStatus));
}

export function itemOf(video: Video): NormalizedItem {
  const { snippet, contentDetails, status, statistics, liveStreamingDetails: live } = video;
  const title = titleText(snippet?.title);
  const description = cleanText(snippet?.description);
  const tags = distinctTags(snippet?.tags);
  const hashtags = hashtagsOf("youtube", title, description);
  const duration_seconds = secondsOf(contentDetails?.duration);
  return {
    platform_content_id: video.id,
    content_type: contentTypeOf(duration_seconds, live !== undefined, [...hashtags, ...tags]),
    title,
    description,
    tags,
    hashtags,
    thumbnail_url: bestThumbnail(snippet?.thumbnails),
    permalink: `https://www.youtube.com/watch?v=${encodeURIComponent(video.id)}`,
    visibility: visibilityOf(status?.privacyStatus),
    language: languageOf(snippet?.defaultLanguage) ?? languageOf(snippet?.defaultAudioLanguage),
    duration_seconds,
    published_at: instantOf(snippet?.publishedAt),
    views_count: countOf(statistics?.viewCount),
    likes_count: countOf(statistics?.likeCount),
    comments_count: countOf(statistics?.commentCount),
    shares_count: null,
    platform_category: identifierText(snippet?.categoryId),
    // Only values that stay the same until someone edits the video: a changing figure would make every sync run write every row.
    metadata: withoutNulls({
      live: identifierText(snippet?.liveBroadcastContent),
      definition: identifierText(contentDetails?.definition),
      captions: contentDetails?.caption === "true" ? true : null,
      license: identifierText(status?.license),
      made_for_kids: typeof status?.madeForKids === "boolean" ? status.madeForKids : null,
      embeddable: typeof status?.embeddable === "boolean" ? status.embeddable : null,
      upload_status: identifierText(status?.uploadStatus),
      publish_at: instantOf(status?.publishAt),
      live_scheduled_at: instantOf(live?.scheduledStartTime),
      live_started_at: instantOf(live?.actualStartTime),
      live_ended_at: instantOf(live?.actualEndTime),
    }),
  };
}

function contentTypeOf(duration: number | null, isBroadcast: boolean, labels: string[]): ContentType {
  if (isBroadcast || duration === null || duration === 0 || duration > LONGEST_SHORT_SECONDS) {
    return "long_video";
  }
  const saysSo = labels.some((label) => SHORTS_HASHTAGS.has(label.toLowerCase()));
  return duration <= SHORT_SECONDS || saysSo ? "short_video" : "long_video";
}

/** Treats any video that is not known to be public or unlisted as private. */
function visibilityOf(value: unknown): Visibility {
  return value === "public" || value === "unlisted" ? value : "private";
}

function bestThumbnail(thumbnails: z.infer<typeof Thumbnails>): string | null {
  const pictures = Object.values(thumbnails ?? {})
    .map(({ url, width }) => ({ url: linkOf(url), width: width ?? 0 }))
    .filter(({ url }) => url !== null)
    .sort((one, other) => other.width - one.width);
  return (pictures.find(({ width }) => width <= WIDEST_THUMBNAIL) ?? pictures.at(-1))?.url ?? null;
}
