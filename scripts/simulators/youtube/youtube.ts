/** The YouTube Data API v3: channels.list, playlistItems.list of uploads playlists, videos.list, videos.batchGetStats. */
import type { GoogleAccounts } from "../google/accounts.ts";
import { tokenInfo, userInfo } from "../google/user_info.ts";
import { type Answer, type Call, json, type Provider, type World } from "../provider.ts";
import { audit_scope, bearer, type Caller, identify } from "./credentials.ts";
import { readSelection, select, type Selection } from "./field_selection.ts";
import * as failures from "./google_error.ts";
import type { Library } from "./library.ts";
import { batchGetStats, listChannels, type Listing, listPlaylistItems, listVideos } from "./lists.ts";
import { isKnown, type Parameters, readParts } from "./parameters.ts";
import { type Bucket, Quota } from "./quota.ts";
import * as resources from "./resources.ts";
import { youtubeAdmin } from "./youtube_admin.ts";

interface Method extends Parameters {
  /** As Google's servers name it, for error details. */
  readonly rpc: string;
  readonly bucket: Bucket;
  readonly list: (call: Call, caller: Caller, parts: ReadonlySet<string>) => Promise<Listing | Answer>;
}

export function youtube(world: World, accounts: GoogleAccounts, library: Library): Provider {
  const quota = new Quota(world);
  const service = (name: string) => `youtube.api.v3.V3Data${name}`;
  const methods: Record<string, Method> = {
    "/youtube/v3/channels": {
      rpc: service("ChannelService.List"),
      parts: resources.channel_parts,
      parameters: [
        "mine",
        "id",
        "forHandle",
        "forUsername",
        "managedByMe",
        "mySubscribers",
        "categoryId",
        "hl",
        "maxResults",
        "pageToken",
        "onBehalfOfContentOwner",
      ],
      bucket: "default",
      list: (call, caller, parts) => listChannels(library, call, caller, parts),
    },
    "/youtube/v3/playlistItems": {
      rpc: service("PlaylistItemService.List"),
      parts: resources.playlist_item_parts,
      parameters: ["playlistId", "id", "videoId", "maxResults", "pageToken", "onBehalfOfContentOwner"],
      bucket: "default",
      list: (call, caller, parts) => listPlaylistItems(library, call, caller, parts),
    },
    "/youtube/v3/videos": {
      rpc: service("VideoService.List"),
      parts: resources.video_parts,
      parameters: [
        "id",
        "chart",
        "myRating",
        "hl",
        "locale",
        "maxHeight",
        "maxWidth",
        "maxResults",
        "pageToken",
        "regionCode",
        "videoCategoryId",
        "onBehalfOfContentOwner",
      ],
      bucket: "default",
      list: (call, caller, parts) => listVideos(library, call, caller, parts),
    },
    "/youtube/v3/videos:batchGetStats": {
      rpc: service("VideoService.BatchGetStats"),
      parts: resources.stats_parts,
      parameters: ["id", "onBehalfOfContentOwner"],
      bucket: "batch_get_stats",
      list: (call, caller, parts) => batchGetStats(library, call, caller, parts),
    },
  };

  const hosts = ["www.googleapis.com", "youtube.googleapis.com"];
  return {
    name: "youtube",
    routes: [
      ...hosts.flatMap((host) =>
        Object.entries(methods).map(([path, method]) => ({
          method: "GET",
          path: `/${host}${path}`,
          handle: (call: Call) => answer(accounts, quota, method, call),
        }))
      ),
      {
        method: "GET",
        path: "/www.googleapis.com/oauth2/v2/tokeninfo",
        handle: (call) => tokenInfo(accounts, call),
      },
      {
        method: "POST",
        path: "/www.googleapis.com/oauth2/v2/tokeninfo",
        handle: (call) => tokenInfo(accounts, call),
      },
      {
        method: "GET",
        path: "/www.googleapis.com/oauth2/v2/userinfo",
        handle: (call) => userInfo(accounts, library, call),
      },
    ],
    admin: youtubeAdmin(library, quota),
    accountOf: (call) => accounts.accountOf(bearer(call) ?? ""),
    failure: failures.failureByReason,
    replay: (event) => library.replay(event),
    reset: () => {
      quota.reset();
      library.reset();
    },
    stop: () => library.stop(),
  };
}

/** Credentials, quota, parameters, then the method: the order in which Google finds fault. */
async function answer(accounts: GoogleAccounts, quota: Quota, method: Method, call: Call): Promise<Answer> {
  const caller = identify(accounts, method.rpc, call);
  if ("status" in caller) return caller;
  call.notes.bucket = method.bucket;
  if (!quota.take(caller.project, method.bucket, caller.access?.account, 1)) {
    return method.bucket === "default" ? failures.quotaExceeded() : failures.rateLimitExceeded(
      "Batch Get Stats Queries",
      "defaultBatchGetStatsPerDayPerProject",
      quota.read(caller.project, method.bucket)?.limit ?? 0,
      "day",
      resources.projectNumber(caller.project),
    );
  }
  call.notes.cost = 1;

  const parts = readParts(method, call);
  if ("status" in parts) return parts;
  if (parts.has("auditDetails") && !caller.access?.scopes.includes(audit_scope)) {
    return failures.missingScope(method.rpc, [audit_scope]);
  }
  const fields = call.query.get("fields");
  const selection = fields === null ? undefined : readSelection(fields);
  if (fields !== null && (selection === undefined || !isKnown(selection, method))) {
    return failures.invalidArgument(
      `Request contains an invalid argument. Error expanding 'fields' parameter. Cannot find matching fields for path '${fields}'.`,
    );
  }
  const listing = await method.list(call, caller, parts);
  if ("status" in listing) return listing;
  return finish(call, listing, selection, fields);
}

function finish(
  call: Call,
  listing: Listing,
  selection: Selection | undefined,
  fields: string | null,
): Answer {
  const { kind, head, items } = listing;
  const tag = resources.etag([kind, head, items?.map((item) => (item as { etag: string }).etag), fields]);
  const headers = { vary: "Origin, X-Origin, Referer", "cache-control": "private" };
  if (isKnownTag(call.headers.get("if-none-match"), tag)) return { status: 304, headers, body: "" };
  const whole = { kind: `youtube#${kind}`, etag: tag, ...head, ...(items === undefined ? {} : { items }) };
  const body = selection === undefined ? whole : select(whole, selection);
  const made = json(200, body, headers);
  return call.query.get("prettyPrint") === "false" ? { ...made, body: JSON.stringify(body) } : made;
}

/** `If-None-Match` compares weakly (RFC 9110, section 13.1.2). Quotation marks may be missing, as Google allows. */
function isKnownTag(header: string | null, tag: string): boolean {
  if (header === null) return false;
  return header.split(",").some((one) => {
    const value = one.trim();
    return value === "*" || value.replace(/^W\//, "").replace(/^"(.*)"$/, "$1") === tag;
  });
}
