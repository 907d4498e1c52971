/** Renders records as the API does, part by part. */
import { words } from "../engine/provider.ts";
import { fingerprint, hash } from "../engine/seeded.ts";
import type { Channel, Video } from "./network.ts";

type Parts = ReadonlySet<string>;
type Json = Record<string, unknown>;

export const channel_parts = words(
  "id snippet contentDetails statistics status topicDetails brandingSettings localizations auditDetails contentOwnerDetails",
);
export const playlist_item_parts = ["id", "snippet", "contentDetails", "status"];
export const owner_parts = ["fileDetails", "processingDetails", "suggestions"];
export const video_parts = [
  ...words(
    "id snippet contentDetails status statistics liveStreamingDetails topicDetails player recordingDetails",
  ),
  ...["localizations", "paidProductPlacementDetails", ...owner_parts],
];
export const stats_parts = ["id", "snippet", "statistics", "contentDetails"];

/** The same content has the same tag, for every caller and at any time: 27 characters of 160 bits, like Google's. */
export function etag(content: unknown): string {
  return fingerprint(JSON.stringify(content)).toBase64({ alphabet: "base64url", omitPadding: true });
}

function resource(
  kind: string,
  id: string,
  parts: Parts,
  members: Record<string, () => Json | undefined>,
): Json {
  const made: Json = {};
  for (const [part, make] of Object.entries(members)) {
    const value = parts.has(part) ? make() : undefined;
    if (value !== undefined) made[part] = value;
  }
  return { kind: `youtube#${kind}`, etag: etag([kind, id, made]), id, ...made };
}

export function uploadsOf(channel_id: string): string {
  return `UU${channel_id.slice(2)}`;
}

export function channelResource(
  channel: Channel,
  parts: Parts,
  owner: boolean,
  public_videos: () => number,
): Json {
  const picture = `https://yt3.ggpht.com/simulated-${channel.id.slice(2, 12)}`;
  const square = (size: number) => ({
    url: `${picture}=s${size}-c-k-c0x00ffffff-no-rj`,
    width: size,
    height: size,
  });
  const { name: title, description } = channel;
  return resource("channel", channel.id, parts, {
    snippet: () => ({
      title,
      description,
      customUrl: channel.handle,
      publishedAt: channel.published_at,
      thumbnails: { default: square(88), medium: square(240), high: square(800) },
      ...(channel.language === null ? {} : { defaultLanguage: channel.language }),
      localized: { title, description },
      ...(channel.country === null ? {} : { country: channel.country }),
    }),
    contentDetails: () => ({
      relatedPlaylists: { likes: owner ? "LL" : "", uploads: uploadsOf(channel.id) },
    }),
    statistics: () => ({
      viewCount: String(channel.views),
      ...(channel.subscribers === null && !owner
        ? {}
        : { subscriberCount: String(channel.subscribers ?? 0) }),
      hiddenSubscriberCount: channel.subscribers === null,
      videoCount: String(public_videos()),
    }),
    status: () => ({
      privacyStatus: "public",
      isLinked: true,
      longUploadsStatus: owner ? "allowed" : "longUploadsUnspecified",
      madeForKids: false,
      ...(owner ? { selfDeclaredMadeForKids: false } : {}),
    }),
    topicDetails: () => ({
      topicIds: ["/m/019_rr"],
      topicCategories: ["https://en.wikipedia.org/wiki/Lifestyle_(sociology)"],
    }),
    brandingSettings: () => ({
      channel: {
        title,
        ...(description === "" ? {} : { description }),
        keywords: `${title.toLowerCase()} "made up"`,
        ...(channel.country === null ? {} : { country: channel.country }),
      },
      image: { bannerExternalUrl: `${picture}-banner` },
    }),
    localizations: () => undefined,
    auditDetails: () => ({
      communityGuidelinesGoodStanding: true,
      contentIdClaimsGoodStanding: true,
      copyrightStrikesGoodStanding: true,
    }),
    contentOwnerDetails: () => ({}),
  });
}

