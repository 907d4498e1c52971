/** The YouTube Data API v3: channels.list, playlistItems.list of uploads playlists, videos.list, videos.batchGetStats. */
import { type Access, account_without_channel, api_keys, type GoogleAccounts } from "../google/accounts.ts";
import { type Answer, type Call, json, type Provider, type World } from "../provider.ts";
import type { VideoRecord } from "./catalogue.ts";
import { readSelection, select } from "./field_selection.ts";
import * as failures from "./google_error.ts";
import type { Library } from "./library.ts";
import { readPageToken, writePageToken } from "./page_token.ts";
import { type Bucket, Quota } from "./quota.ts";
import * as resources from "./resources.ts";
import { youtubeAdmin } from "./youtube_admin.ts";

const auth = "https://www.googleapis.com/auth/";
const read_scopes = ["youtube", "youtube.force-ssl", "youtube.readonly", "youtubepartner"].map((name) =>
  auth + name
);
const audit_scope = `${auth}youtubepartner-channel-audit`;

/** Who calls: a user by their token, or an app by its key. */
interface Caller {
  readonly access: Access | undefined;
  readonly project: string;
}

interface Method {
  /** As Google's servers name it, for error details. */
  readonly rpc: string;
  readonly parts: readonly string[];
  readonly parameters: readonly string[];
  readonly bucket: Bucket;
  readonly list: (call: Call, caller: Caller, parts: ReadonlySet<string>) => Promise<Listing | Answer>;
}

interface Listing {
  readonly kind: string;
  readonly head: Record<string, unknown>;
  /** Left out of the answer when undefined. */
  readonly items: readonly unknown[] | undefined;
}

const system_parameters = [
  "alt",
  "fields",
  "key",
  "access_token",
  "oauth_token",
  "prettyPrint",
  "quotaUser",
  "$.xgafv",
  "callback",
  "uploadType",
  "upload_protocol",
  "part",
];

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
    admin: youtubeAdmin(world, library, quota),
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
  const caller = identify(accounts, method, call);
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
  selection: ReturnType<typeof readSelection>,
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

// --- credentials and parameters --------------------------------------------------------------------------------------

function bearer(call: Call): string | undefined {
  const header = call.headers.get("authorization");
  if (header !== null) return /^Bearer +(.*)$/i.exec(header)?.[1]?.trim() ?? "";
  return call.query.get("access_token") ?? call.query.get("oauth_token") ?? undefined;
}

function identify(accounts: GoogleAccounts, method: Method, call: Call): Caller | Answer {
  const token = bearer(call);
  if (token !== undefined) {
    const access = call.fault?.token ? undefined : accounts.access(token);
    if (access === undefined) return failures.deadToken();
    if (!access.scopes.some((scope) => read_scopes.includes(scope))) {
      return failures.missingScope(method.rpc, read_scopes);
    }
    return { access, project: access.client.project };
  }
  const key = call.query.get("key");
  if (key !== null) {
    const project = api_keys[key];
    return project === undefined ? failures.badApiKey() : { access: undefined, project };
  }
  const personal = call.query.has("mine") || call.query.has("managedByMe") || call.query.has("myRating");
  return personal ? failures.noCredential(method.rpc) : failures.unregisteredCaller();
}

function readParts(method: Method, call: Call): ReadonlySet<string> | Answer {
  const known = new Set([...system_parameters, ...method.parameters]);
  for (const name of call.query.keys()) {
    if (known.has(name)) continue;
    return failures.invalidArgument(
      `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. ` +
        `Field '${name}' could not be found in request message.`,
      "invalid",
    );
  }
  const parts = values(call, "part");
  if (parts.length === 0) return failures.parameterError("missingRequiredParameter", "'part'", "part");
  const unknown = parts.find((part) => !method.parts.includes(part));
  return unknown === undefined ? new Set(parts) : failures.unknownPart(unknown);
}

/** A repeated parameter, or a list with commas: both are the same list. */
function values(call: Call, name: string): string[] {
  return call.query.getAll(name).flatMap((value) => value.split(",")).map((value) => value.trim()).filter((
    value,
  ) => value !== "");
}

