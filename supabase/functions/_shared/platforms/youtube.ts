/**
 * YouTube: Google's OAuth 2.0 and the YouTube Data API v3.
 *
 * A page costs two units: the uploads playlist names up to 50 videos, `videos` describes them. Both answers carry
 * ETags that are sent back, so an unchanged page is two empty answers. `search` is never called (it has 100 calls a day).
 */
import { z } from "zod";
import { requireSetting } from "../settings/settings.ts";
import { YOUTUBE } from "./youtube/settings.ts";
import { oauthClient } from "./oauth_client.ts";
import {
  type ContentType,
  type Cursor,
  type FaultKind,
  type Grant,
  type Json,
  type NormalizedItem,
  type Page,
  type PageRequest,
  type Platform,
  type PlatformContext,
  PlatformFault,
  type Profile,
  type RememberedPage,
  type Tokens,
  type Visibility,
} from "./platform.ts";
import { providerClient, type ProviderRefusal } from "./provider_client.ts";
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
} from "./normalize.ts";
import { hashtagsOf } from "./hashtags.ts";
import { nextMidnight } from "./midnight.ts";
import { isProfileFresh } from "./page.ts";

const SCOPE = "https://www.googleapis.com/auth/youtube.readonly";
const PAGE_SIZE = 50;

/** Google resets its quotas at midnight there. */
const QUOTA_ZONE = "America/Los_Angeles";

/**
 * The API does not say what is a Short. A video of up to 60 seconds is one; up to 180 seconds, the longest that a
 * Short may be, the creator has to say so with #shorts. Broadcasts never are.
 */
const SHORT_SECONDS = 60;
const LONGEST_SHORT_SECONDS = 180;
const SHORTS_HASHTAGS = new Set(["short", "shorts", "ytshorts", "youtubeshorts"]);

/** Larger pictures exist (up to 8K); a card does not need them. */
const WIDEST_THUMBNAIL = 1_280;

/** Ids, page tokens and ETags: they go into requests and keys, so they must be what they look like. */
const Id = z.string().regex(/^[\x21-\x7e]{1,512}$/);

const Thumbnails = z.record(
  z.string(),
  z.looseObject({ url: z.string().optional(), width: z.number().optional() }),
).optional().catch(undefined);

const Channel = z.looseObject({
  id: Id,
  snippet: z.looseObject({ title: z.unknown(), customUrl: z.unknown(), thumbnails: Thumbnails }).partial()
    .optional(),
  contentDetails: z.looseObject({
    relatedPlaylists: z.looseObject({ uploads: Id.optional() }).optional(),
  }).optional(),
  statistics: z.looseObject({ subscriberCount: z.unknown(), hiddenSubscriberCount: z.unknown() }).partial()
    .optional(),
});
type Channel = z.infer<typeof Channel>;

const ChannelList = z.looseObject({ etag: Id.optional(), items: z.array(Channel).optional() });

const PlaylistItemList = z.looseObject({
  etag: Id.optional(),
  nextPageToken: Id.optional(),
  pageInfo: z.looseObject({ totalResults: z.number().optional() }).optional(),
  items: z.array(z.looseObject({ contentDetails: z.looseObject({ videoId: Id }) })).optional(),
});
type PlaylistItemList = z.infer<typeof PlaylistItemList>;

const Video = z.looseObject({
  id: Id,
  snippet: z.looseObject({
    publishedAt: z.unknown(),
    title: z.unknown(),
    description: z.unknown(),
    thumbnails: Thumbnails,
    tags: z.unknown(),
    categoryId: z.unknown(),
    liveBroadcastContent: z.unknown(),
    defaultLanguage: z.unknown(),
    defaultAudioLanguage: z.unknown(),
  }).partial().optional(),
  contentDetails: z.looseObject({ duration: z.unknown(), definition: z.unknown(), caption: z.unknown() })
    .partial().optional(),
  status: z.looseObject({
    uploadStatus: z.unknown(),
    privacyStatus: z.unknown(),
    publishAt: z.unknown(),
    license: z.unknown(),
    embeddable: z.unknown(),
    madeForKids: z.unknown(),
  }).partial().optional(),
  statistics: z.looseObject({ viewCount: z.unknown(), likeCount: z.unknown(), commentCount: z.unknown() })
    .partial().optional(),
  liveStreamingDetails: z.looseObject({
    scheduledStartTime: z.unknown(),
    actualStartTime: z.unknown(),
    actualEndTime: z.unknown(),
  }).partial().optional(),
});
export type Video = z.infer<typeof Video>;