/** `open` = the viewer owns the channel and may see a private video. */
export function playlistItemResource(
  video: Video,
  parts: Parts,
  channel_title: string,
  position: number,
  open: boolean,
): Json {
  const playlist = uploadsOf(video.account_id);
  const hidden = video.deleted || (video.privacy === "private" && !open);
  const title = video.deleted ? "Deleted video" : hidden ? "Private video" : video.title;
  const gone = video.deleted ? "This video is unavailable." : "This video is private.";
  return resource("playlistItem", playlistItemId(video), parts, {
    snippet: () => ({
      publishedAt: video.uploaded_at,
      channelId: video.account_id,
      title,
      description: hidden ? gone : video.description,
      thumbnails: hidden ? {} : thumbnails(video),
      channelTitle: channel_title,
      playlistId: playlist,
      position,
      resourceId: { kind: "youtube#video", videoId: video.id },
      ...(hidden ? {} : { videoOwnerChannelTitle: channel_title, videoOwnerChannelId: video.account_id }),
    }),
    contentDetails: () => ({
      videoId: video.id,
      ...(hidden ? {} : { videoPublishedAt: video.published_at }),
    }),
    // For a deleted video the API returns privacyStatusUnspecified, which its discovery document does not list.
    status: () => video.deleted ? {} : { privacyStatus: video.privacy },
  });
}

/** Encodes the playlist and the video's 64 bits, so that an item's id can be decoded. */
export function playlistItemId(video: Video): string {
  const bits = Uint8Array.fromBase64(video.id, { alphabet: "base64url" }).toHex().toUpperCase();
  return btoa(`${uploadsOf(video.account_id)}.${bits}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll(
    "=",
    "",
  );
}

export function videoIdOfPlaylistItem(id: string): string | undefined {
  try {
    const [, bits] = atob(id.replaceAll("-", "+").replaceAll("_", "/")).split(".");
    return Uint8Array.fromHex(bits ?? "").toBase64({ alphabet: "base64url", omitPadding: true });
  } catch {
    return undefined;
  }
}

export interface VideoView {
  readonly channel_title: string;
  readonly owner: boolean;
  readonly hl: string | null;
  readonly max_width: number | null;
  readonly max_height: number | null;
}

export function videoResource(video: Video, parts: Parts, view: VideoView): Json {
  const { title, description, live } = video;
  return resource("video", video.id, parts, {
    snippet: () => ({
      publishedAt: video.published_at,
      channelId: video.account_id,
      title,
      description,
      thumbnails: thumbnails(video),
      channelTitle: view.channel_title,
      ...(video.tags.length === 0 ? {} : { tags: video.tags }),
      categoryId: video.category_id,
      liveBroadcastContent: live === null || live.state === "completed" ? "none" : live.state,
      ...(video.language === null ? {} : { defaultLanguage: video.language }),
      localized: (view.hl && video.translations[view.hl]) || { title, description },
      ...(video.audio_language === null ? {} : { defaultAudioLanguage: video.audio_language }),
    }),
    contentDetails: () => ({
      duration: isoDuration(video.duration_seconds),
      dimension: "2d",
      definition: video.definition,
      caption: String(video.caption),
      licensedContent: video.licensed,
      ...(video.blocked_in.length === 0 ? {} : { regionRestriction: { blocked: video.blocked_in } }),
      contentRating: {},
      projection: "rectangular",
      ...(view.owner ? { hasCustomThumbnail: video.largest_thumbnail !== "high" } : {}),
    }),
    status: () => ({
      uploadStatus: live !== null && live.state !== "completed" ? "uploaded" : "processed",
      privacyStatus: video.privacy,
      ...(video.publish_at === null || !view.owner ? {} : { publishAt: video.publish_at }),
      license: "youtube",
      embeddable: true,
      publicStatsViewable: video.likes !== null,
      madeForKids: video.made_for_kids,
      ...(view.owner
        ? { selfDeclaredMadeForKids: video.made_for_kids, containsSyntheticMedia: video.synthetic }
        : {}),
    }),
    statistics: () => ({
      ...(video.views === null ? {} : { viewCount: String(video.views) }),
      ...(video.likes === null ? {} : { likeCount: String(video.likes) }),
      ...(view.owner ? { dislikeCount: String(Math.floor((video.likes ?? 0) / 40)) } : {}),
      favoriteCount: "0",
      ...(video.comments === null ? {} : { commentCount: String(video.comments) }),
    }),
    liveStreamingDetails: () =>
      live === null ? undefined : {
        ...(live.actual_start === null ? {} : { actualStartTime: live.actual_start }),
        ...(live.actual_end === null ? {} : { actualEndTime: live.actual_end }),
        scheduledStartTime: live.scheduled_start,
        ...(live.viewers === null ? {} : { concurrentViewers: String(live.viewers) }),
        ...(live.state === "completed" ? {} : { activeLiveChatId: `Cg0KC${video.id}` }),
      },
    topicDetails: () => video.topics.length === 0 ? undefined : { topicCategories: video.topics },
    player: () => player(video, view),
    recordingDetails: () => video.recorded_at === null ? {} : { recordingDate: video.recorded_at },
    localizations: () => Object.keys(video.translations).length === 0 ? undefined : { ...video.translations },
    paidProductPlacementDetails: () => ({ hasPaidProductPlacement: video.paid_placement }),
    fileDetails: () => ({
      fileName: `${video.id}.mp4`,
      fileSize: String(video.duration_seconds * 1_250_000),
      fileType: "video",
      container: "mov,mp4,m4a,3gp,3g2,mj2",
      durationMs: String(video.duration_seconds * 1_000),
      bitrateBps: "10000000",
    }),
    processingDetails: () => ({
      processingStatus: "succeeded",
      fileDetailsAvailability: "available",
      processingIssuesAvailability: "available",
      tagSuggestionsAvailability: "available",
      editorSuggestionsAvailability: "available",
      thumbnailsAvailability: "available",
    }),
    suggestions: () => ({ processingHints: ["nonStreamableMov"] }),
  });
}

export function videoStatResource(video: Video, parts: Parts): Json {
  return resource("videoStats", video.id, parts, {
    snippet: () => ({ publishTime: video.published_at }),
    statistics: () => ({
      ...(video.views === null ? {} : { viewCount: String(video.views) }),
      ...(video.likes === null ? {} : { likeCount: String(video.likes) }),
      ...(video.comments === null ? {} : { commentCount: String(video.comments) }),
    }),
    // Here a google.protobuf.Duration, not ISO 8601.
    contentDetails: () => ({ duration: `${video.duration_seconds}s` }),
  });
}

const thumbnail_sizes = [
  ["default", "default", 120, 90],
  ["medium", "mqdefault", 320, 180],
  ["high", "hqdefault", 480, 360],
  ["standard", "sddefault", 640, 480],
  ["maxres", "maxresdefault", 1_280, 720],
  ["fhd", "fhddefault", 1_920, 1_080],
  ["qhd", "qhddefault", 2_560, 1_440],
  ["uhd", "uhddefault", 3_840, 2_160],
] as const;

function thumbnails(video: Video): Json {
  const made: Json = {};
  for (const [name, file, width, height] of thumbnail_sizes) {
    const live = video.live !== null && video.live.state !== "completed" ? "_live" : "";
    made[name] = { url: `https://i.ytimg.com/vi/${video.id}/${file}${live}.jpg`, width, height };
    if (name === video.largest_thumbnail) break;
  }
  return made;
}