function isKnown(selection: NonNullable<ReturnType<typeof readSelection>>, method: Method): boolean {
  const top = [
    "kind",
    "etag",
    "items",
    "nextPageToken",
    "prevPageToken",
    "pageInfo",
    "eventId",
    "tokenPagination",
    "visitorId",
    "*",
  ];
  const below = [...method.parts, "kind", "etag", "*"];
  return [...selection.keys()].every((name) => top.includes(name)) &&
    [...(selection.get("items")?.keys() ?? [])].every((name) => below.includes(name));
}

/** Exactly one of the filters, with its values, or the answer. */
function oneFilter(call: Call, filters: readonly string[]): string | Answer {
  const given = filters.filter((name) =>
    call.query.has(name) && call.query.get(name) !== "" && call.query.get(name) !== "false"
  );
  const [only] = given;
  if (only === undefined) {
    const expected = `No filter selected. Expected one of: ${filters.join(", ")}`;
    return failures.parameterError("missingRequiredParameter", expected, "parameters.");
  }
  if (given.length === 1) return only;
  const both = `Incompatible parameters specified in the request: ${given.join(", ")}`;
  return failures.parameterError("incompatibleParameters", both, "parameters.");
}

interface Page {
  readonly from: number;
  readonly size: number;
  /** What the client asked for, which `resultsPerPage` repeats. */
  readonly asked: number;
}

function readPage(call: Call, lowest = 0): Page | Answer {
  const text = call.query.get("maxResults") ?? "5";
  const asked = Number(text);
  if (!/^-?\d{1,10}$/.test(text)) {
    return failures.invalidArgument(`Invalid value at 'max_results' (TYPE_UINT32), "${text}"`, "invalid");
  }
  if (asked < lowest || asked > 50) {
    const range = `Invalid value '${text}'. Values must be within the range: [${lowest}, 50]`;
    return failures.googleError(400, range, {
      domain: "youtube.parameter",
      reason: "invalidValue",
      location: "maxResults",
      locationType: "parameter",
    });
  }
  const token = call.query.get("pageToken") ?? "";
  if (token === "") return { from: 0, size: asked, asked };
  const read = readPageToken(token);
  if (read === undefined) {
    return failures.parameterError(
      "invalidPageToken",
      "The request specifies an invalid page token.",
      "pageToken",
    );
  }
  if (!read.back) return { from: read.position, size: asked, asked };
  const from = Math.max(0, read.position - asked);
  return { from, size: read.position - from, asked };
}

function pageHead(page: Page, total: number): Record<string, unknown> {
  const end = page.from + page.size;
  return {
    ...(end < total && page.size > 0
      ? { nextPageToken: writePageToken({ position: end, back: false }) }
      : {}),
    ...(page.from > 0 ? { prevPageToken: writePageToken({ position: page.from, back: true }) } : {}),
    pageInfo: { totalResults: total, resultsPerPage: page.asked },
  };
}

// --- methods ---------------------------------------------------------------------------------------------------------

async function listChannels(
  library: Library,
  call: Call,
  caller: Caller,
  parts: ReadonlySet<string>,
): Promise<Listing | Answer> {
  const filter = oneFilter(call, ["mine", "id", "forHandle", "forUsername", "managedByMe"]);
  if (typeof filter !== "string") return filter;
  const page = readPage(call);
  if ("status" in page) return page;
  let ids: string[] = [];
  if (filter === "mine") {
    const account = caller.access?.account;
    if (account === undefined) {
      return failures.googleError(
        401,
        "The request uses the <code>mine</code> parameter but is not properly authorized.",
        {
          domain: "youtube.parameter",
          reason: "authorizationRequired",
          location: "mine",
          locationType: "parameter",
        },
      );
    }
    if (account !== account_without_channel) ids = [account];
  } else if (filter === "id") {
    ids = [...new Set(values(call, "id"))];
    if (ids.length > 50) {
      return failures.parameterError(
        "invalidFilters",
        "The request specifies an invalid filter parameter.",
        "parameters.",
      );
    }
  } else if (filter === "forHandle") {
    await library.find(call.query.get("forHandle") ?? "");
    const found = library.byHandle(call.query.get("forHandle") ?? "");
    if (found !== undefined) ids = [found.id];
  } else if (filter === "managedByMe") {
    return failures.failureByReason("forbidden") as Answer;
  }

  await library.find(...ids);
  const channels = ids.flatMap((id) => library.channel(id) ?? []);
  const shown = channels.slice(page.from, page.from + page.size);
  const items = shown.map((channel) =>
    resources.channelResource(
      channel,
      parts,
      caller.access?.account === channel.id,
      () => library.publicVideos(channel.id),
    )
  );
  // An answer without any channel has no items at all.
  return {
    kind: "channelListResponse",
    head: pageHead(page, channels.length),
    items: items.length === 0 ? undefined : items,
  };
}