const VideoList = z.looseObject({ etag: Id.optional(), items: z.array(Video).optional() });

const ApiError = z.looseObject({
  error: z.looseObject({
    status: z.string().optional(),
    errors: z.array(z.looseObject({ reason: z.string().optional() })).optional(),
    details: z.array(z.looseObject({
      reason: z.string().optional(),
      metadata: z.looseObject({ quota_limit: z.string().optional(), quota_unit: z.string().optional() })
        .optional(),
    })).optional(),
  }),
});

/** A map: what an answer names must not reach an object's inherited members. */
const FAULT_OF_REASON: ReadonlyMap<string, FaultKind> = new Map(Object.entries<FaultKind>({
  quotaExceeded: "quota_exhausted",
  dailyLimitExceeded: "quota_exhausted",
  rateLimitExceeded: "transient",
  userRateLimitExceeded: "transient",
  insufficientPermissions: "scope_missing",
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: "scope_missing",
  accessNotConfigured: "misconfigured",
  youtubeSignupRequired: "no_account",
  forbidden: "account_gone",
  authenticatedUserAccountClosed: "account_gone",
  authenticatedUserAccountSuspended: "account_gone",
  channelClosed: "account_gone",
  channelSuspended: "account_gone",
  channelNotFound: "account_gone",
  playlistNotFound: "account_gone",
  invalidPageToken: "cursor_invalid",
}));

