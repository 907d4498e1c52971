/** Facts about a public item or creator for search engines: each fact is valid and true, or null. */
import * as z from "zod";
import { type JsonObject, JsonObject as Metadata } from "../platforms/platform.ts";
import { playerOf } from "../platforms/players.ts";
import type { PublicUrls } from "./settings.ts";
import { cut, lines, oneLine } from "./words.ts";

const Text = z.string().nullable();

/** An item as the database returns it for search engines (`ops.seo_item`). */
export const SeoItem = z.object({
  id: z.uuid(),
  platform: z.string(),
  platform_content_id: z.string(),
  content_type: z.string(),
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  has_thumbnail: z.boolean(),
  permalink: Text,
  language: Text,
  duration_seconds: z.number().nullable(),
  published_at: z.string(),
  created_at: z.string(),
  changed_at: z.string(),
  metadata: Metadata,
  views_count: z.number(),
  likes_count: z.number(),
  comments_count: z.number(),
  shares_count: z.number(),
  slug: Text,
  display_name: Text,
  username: Text,
});
export type SeoItem = z.output<typeof SeoItem>;

/** A creator as the database returns it for search engines. */
export const SeoCreator = z.object({
  id: z.uuid(),
  slug: z.string(),
  display_name: Text,
  bio: Text,
  avatar_url: Text,
  profile_urls: z.array(z.string()),
  twitter_username: Text,
  created_at: z.string(),
  updated_at: z.string(),
});
export type SeoCreator = z.output<typeof SeoCreator>;

/** The columns of an item that its facts need; sitemap entries are made from these. */
export const Subject = SeoItem.omit({
  views_count: true,
  likes_count: true,
  comments_count: true,
  shares_count: true,
  language: true,
  username: true,
});
export type Subject = z.output<typeof Subject>;

export interface Facts {
  kind: "video" | "picture" | "post";
  url: string;
  /** At most 100 characters. Derived from the description, or from the kind and the creator, if the item has no title. */
  title: string;
  /** May have several lines; at most 2,048 characters, never empty. */
  description: string;
  thumbnail: string | null;
  /** Player URL, https only. */
  player: string | null;
  /** ISO 8601 with a zone, never in the future. */
  published_at: string | null;
  changed_at: string | null;
  /** Whole seconds above 0; null for a broadcast that is still live. */
  duration_seconds: number | null;
  is_live: boolean;
  /** Actual or scheduled start of a broadcast, and its end. */
  broadcast: { starts_at: string; ends_at: string | null } | null;
  /** Short videos and reels, which are about twice as high as wide. */
  is_upright: boolean;
  /** At most 32, each of at most 100 characters. */
  tags: string[];
  creator: { name: string; url: string } | null;
}

export const TITLE_LENGTH = 100;
export const DESCRIPTION_LENGTH = 2_048;
const MOST_TAGS = 32;
const TAG_LENGTH = 100;

const KINDS: Readonly<Record<string, Facts["kind"]>> = {
  long_video: "video",
  short_video: "video",
  reel: "video",
  image: "picture",
  carousel: "picture",
};
const NAMES: Readonly<Record<Facts["kind"], string>> = { video: "Video", picture: "Picture", post: "Post" };
const LIVE = /^live$/i;

/** Returns the facts of an item at time `now`; later timestamps count as future. */
export function factsOf(item: Subject, urls: PublicUrls, now: Date): Facts {
  const kind = KINDS[item.content_type] ?? "post";
  const creator = creatorOf(item.slug, item.display_name, urls);
  const title = titleOf(item.title, item.description, NAMES[kind], creator?.name);
  const is_live = kind === "video" && LIVE.test(textOf(item.metadata.live) ?? "");
  return {
    kind,
    url: urls.item(item),
    title,
    description: cut(lines(item.description), DESCRIPTION_LENGTH) || title,
    thumbnail: item.has_thumbnail ? urls.thumbnail(item.id) : null,
    player: kind === "video" ? https(playerOf(item.platform, item)) : null,
    // An item that its platform dates into the future existed when we first saw it.
    published_at: past(item.published_at, now) ?? past(item.created_at, now),
    changed_at: past(item.changed_at, now),
    duration_seconds: is_live ? null : seconds(item.duration_seconds),
    is_live,
    broadcast: kind === "video" ? broadcastOf(item.metadata) : null,
    is_upright: item.content_type === "short_video" || item.content_type === "reel",
    tags: tagsOf(item.tags),
    creator,
  };
}

