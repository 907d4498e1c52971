/**
 * YouTube: Google's OAuth 2.0 and the YouTube Data API v3.
 *
 * A page costs two units: the uploads playlist lists up to 50 videos, `videos` describes them. Both responses carry ETags that are
 * sent back, so an unchanged page is two empty responses. `search` is never called (it allows 100 calls a day).
 */
import { countOf } from "../normalize.ts";
import { isProfileDue, moved } from "../page.ts";
import { oauthClient } from "../oauth_client.ts";
import { providerClient } from "../provider_client.ts";
import {
  asKind,
  type Cursor,
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
} from "../platform.ts";
import { scopesOf } from "../settings.ts";
import { requireSetting } from "../../settings/settings.ts";
import { explain } from "./errors.ts";
import { isPublished, itemOf, profileOf } from "./items.ts";
import { ChannelList, PlaylistItemList, VideoList } from "./schemas.ts";
import { YOUTUBE } from "./settings.ts";

const SCOPE = "https://www.googleapis.com/auth/youtube.readonly";
const PUBLISH_SCOPES = ["youtube.upload", "youtube.force-ssl"].map((name) =>
  `https://www.googleapis.com/auth/${name}`
);
const PAGE_SIZE = 50;

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
    scopes: scopesOf(context, [SCOPE], PUBLISH_SCOPES),
    scope_separator: " ",
    // Google issues a refresh token for offline access only, and another one only when it asks for consent again.
    extra: { access_type: "offline", prompt: "consent" },
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

  /** Returns the channel's own figures when the stored ones are old or lack the uploads playlist; else null. */
  async function freshChannel(tokens: Tokens, request: PageRequest): Promise<Profile | null> {
    const { account } = request;
    const uploads = textOf(account.details.uploads);
    if (uploads && !isProfileDue(request, context.now())) return null;
    const channel = await knownChannel(tokens, uploads && textOf(account.details.etag));
    if (channel !== "unchanged") return channel;
    const { platform_account_id, details } = account;
    return {
      ...UNKNOWN_PROFILE,
      platform_account_id,
      details: { ...details, read_at: context.now().toISOString() },
    };
  }

  /** Reads a connected channel; if it no longer exists, it was closed. */
  async function knownChannel(tokens: Tokens, etag?: string) {
    try {
      return await readChannel(tokens, etag);
    } catch (fault) {
      throw asKind(fault, ["no_account"], "account_gone");
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
    // YouTube has returned empty pages for lists that report entries, so such a page is read twice before it is believed.
    if (list !== "unchanged" && isSuspiciouslyEmpty(list, cursor)) list = await read();
    if (list !== "unchanged") {
      const read = uploadsOf(list);
      return { ...read, next: moved("youtube", read.next, cursor?.key) };
    }
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
    // An ETag belongs to one exact request, so a page remembered with another size is ignored.
    const remembered = request.remembered?.etags.size === size ? request.remembered : null;
    let account = await freshChannel(tokens, request);
    let uploads = textOf((account ?? request.account).details.uploads);
    let list = NO_UPLOADS;
    try {
      if (uploads) list = await readUploads(tokens, uploads, request, remembered);
    } catch (fault) {
      if (!(fault instanceof PlatformFault && fault.reason === "playlistNotFound")) throw fault;
      // A channel without uploads has no such playlist; a closed channel no longer exists at all.
      const known = uploads;
      const channel = account ?? await knownChannel(tokens);
      if (channel === "unchanged") throw fault;
      account = channel;
      uploads = textOf(channel.details.uploads);
      if (uploads && uploads !== known) list = await readUploads(tokens, uploads, request, null);
    }

    if (request.may_restart && list.total !== null && list.total < (countOf(cursor?.total) ?? 0)) {
      // Something was deleted since the previous page, so later items have moved up and may have been skipped.
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
    website: "https://www.youtube.com",
    authorization: oauth.authorization,
    required_scopes: [SCOPE],
    // No header reports what is left: https://developers.google.com/youtube/v3/determine_quota_cost
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
    check: async (tokens) => void await knownChannel(tokens),
    identify,
    page,
    lookup,
  };
}

/** The relevant parts of a page of the uploads playlist. */
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