export function youtube(context: PlatformContext): Platform {
  const settings = context.settings.of(YOUTUBE);
  const client_id = requireSetting(settings, "YOUTUBE_CLIENT_ID");
  const api = providerClient("youtube", settings.YOUTUBE_API_URL, context, { explain });
  const oauth = oauthClient("youtube", context, {
    authorization_endpoint: settings.GOOGLE_AUTHORIZATION_URL,
    token_endpoint: settings.GOOGLE_TOKEN_URL,
    revocation_endpoint: settings.GOOGLE_REVOCATION_URL,
    client_id,
    client_secret: requireSetting(settings, "YOUTUBE_CLIENT_SECRET"),
    client_authentication: "body",
    pkce: true,
    scopes: [SCOPE],
    rotates: false,
  });

  async function readChannel(tokens: Tokens, etag?: string): Promise<Profile | "unchanged"> {
    const query = { part: "snippet,contentDetails,statistics", mine: "true" };
    const answer = await api.get("channels", tokens, ChannelList, { query, etag });
    if (answer === "unchanged") return answer;
    const channel = answer.items?.[0];
    if (!channel) throw new PlatformFault("youtube", "no_account", { reason: "no channel", status: 200 });
    return profileOf(channel, answer.etag, context.now());
  }

  /** The channel's own figures, when those at hand are old or lack the uploads playlist; else null. */
  async function freshChannel(tokens: Tokens, { account, cursor }: PageRequest): Promise<Profile | null> {
    const uploads = textOf(account.details.uploads);
    if (uploads && (cursor !== null || isProfileFresh(account.details, context.now()))) return null;
    const channel = await knownChannel(tokens, uploads && textOf(account.details.etag));
    if (channel !== "unchanged") return channel;
    const { platform_account_id, details } = account;
    return {
      ...UNKNOWN_PROFILE,
      platform_account_id,
      details: { ...details, read_at: context.now().toISOString() },
    };
  }

  /** A channel that was connected and is no longer there was closed. */
  async function knownChannel(tokens: Tokens, etag?: string) {
    try {
      return await readChannel(tokens, etag);
    } catch (fault) {
      throw fault instanceof PlatformFault && fault.kind === "no_account"
        ? new PlatformFault("youtube", "account_gone", fault)
        : fault;
    }
  }

  async function readUploads(
    tokens: Tokens,
    uploads: string,
    { cursor, size }: PageRequest,
    remembered: RememberedPage | null,
  ): Promise<Uploads> {
    const query: Record<string, string> = {
      part: "contentDetails",
      playlistId: uploads,
      maxResults: String(size),
    };
    if (cursor) query.pageToken = cursor.key;
    const read = (etag?: string) => api.get("playlistItems", tokens, PlaylistItemList, { query, etag });
    let list = await read(textOf(remembered?.etags.list));
    // An empty page of a list that says it has entries has been seen to be a hiccup: look twice before believing it.
    if (list !== "unchanged" && isSuspiciouslyEmpty(list, cursor)) list = await read();
    if (list !== "unchanged") return uploadsOf(list);
    if (!remembered) throw new PlatformFault("youtube", "malformed", { reason: "unasked 304", status: 304 });
    const { item_ids, total, next_cursor, etags } = remembered;
    return { ids: item_ids, total, next: next_cursor?.key ?? null, etag: textOf(etags.list) };
  }

  async function readVideos(tokens: Tokens, ids: string[], etag?: string) {
    if (ids.length === 0) return { items: [], etag: undefined };
    const query = {
      part: "snippet,contentDetails,statistics,status,liveStreamingDetails",
      id: ids.join(","),
    };
    return await api.get("videos", tokens, VideoList, { query, etag });
  }

  async function page(tokens: Tokens, request: PageRequest): Promise<Page> {
    const { cursor, size } = request;
    // An ETag belongs to one exact request: what was remembered of a page of another size says nothing.
    const remembered = request.remembered?.etags.size === size ? request.remembered : null;
    let account = await freshChannel(tokens, request);
    let uploads = textOf((account ?? request.account).details.uploads);
    let list = NO_UPLOADS;
    try {
      if (uploads) list = await readUploads(tokens, uploads, request, remembered);
    } catch (fault) {
      if (!(fault instanceof PlatformFault && fault.reason === "playlistNotFound")) throw fault;
      // A channel without uploads has no such playlist; one that was closed has no channel either.
      const known = uploads;
      const channel = account ?? await knownChannel(tokens);
      if (channel === "unchanged") throw fault;
      account = channel;
      uploads = textOf(channel.details.uploads);
      if (uploads && uploads !== known) list = await readUploads(tokens, uploads, request, null);
    }

    if (request.may_restart && list.total !== null && list.total < (countOf(cursor?.total) ?? 0)) {
      // Something was deleted since the page before, so what followed it has moved up and may have been skipped.
      throw new PlatformFault("youtube", "cursor_invalid", { reason: "list shrank", status: 200 });
    }
    const sameIds = list.ids.join() === remembered?.item_ids.join();
    const videos = await readVideos(tokens, list.ids, sameIds ? textOf(remembered?.etags.videos) : undefined);
    const unchanged = videos === "unchanged";
    const items = unchanged ? [] : (videos.items ?? []).filter(isPublished).map(itemOf);
    return {
      cursor,
      next_cursor: list.next === null ? null : { key: list.next, total: list.total },
      unchanged,
      etags: {
        size,
        list: list.etag ?? null,
        videos: (unchanged ? remembered?.etags.videos : videos.etag) ?? null,
      },
      item_ids: list.ids,
      present_ids: unchanged ? remembered?.present_ids ?? [] : items.map((item) => item.platform_content_id),
      items,
      total: list.total,
      account,
    };
  }

  async function lookup(tokens: Tokens, ids: string[]): Promise<NormalizedItem[]> {
    const videos = await readVideos(tokens, ids);
    if (videos === "unchanged") {
      throw new PlatformFault("youtube", "malformed", { reason: "unasked 304", status: 304 });
    }
    return (videos.items ?? []).filter(isPublished).map(itemOf);
  }

  async function identify(grant: Grant) {
    const profile = await readChannel(grant.tokens);
    if (profile === "unchanged") {
      throw new PlatformFault("youtube", "malformed", { reason: "unasked 304", status: 304 });
    }
    return { profile, grant };
  }

  return {
    slug: "youtube",
    title: "YouTube",
    authorization: {
      endpoint: settings.GOOGLE_AUTHORIZATION_URL,
      client_id,
      client_id_parameter: "client_id",
      scopes: [SCOPE],
      scope_separator: " ",
      pkce: true,
      // Google gives a refresh token for offline access only, and a second one only when it asks for consent again.
      extra: { access_type: "offline", prompt: "consent" },
    },
    required_scopes: [SCOPE],
    // No header tells what is left: https://developers.google.com/youtube/v3/determine_quota_cost
    quota: {
      scope: "app",
      counts: "units",
      size: settings.YOUTUBE_UNITS_PER_DAY,
      seconds: 86_400,
      time_zone: "America/Los_Angeles",
      ahead: 2,
    },
    page_size: PAGE_SIZE,
    lookup_size: PAGE_SIZE,
    exchange: oauth.exchange,
    refresh: oauth.refresh,
    revoke: oauth.revoke,
    identify,
    page,
    lookup,
  };
}