function player(video: Video, view: VideoView): Json {
  const asked = view.max_width !== null || view.max_height !== null;
  const width = Math.min(view.max_width ?? 8_192, Math.round((view.max_height ?? 8_192) * 16 / 9));
  const height = Math.round(width * 9 / 16);
  const [shown_width, shown_height] = asked ? [width, height] : [480, 270];
  const embedHtml =
    `<iframe width="${shown_width}" height="${shown_height}" src="//www.youtube.com/embed/${video.id}" ` +
    'frameborder="0" allow="accelerometer; autoplay; clipboard-write; encrypted-media; gyroscope; picture-in-picture; ' +
    'web-share" referrerpolicy="strict-origin-when-cross-origin" allowfullscreen></iframe>';
  return { embedHtml, ...(asked ? { embedHeight: String(height), embedWidth: String(width) } : {}) };
}

/** `PT1H2M3S`; `P1DT2H` from one day on; `P0D` for a stream that has not ended. */
export function isoDuration(seconds: number): string {
  if (seconds <= 0) return "P0D";
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3_600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = seconds % 60;
  const time = `${hours ? `${hours}H` : ""}${minutes ? `${minutes}M` : ""}${rest ? `${rest}S` : ""}`;
  return `P${days ? `${days}D` : ""}${time ? `T${time}` : ""}`;
}

/** Returns a number for a Cloud project. */
export function projectNumber(project: string): string {
  return String(100_000_000_000 + hash(project));
}