async function listPlaylistItems(
  library: Library,
  call: Call,
  caller: Caller,
  parts: ReadonlySet<string>,
): Promise<Listing | Answer> {
  const filter = oneFilter(call, ["id", "playlistId"]);
  if (typeof filter !== "string") return filter;
  const page = readPage(call);
  if ("status" in page) return page;
  const kind = "playlistItemListResponse";
  const show = (video: VideoRecord, position: number) =>
    resources.playlistItemResource(video, parts, position, caller.access?.account === video.channel_id);

  if (filter === "id") {
    const videos = await existing(
      library,
      values(call, "id").flatMap((id) => resources.videoIdOfPlaylistItem(id) ?? []),
    );
    const items = videos.map((video) => show(video, library.positionOf(video.id) ?? 0));
    return { kind, head: { pageInfo: { totalResults: items.length, resultsPerPage: items.length } }, items };
  }

  const playlist = call.query.get("playlistId") ?? "";
  const channel_id = /^UU[\w-]{22}$/.test(playlist) ? `UC${playlist.slice(2)}` : "";
  await library.find(channel_id);
  const channel = library.channel(channel_id);
  if (channel === undefined) return failures.playlistNotFound();
  const whole = library.size(channel_id);
  // The uploads playlist comes into being with the first upload.
  if (whole === 0 && channel.empty_uploads === "not_found") return failures.playlistNotFound();

  const only = call.query.get("videoId") ?? "";
  if (only !== "") {
    const videos = (await existing(library, [only])).filter((video) => video.channel_id === channel_id);
    const items = videos.map((video) => show(video, library.positionOf(video.id) ?? 0));
    return { kind, head: { pageInfo: { totalResults: items.length, resultsPerPage: page.asked } }, items };
  }
  const owner = caller.access?.account === channel_id;
  const { videos, total } = owner
    ? { videos: library.at(channel_id, page.from, page.size), total: whole }
    : library.listedAt(channel_id, page.from, page.size);
  return {
    kind,
    head: pageHead(page, total),
    items: videos.map((video, index) => show(video, page.from + index)),
  };
}

async function listVideos(
  library: Library,
  call: Call,
  caller: Caller,
  parts: ReadonlySet<string>,
): Promise<Listing | Answer> {
  const filter = oneFilter(call, ["id", "myRating", "chart"]);
  if (typeof filter !== "string") return filter;
  if (filter !== "id") {
    return failures.googleError(400, `The simulator has no ${filter}: it serves videos by id`, {
      domain: "youtube.video",
      reason: filter === "chart" ? "videoChartNotFound" : "invalidRating",
      location: filter,
      locationType: "parameter",
    });
  }
  const wrong = ["maxResults", "pageToken"].find((name) => call.query.has(name));
  if (wrong !== undefined) {
    return failures.parameterError(
      "incompatibleParameters",
      `Incompatible parameters specified in the request: id, ${wrong}`,
      "parameters.",
    );
  }
  const sides = [call.query.get("maxWidth"), call.query.get("maxHeight")].map((side) =>
    side === null ? null : Number(side)
  );
  if (sides.some((side) => side !== null && !(side >= 72 && side <= 8_192))) {
    return failures.invalidArgument("Invalid value. Values must be within the range: [72, 8192]", "invalid");
  }
  const ids = [...new Set(values(call, "id"))];
  if (ids.length > 50) {
    return failures.parameterError(
      "invalidFilters",
      "The request specifies an invalid filter parameter.",
      "parameters.",
    );
  }
  const seen = visible(await existing(library, ids), caller);
  const private_part = resources.owner_parts.find((part) => parts.has(part));
  if (private_part !== undefined && seen.some((video) => video.channel_id !== caller.access?.account)) {
    return failures.googleError(
      403,
      "The request is not properly authorized to access video file or processing information. Note that the " +
        "<code>fileDetails</code>, <code>processingDetails</code>, and <code>suggestions</code> parts are only available to that video's owner.",
      { domain: "youtube.video", reason: "forbidden", location: "part", locationType: "parameter" },
    );
  }
  const items = seen.map((video) =>
    resources.videoResource(video, parts, {
      owner: video.channel_id === caller.access?.account,
      hl: call.query.get("hl"),
      max_width: sides[0] ?? null,
      max_height: sides[1] ?? null,
    })
  );
  const head = { pageInfo: { totalResults: items.length, resultsPerPage: items.length } };
  return { kind: "videoListResponse", head, items };
}