/** What a page of the uploads playlist comes down to. */
interface Uploads {
  ids: string[];
  total: number | null;
  next: string | null;
  etag: string | undefined;
}

const NO_UPLOADS: Uploads = { ids: [], total: 0, next: null, etag: undefined };

const UNKNOWN_PROFILE = {
  username: null,
  display_name: null,
  avatar_url: null,
  profile_url: null,
  followers_count: null,
};

function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isSuspiciouslyEmpty(list: PlaylistItemList, cursor: Cursor | null): boolean {
  return !list.items?.length && (cursor !== null || (list.pageInfo?.totalResults ?? 0) > 0);
}

function uploadsOf(list: PlaylistItemList): Uploads {
  const ids = (list.items ?? []).map((item) => item.contentDetails.videoId);
  return {
    ids: [...new Set(ids)],
    total: list.pageInfo?.totalResults ?? null,
    next: list.nextPageToken ?? null,
    etag: list.etag,
  };
}

function profileOf(channel: Channel, etag: string | undefined, now: Date): Profile {
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

/** An upload that failed or was refused was never published. */
function isPublished({ status }: Video): boolean {
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
    // Only what stays the same while nobody edits: a figure that moves would make every sync run write every row.
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

/** What is not known to be public is not shown to the public. */
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

/** Google's error body in the terms of the interface. */
function explain({ status, body, retry_at }: ProviderRefusal, now: Date): PlatformFault {
  const error = ApiError.safeParse(body).data?.error;
  const details = error?.details ?? [];
  const reasons = [...(error?.errors ?? []), ...details].map(({ reason }) => reason ?? "");
  const reason = reasons.find((name) => FAULT_OF_REASON.has(name)) ?? reasons[0] ?? error?.status ?? "";
  const isDaily = details.some(({ metadata }) =>
    /\/d\/|PerDay/.test(`${metadata?.quota_unit} ${metadata?.quota_limit}`)
  );
  const known = FAULT_OF_REASON.get(reason);
  const kind = status === 429 && isDaily
    ? "quota_exhausted"
    : known ?? (status === 401 ? "token_expired" : status === 400 ? "misconfigured" : "transient");
  return new PlatformFault("youtube", kind, {
    reason: reason.slice(0, 80),
    status,
    retry_at: kind === "quota_exhausted" ? nextMidnight(QUOTA_ZONE, now) : retry_at,
  });
}
