/** The lists themselves: channels, uploads playlists, videos. */
import type { Answer, Call } from "../engine/provider.ts";
import * as failures from "../google/google_error.ts";
import { account_without_channel, type Caller } from "./caller.ts";
import type { Library } from "./library.ts";
import type { Video } from "./network.ts";
import { oneFilter, pageHead, readPage, values } from "./parameters.ts";
import * as resources from "./resources.ts";

export interface Listing {
  readonly kind: string;
  readonly head: Record<string, unknown>;
  /** Omitted from the response if undefined. */
  readonly items: readonly unknown[] | undefined;
}

export async function listChannels(
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
      return tooMany();
    }
  } else if (filter === "forHandle") {
    await library.known(call.query.get("forHandle") ?? "");
    const found = library.byHandle(call.query.get("forHandle") ?? "");
    if (found !== undefined) ids = [found.id];
  } else if (filter === "managedByMe") {
    return failures.failureByReason("forbidden") as Answer;
  }

  await Promise.all(ids.map((id) => library.known(id)));
  const channels = ids.flatMap((id) => library.account(id) ?? []);
  const shown = channels.slice(page.from, page.from + page.size);
  const items = shown.map((channel) =>
    resources.channelResource(
      channel,
      parts,
      caller.access?.account === channel.id,
      () => library.publicVideos(channel.id),
    )
  );
  // A response without channels has no `items` member.
  return {
    kind: "channelListResponse",
    head: pageHead(page, channels.length),
    items: items.length === 0 ? undefined : items,
  };
}

export async function listPlaylistItems(
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
  const show = (video: Video, position: number) =>
    resources.playlistItemResource(
      video,
      parts,
      library.expect(video.account_id).name,
      position,
      caller.access?.account === video.account_id,
    );

  if (filter === "id") {
    const videos = await existing(
      library,
      values(call, "id").flatMap((id) => resources.videoIdOfPlaylistItem(id) ?? []),
    );
    const items = videos.map((video) => show(video, library.positionOf(video)));
    return { kind, head: { pageInfo: { totalResults: items.length, resultsPerPage: items.length } }, items };
  }

  const playlist = call.query.get("playlistId") ?? "";
  const channel_id = /^UU[\w-]{22}$/.test(playlist) ? `UC${playlist.slice(2)}` : "";
  await library.known(channel_id);
  const channel = library.account(channel_id);
  if (channel === undefined) return failures.playlistNotFound();
  const whole = library.size(channel_id);
  // The uploads playlist is created with the first upload.
  if (whole === 0 && channel.empty_uploads === "not_found") return failures.playlistNotFound();

  const only = call.query.get("videoId") ?? "";
  if (only !== "") {
    const videos = (await existing(library, [only])).filter((video) => video.account_id === channel_id);
    const items = videos.map((video) => show(video, library.positionOf(video)));
    return { kind, head: { pageInfo: { totalResults: items.length, resultsPerPage: page.asked } }, items };
  }
  const owner = caller.access?.account === channel_id;
  const { videos, total } = owner
    ? { videos: library.at(channel_id, page.from, page.size), total: whole }
    : library.listedAt(channel_id, page.from, page.size);
  return {
    kind,
    head: pageHead(page, total, call.fault?.next),
    items: videos.map((video, index) => show(video, page.from + index)),
  };
}

export async function listVideos(
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
    return tooMany();
  }
  const seen = visible(await existing(library, ids), caller);
  const private_part = resources.owner_parts.find((part) => parts.has(part));
  if (private_part !== undefined && seen.some((video) => video.account_id !== caller.access?.account)) {
    return failures.googleError(
      403,
      "The request is not properly authorized to access video file or processing information. Note that the " +
        "<code>fileDetails</code>, <code>processingDetails</code>, and <code>suggestions</code> parts are only available to that video's owner.",
      { domain: "youtube.video", reason: "forbidden", location: "part", locationType: "parameter" },
    );
  }
  const items = seen.map((video) =>
    resources.videoResource(video, parts, {
      channel_title: library.expect(video.account_id).name,
      owner: video.account_id === caller.access?.account,
      hl: call.query.get("hl"),
      max_width: sides[0] ?? null,
      max_height: sides[1] ?? null,
    })
  );
  const head = { pageInfo: { totalResults: items.length, resultsPerPage: items.length } };
  return { kind: "videoListResponse", head, items };
}

export async function batchGetStats(
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
    return tooMany();
  }
  const seen = visible(await existing(library, ids), caller);
  return {
    kind: "batchGetStatsResponse",
    head: {},
    items: seen.map((video) => resources.videoStatResource(video, parts)),
  };
}

/** Returns the videos that exist, in the order of the ids; missing ones are omitted silently. */
async function existing(library: Library, ids: readonly string[]): Promise<Video[]> {
  await Promise.all(ids.map((id) => library.known(id)));
  return ids.flatMap((id) => library.find(id) ?? []);
}

function visible(videos: readonly Video[], caller: Caller): Video[] {
  return videos.filter((video) =>
    !video.deleted && (video.privacy !== "private" || video.account_id === caller.access?.account)
  );
}

function tooMany(): Answer {
  return failures.parameterError(
    "invalidFilters",
    "The request specifies an invalid filter parameter.",
    "parameters.",
  );
}