async function batchGetStats(
  library: Library,
  call: Call,
  caller: Caller,
  parts: ReadonlySet<string>,
): Promise<Listing | Answer> {
  const ids = [...new Set(values(call, "id"))];
  if (ids.length === 0) {
    return failures.parameterError(
      "missingRequiredParameter",
      "No filter selected. Expected one of: id",
      "parameters.",
    );
  }
  if (ids.length > 50) {
    return failures.parameterError(
      "invalidFilters",
      "The request specifies an invalid filter parameter.",
      "parameters.",
    );
  }
  const seen = visible(await existing(library, ids), caller);
  return {
    kind: "batchGetStatsResponse",
    head: {},
    items: seen.map((video) => resources.videoStatResource(video, parts)),
  };
}

/** The videos that there are, in the order of the ids; a missing one is left out without a word. */
async function existing(library: Library, ids: readonly string[]): Promise<VideoRecord[]> {
  await library.find(...ids);
  return ids.flatMap((id) => library.video(id) ?? []);
}

function visible(videos: readonly VideoRecord[], caller: Caller): VideoRecord[] {
  return videos.filter((video) =>
    !video.deleted && (video.privacy !== "private" || video.channel_id === caller.access?.account)
  );
}

// --- the oauth2 v2 API, which lives on the same host -----------------------------------------------------------------

function tokenInfo(accounts: GoogleAccounts, call: Call): Answer {
  const form = new URLSearchParams(call.body);
  const access = accounts.access(call.query.get("access_token") ?? form.get("access_token") ?? "");
  if (access === undefined || call.fault?.token) {
    return json(400, { error: "invalid_token", error_description: "Invalid Value" });
  }
  return json(200, {
    issued_to: access.client.id,
    audience: access.client.id,
    user_id: accounts.userId(access.account),
    scope: access.scopes.join(" "),
    expires_in: access.expires_in,
  });
}

async function userInfo(accounts: GoogleAccounts, library: Library, call: Call): Promise<Answer> {
  const access = call.fault?.token ? undefined : accounts.access(bearer(call) ?? "");
  if (access === undefined) return failures.deadToken();
  const sees = (name: string) =>
    access.scopes.includes(`${auth}userinfo.${name}`) || access.scopes.includes("openid");
  if (!sees("profile") && !sees("email")) {
    return failures.missingScope("google.identity.oauth2.Userinfo.Get", [`${auth}userinfo.profile`]);
  }
  await library.find(access.account);
  const name = library.channel(access.account)?.title ?? "Viewer only";
  const id = accounts.userId(access.account);
  return json(200, {
    id,
    ...(access.scopes.includes(`${auth}userinfo.email`)
      ? { email: `${id}@example.com`, verified_email: true }
      : {}),
    ...(access.scopes.includes(`${auth}userinfo.profile`)
      ? { name, given_name: name, picture: `https://lh3.googleusercontent.com/a/simulated-${id}=s96-c` }
      : {}),
  });
}
