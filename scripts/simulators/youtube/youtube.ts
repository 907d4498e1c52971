/** The YouTube Data API v3: channels.list, playlistItems.list of uploads playlists, videos.list, videos.batchGetStats. */
import { accountsAdmin } from "../engine/accounts_admin.ts";
import { accountChoices } from "../engine/consent_page.ts";
import { accountOfCall, type Grants } from "../engine/grants.ts";
import {
  type Answer,
  type Call,
  type Context,
  json,
  type Part,
  type Provider,
  type Route,
  words,
} from "../engine/provider.ts";
import { Publishing } from "../engine/publishing.ts";
import { type Bucket, Quota } from "../engine/quota.ts";
import { readSelection, select, type Selection } from "../google/field_selection.ts";
import * as failures from "../google/google_error.ts";
import { googleGrants, googleOauth, isOauth, oauthFailure } from "../google/oauth.ts";
import { local_client } from "../google/token.ts";
import { tokenInfo, userInfo } from "../google/user_info.ts";
import { account_without_channel, audit_scope, type Caller, identify, tokenOf } from "./caller.ts";
import { CatalogueFile } from "./catalogue_file.ts";
import { Library } from "./library.ts";
import { batchGetStats, listChannels, type Listing, listPlaylistItems, listVideos } from "./lists.ts";
import { channel_change, channel_wish, video_change, youtube_network } from "./network.ts";
import { isKnown, type Parameters, readParts } from "./parameters.ts";
import { youtubePublishing } from "./publishing.ts";
import { Hub } from "./hub.ts";
import * as resources from "./resources.ts";

/** Quota units of the project; they reset at midnight Pacific Time. */
const units: Bucket = { limit: 10_000, per: "app", window: { kind: "day", zone: "America/Los_Angeles" } };
const buckets = { default: units, batch_get_stats: units, video_uploads: { ...units, limit: 100 } };

interface Method extends Parameters {
  /** The method's name on Google's servers, for error details. */
  readonly rpc: string;
  readonly bucket: keyof typeof buckets;
  readonly list: (call: Call, caller: Caller, parts: ReadonlySet<string>) => Promise<Listing | Answer>;
}

const service = (name: string) => `youtube.api.v3.V3Data${name}`;

function methodsOf(library: Library): Record<string, Method> {
  return {
    "/youtube/v3/channels": {
      rpc: service("ChannelService.List"),
      parts: resources.channel_parts,
      parameters: words(
        "mine id forHandle forUsername managedByMe mySubscribers categoryId hl maxResults pageToken onBehalfOfContentOwner",
      ),
      bucket: "default",
      list: (call, caller, parts) => listChannels(library, call, caller, parts),
    },
    "/youtube/v3/playlistItems": {
      rpc: service("PlaylistItemService.List"),
      parts: resources.playlist_item_parts,
      parameters: words("playlistId id videoId maxResults pageToken onBehalfOfContentOwner"),
      bucket: "default",
      list: (call, caller, parts) => listPlaylistItems(library, call, caller, parts),
    },
    "/youtube/v3/videos": {
      rpc: service("VideoService.List"),
      parts: resources.video_parts,
      parameters: words(
        "id chart myRating hl locale maxHeight maxWidth maxResults pageToken regionCode videoCategoryId onBehalfOfContentOwner",
      ),
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
}

export async function youtube(context: Context): Promise<Provider> {
  const file = context.catalog === undefined
    ? undefined
    : await CatalogueFile.open(context.catalog, context.folder);
  const library = new Library(context, youtube_network, file);
  library.inFile = (handle) => file?.byHandle(handle);
  const quota = new Quota(context, buckets);
  const expect = async (id: string) => {
    await library.known(id);
    if (id !== account_without_channel) library.expect(id);
  };
  const grants = googleGrants(context, {
    read_scopes: ["https://www.googleapis.com/auth/youtube.readonly"],
    expect,
  });
  const choices = accountChoices(library, "videos");
  const viewer = {
    id: account_without_channel,
    name: "Viewer only",
    detail: "an account that never made a channel",
  };

  const publishing = new Publishing(context);
  const hub = new Hub(context, library);
  const hosts = ["www.googleapis.com", "youtube.googleapis.com"];
  const routes: Route[] = [
    ...googleOauth(context, grants, {
      choices: async (
        search,
        hint,
      ) => [...await choices.choices(search, hint), ...(search === "" ? [viewer] : [])],
      find: async (id) => id === viewer.id ? { account: id } : await choices.find(id),
    }),
    ...hosts.flatMap((host) =>
      Object.entries(methodsOf(library)).map(([path, method]) => ({
        method: "GET",
        path: `/${host}${path}`,
        handle: (call: Call) => answer(grants, quota, method, call),
      }))
    ),
    ...youtubePublishing(library, grants, publishing, quota),
    ...hub.routes,
    ...["GET", "POST"].map((method) => ({
      method,
      path: "/www.googleapis.com/oauth2/v2/tokeninfo",
      handle: (call: Call) => tokenInfo(grants, call),
    })),
    {
      method: "GET",
      path: "/www.googleapis.com/oauth2/v2/userinfo",
      handle: (call) =>
        userInfo(grants, tokenOf(call) ?? "", call, async (id) => {
          await library.known(id);
          return library.account(id)?.name ?? viewer.name;
        }),
    },
  ];
  const admin = accountsAdmin({
    accounts: library,
    wish: channel_wish,
    change: channel_change,
    item_change: video_change,
    readEdit: ({ text, ...edit }) => text === undefined ? edit : { ...edit, description: String(text) },
    truth: (video) => ({ ...video, visibility: video.privacy }),
    describe: ({ id }) => ({
      uploads_playlist_id: resources.uploadsOf(id),
      consented: grants.of(id).consented,
    }),
  });
  const report: Part = {
    admin: (
      root,
    ) => [{ method: "GET", path: `${root}/catalogue`, handle: () => json(200, file?.report ?? null) }],
  };
  return {
    name: context.provider,
    routes,
    parts: [library, grants, admin, quota, report, publishing, hub, hub.webhooks],
    accountOf: (call) =>
      publishing.uploads.get(call.query.get("upload_id") ?? "")?.account_id ?? accountOfCall(grants, call),
    failure: (reason, call) => isOauth(call) ? oauthFailure(reason) : failures.failureByReason(reason),
  };
}

/** Checks credentials, quota and parameters, then runs the method: the order in which Google reports errors. */
async function answer(
  grants: Grants,
  quota: Quota<keyof typeof buckets>,
  method: Method,
  call: Call,
): Promise<Answer> {
  const caller = identify(grants, method.rpc, call);
  if ("status" in caller) return caller;
  call.notes.bucket = method.bucket;
  if (!quota.take(method.bucket, caller.access?.account)) {
    return method.bucket === "default" ? failures.quotaExceeded() : failures.rateLimitExceeded(
      "Batch Get Stats Queries",
      "defaultBatchGetStatsPerDayPerProject",
      quota.read(method.bucket).limit,
      "day",
      resources.projectNumber(local_client.project),
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
