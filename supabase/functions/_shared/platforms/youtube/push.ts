/**
 * YouTube's push notifications (WebSub): a hub reports new, edited and deleted videos of the channels that we subscribed to. It
 * first calls back to verify a subscription; a lease ends after days and is renewed; each message is signed with the secret that we
 * gave for the channel. Messages arrive at least once, in any order, or not at all: they are hints, and the regular sync remains.
 *
 * @see https://developers.google.com/youtube/v3/guides/push_notifications
 * @see https://pubsubhubbub.github.io/PubSubHubbub/pubsubhubbub-core-0.4.html
 */
import { SaxesParser } from "saxes";
import { ApiError } from "../../errors.ts";
import type { Asked, Unread } from "../../http/contract.ts";
import { bytesOfHex, hmacHex, isSignedSha1 } from "../../http/hmac.ts";
import { requireSetting, type Settings } from "../../settings/settings.ts";
import { YOUTUBE } from "./settings.ts";

/** The documentation uses the first; older documentation and the messages themselves use the second. */
const TOPICS = [
  "https://www.youtube.com/xml/feeds/videos.xml?channel_id=",
  "https://www.youtube.com/feeds/videos.xml?channel_id=",
];
const CHANNEL = /^[\w-]{1,64}$/;
/** Limits for the lease in a callback; the upper one is the longest that hubs grant. */
const LEASE_SECONDS = { least: 3_600, most: 30 * 86_400 };

/**
 * Returns the channel's own secret, so that the holder of one cannot sign for another channel. It is derived from the client secret
 * and stored nowhere.
 */
export function pushSecret(settings: Settings, channel_id: string): Promise<string> {
  return hmacHex(
    requireSetting(settings.of(YOUTUBE), "YOUTUBE_CLIENT_SECRET"),
    `youtube push ${channel_id}`,
  );
}

/** Returns the request to the hub. */
export async function subscriptionForm(
  settings: Settings,
  channel_id: string,
  mode: "subscribe" | "unsubscribe",
): Promise<Record<string, string>> {
  const callback = new URL("/functions/v1/youtube-webhook", settings.SUPABASE_URL);
  callback.searchParams.set("channel", channel_id);
  return {
    "hub.mode": mode,
    "hub.topic": `${TOPICS[0]}${channel_id}`,
    "hub.callback": callback.href,
    "hub.verify": "async",
    "hub.secret": await pushSecret(settings, channel_id),
  };
}

/** Answers the hub's question whether we asked for this subscription. */
export async function answerHub({ query, admin }: Asked): Promise<string | null> {
  const {
    "hub.mode": mode,
    "hub.topic": topic = "",
    "hub.challenge": challenge,
    "hub.lease_seconds": lease,
  } = query;
  const channel_id = TOPICS.flatMap((start) => topic.startsWith(start) ? [topic.slice(start.length)] : [])[0];
  if (mode !== "subscribe" && mode !== "unsubscribe") return null;
  if (!channel_id || !CHANNEL.test(channel_id) || query.channel !== channel_id) return null;
  if (!challenge || challenge.length > 500 || !/^[\x21-\x7e]+$/.test(challenge)) return null;
  const seconds = Math.min(
    LEASE_SECONDS.most,
    Math.max(LEASE_SECONDS.least, Math.floor(Number(lease)) || 432_000),
  );
  const isOurs = await admin.call("confirm_push_subscription", {
    p_channel_id: channel_id,
    p_mode: mode,
    p_lease_seconds: seconds,
  });
  return isOurs ? challenge : null;
}

/** Returns false when the signature is wrong. The sender still gets 202, as WebSub requires (section 8), or it would retry. */
export async function verifyPush({ bytes, request, settings }: Unread): Promise<void | false> {
  const channel_id = new URL(request.url).searchParams.get("channel") ?? "";
  const given = /^sha1=([0-9a-f]{40})$/i.exec(request.headers.get("x-hub-signature") ?? "")?.[1];
  if (!given || !CHANNEL.test(channel_id)) return false;
  return await isSignedSha1(await pushSecret(settings, channel_id), bytesOfHex(given), bytes)
    ? undefined
    : false;
}

export interface Pushed {
  channel_id: string;
  video_id: string;
  is_deleted: boolean;
}

const ATOM = "http://www.w3.org/2005/Atom";
const YT = "http://www.youtube.com/xml/schemas/2015";
const TOMBSTONE = "http://purl.org/atompub/tombstones/1.0";
const MOST_ENTRIES = 100;

/** @throws {ApiError} `bad_request` when the text is not an Atom feed. */
export function readFeed(text: string): Pushed[] {
  const found: Pushed[] = [];
  let open: Partial<Pushed> | null = null;
  let words = "";
  let depth = 0;
  let root: string | null = null;
  const parser = new SaxesParser({ xmlns: true });
  const fail = () => {
    throw new ApiError("bad_request", "Cannot read the message: it is not an Atom feed");
  };
  parser.on("error", fail);
  parser.on("doctype", fail);
  parser.on("opentag", ({ uri, local, attributes }) => {
    root ??= `${uri} ${local}`;
    depth++;
    words = "";
    if (depth !== 2) return;
    if (uri === ATOM && local === "entry") open = { is_deleted: false };
    if (uri === TOMBSTONE && local === "deleted-entry") {
      const video_id = /^yt:video:(.+)$/.exec(String(attributes.ref?.value ?? ""))?.[1];
      open = { is_deleted: true, ...(video_id ? { video_id } : {}) };
    }
  });
  const read = (part: string) => {
    if (words.length < 1_000) words += part;
  };
  parser.on("text", read);
  parser.on("cdata", read);
  parser.on("closetag", ({ uri, local }) => {
    const said = words.trim();
    if (open && uri === YT && local === "videoId") open.video_id = said;
    if (open && uri === YT && local === "channelId") open.channel_id = said;
    // A tombstone names its channel only by its author's URI.
    if (open?.is_deleted && uri === ATOM && local === "uri") {
      open.channel_id = /\/channel\/([\w-]+)$/.exec(said)?.[1] ?? "";
    }
    depth--;
    if (depth !== 1 || !open) return;
    const { channel_id = "", video_id = "", is_deleted = false } = open;
    if (CHANNEL.test(channel_id) && CHANNEL.test(video_id) && found.length < MOST_ENTRIES) {
      found.push({ channel_id, video_id, is_deleted });
    }
    open = null;
  });
  parser.write(text).close();
  if (root !== `${ATOM} feed`) fail();
  return found;
}