/** Returns the facts of a creator's page. */
export function profileOf(creator: SeoCreator, urls: PublicUrls) {
  const name = nameOf(creator.display_name, creator.slug);
  return {
    url: urls.creator(creator.slug),
    name,
    description: cut(lines(creator.bio ?? ""), DESCRIPTION_LENGTH) || `${name} on ${urls.site_name}`,
    avatar: https(creator.avatar_url),
    profile_urls: [...new Set(creator.profile_urls.map(https).filter((url) => url !== null))],
  };
}

/** Returns the part of a text that search results show. */
export function snippet(text: string): string {
  return cut(oneLine(text), 160);
}

function titleOf(title: string, description: string, kind: string, creator: string | undefined): string {
  const [first = ""] = lines(description).split("\n", 1);
  return cut(oneLine(title) || oneLine(first) || (creator ? `${kind} by ${creator}` : kind), TITLE_LENGTH);
}

function creatorOf(slug: string | null, name: string | null, urls: PublicUrls): Facts["creator"] {
  return slug === null ? null : { name: nameOf(name, slug), url: urls.creator(slug) };
}

function nameOf(name: string | null, slug: string): string {
  return oneLine(name ?? "") || slug;
}

function tagsOf(tags: readonly string[]): string[] {
  const clean = tags.slice(0, 2 * MOST_TAGS).map(oneLine).filter((tag) =>
    tag !== "" && tag.length <= TAG_LENGTH
  );
  return [...new Set(clean)].slice(0, MOST_TAGS);
}

/** Returns a time with its zone; a time without one is read as UTC, as databases and platforms mean it. Null if invalid or later than `now`. */
export function past(time: string | null, now: Date): string | null {
  const instant = zoned(time);
  return instant !== null && Date.parse(instant) <= now.getTime() ? instant : null;
}

function zoned(time: unknown): string | null {
  if (typeof time !== "string") return null;
  const given = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(time.trim());
  if (!given) return null;
  const [, date, clock, zone = "Z"] = given;
  const offset = zone === "Z" ? "+00:00" : `${zone.slice(0, 3)}:${zone.slice(3).replace(":", "") || "00"}`;
  const instant = `${date}T${clock}${offset}`;
  // Date parsers turn February 30 into March 2; the schemas reject it.
  const day = Date.parse(`${date}T00:00:00Z`);
  const isReal = !Number.isNaN(day) && new Date(day).toISOString().startsWith(`${date}T`);
  return !isReal || Number.isNaN(Date.parse(instant)) ? null : instant;
}

/** Returns the times of a broadcast, including a scheduled one. */
function broadcastOf(metadata: JsonObject): Facts["broadcast"] {
  const starts_at = zoned(metadata.live_started_at ?? metadata.live_scheduled_at);
  if (starts_at === null) return null;
  const ends_at = zoned(metadata.live_ended_at);
  return {
    starts_at,
    ends_at: ends_at !== null && Date.parse(ends_at) < Date.parse(starts_at) ? null : ends_at,
  };
}

function seconds(duration: number | null): number | null {
  const whole = Math.round(duration ?? 0);
  return whole > 0 ? whole : null;
}

/** Returns seconds as an ISO 8601 duration: PT1H2M3S. */
export function isoDuration(duration: number): string {
  const [hours, minutes, rest] = [
    Math.floor(duration / 3_600),
    Math.floor(duration / 60) % 60,
    duration % 60,
  ];
  return `PT${hours ? `${hours}H` : ""}${minutes ? `${minutes}M` : ""}${
    rest || duration < 60 ? `${rest}S` : ""
  }`;
}

/** Returns a URL if it is https and so can be embedded in an https page, otherwise null. */
export function https(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  return new URL(url).protocol === "https:" ? url : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
