/** YouTube's channels and videos, generated from a seed and a number, so that nothing is stored. */
import { z } from "zod";
import type { AccountBase, AccountSeed, AccountWish, ItemBase, Network } from "../engine/accounts.ts";
import { Count, cut, new_account, Time, voiceOf } from "../engine/posts.ts";
import { categories, emoji, hashtags, topics, type Voice } from "../engine/sample_text.ts";
import { fromVideoId, mix, Seeded, toVideoId } from "../engine/seeded.ts";

export interface Channel extends AccountBase {
  readonly description: string;
  readonly handle: string;
  readonly country: string | null;
  readonly language: string | null;
  readonly published_at: string;
  /** null = the creator hides it. */
  readonly subscribers: number | null;
  readonly views: number;
  /** For a channel that never had an upload: whether its uploads playlist does not exist yet, or is empty. */
  readonly empty_uploads: "not_found" | "empty";
  readonly source: "generated" | "real";
}

export type Privacy = "public" | "unlisted" | "private";

export interface Video extends ItemBase {
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly category_id: string;
  /** A deleted video's entry stays in the playlist as "Deleted video"; videos.list no longer returns it. */
  readonly privacy: Privacy;
  /** When the video entered the uploads playlist, which is ordered by this time. */
  readonly uploaded_at: string;
  /** Later than `uploaded_at` if publishing was scheduled. */
  readonly published_at: string;
  /** Set while publishing is still scheduled. */
  readonly publish_at: string | null;
  readonly duration_seconds: number;
  /** null = not counted or hidden: the API omits the member. */
  readonly views: number | null;
  readonly likes: number | null;
  readonly comments: number | null;
  readonly language: string | null;
  readonly audio_language: string | null;
  readonly live: Live | null;
  readonly made_for_kids: boolean;
  readonly synthetic: boolean;
  readonly paid_placement: boolean;
  readonly definition: "hd" | "sd";
  readonly caption: boolean;
  readonly licensed: boolean;
  readonly blocked_in: readonly string[];
  readonly largest_thumbnail: "high" | "standard" | "maxres" | "fhd" | "uhd";
  readonly translations: Readonly<Record<string, { readonly title: string; readonly description: string }>>;
  readonly topics: readonly string[];
  readonly recorded_at: string | null;
}

export interface Live {
  readonly state: "upcoming" | "live" | "completed";
  readonly scheduled_start: string;
  readonly actual_start: string | null;
  readonly actual_end: string | null;
  readonly viewers: number | null;
}

export interface ChannelWish extends AccountWish {
  readonly empty_uploads?: "not_found" | "empty" | undefined;
  readonly description?: string | undefined;
  readonly country?: string | undefined;
  readonly hidden_subscribers?: boolean | undefined;
}

export const channel_wish = {
  ...new_account,
  description: z.string().max(1_000).optional(),
  country: z.string().length(2).optional(),
  empty_uploads: z.enum(["not_found", "empty"]).optional(),
  hidden_subscribers: z.boolean().optional(),
};
export const channel_change = {
  name: z.string().min(1).max(100),
  description: z.string().max(1_000),
  country: z.string().length(2).nullable(),
  subscribers: Count.nullable(),
  views: Count,
};
export const video_change = {
  title: z.string().max(100),
  text: z.string().max(5_000).describe("the description"),
  tags: z.array(z.string().min(1)),
  category_id: z.string().regex(/^\d+$/),
  privacy: z.enum(["public", "unlisted", "private"]),
  deleted: z.boolean(),
  uploaded_at: Time,
  published_at: Time,
  publish_at: Time.nullable(),
  duration_seconds: Count,
  views: Count.nullable(),
  likes: Count.nullable(),
  comments: Count.nullable(),
  language: z.string().nullable(),
  audio_language: z.string().nullable(),
  live: z.strictObject({
    state: z.enum(["upcoming", "live", "completed"]),
    scheduled_start: Time,
    actual_start: Time.nullable().default(null),
    actual_end: Time.nullable().default(null),
    viewers: Count.nullable().default(null),
  }).nullable(),
  made_for_kids: z.boolean(),
  synthetic: z.boolean(),
  paid_placement: z.boolean(),
  definition: z.enum(["hd", "sd"]),
  caption: z.boolean(),
  licensed: z.boolean(),
  blocked_in: z.array(z.string().length(2)),
  largest_thumbnail: z.enum(["high", "standard", "maxres", "fhd", "uhd"]),
  translations: z.record(z.string(), z.strictObject({ title: z.string(), description: z.string() })),
  topics: z.array(z.url()),
  recorded_at: Time.nullable(),
};

/** Sizes around the page size of 50, and enough content to look at. */
const defaults: readonly ChannelWish[] = [
  { name: "Harbour Lights Studio", items: 200, seed: 200 },
  { name: "Kettle & Compass", items: 250, seed: 250 },
  { name: "Small Repairs", items: 120, seed: 120 },
  { name: "The Paper Garden", items: 51, seed: 51 },
  { name: "Nachtzug nach Westen", items: 50, seed: 50 },
  { name: "Café des Étoiles", items: 49, seed: 49 },
  { name: "One Good Take", items: 1, seed: 1 },
  { name: "Starting Tomorrow", items: 0, seed: 7 },
  { name: "Field Notes Daily", items: 1_000, seed: 1_000 },
  { name: "Ten Thousand Evenings", items: 10_000, seed: 10_000, days_between: 0.5 },
];

export const youtube_network: Network<Channel, Video, ChannelWish> = {
  days_between: 3,
  defaults,
  accountId: (key) => `UC${channelIdTail(key)}`,
  account({ account_id, key, name }, wish, chance) {
    const slug = name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "");
    return {
      id: account_id,
      name,
      description: wish.description ??
        `${name}: made up by a simulator, one upload at a time.\n\nNew videos on Sundays.`,
      handle: `@${slug || "channel"}${key.toString(36).slice(0, 4)}`,
      country: wish.country ?? chance.pick(["FR", "US", "JP", "BR", "DE", null]),
      language: null,
      published_at: "2014-03-09T08:30:00Z",
      subscribers: wish.hidden_subscribers ? null : threeFigures(Math.floor(10 ** (1 + chance.next() * 5))),
      views: Math.floor(10 ** (7 + chance.next() * 2)),
      empty_uploads: wish.empty_uploads ?? "not_found",
      source: "generated",
    };
  },
  item: generatedVideo,
  added({ account_id, key, number, now }, edit) {
    const at = second(now);
    const times = { uploaded_at: at, published_at: at };
    return { ...new_video, ...times, ...edit, id: toVideoId(key, number), account_id, number };
  },
  locate(id) {
    const place = fromVideoId(id);
    return place && { number: place.index, account_id: `UC${channelIdTail(place.channel)}` };
  },
};

const new_video = {
  title: "A new video",
  description: "",
  tags: [],
  category_id: "22",
  privacy: "public",
  deleted: false,
  publish_at: null,
  duration_seconds: 240,
  views: 0,
  likes: 0,
  comments: 0,
  language: null,
  audio_language: null,
  live: null,
  made_for_kids: false,
  synthetic: false,
  paid_placement: false,
  definition: "hd",
  caption: false,
  licensed: false,
  blocked_in: [],
  largest_thumbnail: "maxres",
  translations: {},
  topics: [],
  recorded_at: null,
} as const;

/** Formats a time as YouTube does: to the second. */
export function second(time: number): string {
  return new Date(Math.floor(time / 1_000) * 1_000).toISOString().replace(".000Z", "Z");
}

/** Returns 22 characters of base64url derived from the key. */
function channelIdTail(key: number): string {
  const chance = new Seeded(key);
  const bytes = Uint8Array.from({ length: 16 }, () => chance.between(0, 255));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** YouTube shows subscriber counts rounded down to three significant digits. */
function threeFigures(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 2);
  return Math.floor(count / unit) * unit;
}

const day = 86_400_000;

/** Number 0 is the oldest upload, so a channel that grows keeps its existing videos. */
function generatedVideo(channel: AccountSeed, number: number): Video {
  const chance = new Seeded(channel.seed, number);
  const voice = voiceOf(channel.seed, chance);
  const title = titleOf(voice, chance, number);
  const is_short = title.includes("#shorts") || chance.chance(0.15);
  const uploaded = Date.parse(channel.newest_at) -
    (channel.items - 1 - number) * channel.days_between * day -
    chance.between(0, 3_600) * 1_000;
  const state = stateOf(channel, number);
  const scheduled_for = state === "scheduled" || state === "late"
    ? uploaded + chance.between(2, 9) * day
    : uploaded;
  const live = liveOf(channel, number, uploaded, chance);
  const duration_seconds = live && live.state !== "completed"
    ? 0
    : is_short
    ? chance.between(5, 60)
    : chance.chance(0.02)
    ? chance.between(6 * 3_600, 11 * 3_600 + 59)
    : chance.between(61, 3_000);
  const views = Math.floor(10 ** (chance.next() * 6.2));
  const description = descriptionOf(voice, chance);

  return {
    id: toVideoId(channel.key, number),
    account_id: channel.account_id,
    number,
    title,
    description,
    tags: tagsOf(voice, chance),
    category_id: chance.pick(categories),
    privacy: privacyOf(state),
    deleted: state === "deleted",
    uploaded_at: second(uploaded),
    published_at: second(scheduled_for),
    publish_at: state === "scheduled" ? second(scheduled_for) : null,
    duration_seconds,
    views,
    likes: chance.chance(0.06) ? null : Math.floor(views * (0.01 + chance.next() * 0.07)),
    comments: chance.chance(0.08) ? null : Math.floor(views * chance.next() * 0.006),
    language: chance.chance(0.8) ? voice.language : null,
    audio_language: chance.chance(0.7) ? voice.language : null,
    live,
    made_for_kids: chance.chance(0.03),
    synthetic: chance.chance(0.04),
    paid_placement: chance.chance(0.05),
    definition: chance.chance(0.95) ? "hd" : "sd",
    caption: chance.chance(0.3),
    licensed: chance.chance(0.5),
    blocked_in: chance.chance(0.03) ? ["DE", "GB"] : [],
    largest_thumbnail: chance.pick(["high", "standard", "maxres", "maxres", "maxres", "fhd", "uhd"] as const),
    translations: chance.chance(0.1) ? { es: { title: `${title} (ES)`, description } } : {},
    topics: chance.chance(0.8) ? [chance.pick(topics)] : [],
    recorded_at: chance.chance(0.1) ? second(uploaded - day) : null,
  };
}

type State = "public" | "unlisted" | "private" | "deleted" | "late" | "scheduled";

/** Cheap, and independent of the text: counting public videos must not generate 10,000 descriptions. */
export function stateOf(channel: AccountSeed, number: number): State {
  if (channel.plain || isOnAir(channel, number)) return "public";
  const roll = mix(mix(channel.seed) ^ mix(number ^ 0xa5a5)) % 1_000;
  if (roll < 20) return "private";
  if (roll < 50) return "unlisted";
  if (roll < 65) return "deleted";
  if (roll < 105) return "late";
  if (roll < 110) return "scheduled";
  return "public";
}

/** The newest two videos of a channel with at least 50: an upcoming stream and a live one. */
function isOnAir(channel: AccountSeed, number: number): boolean {
  return !channel.plain && channel.items >= 50 && number >= channel.items - 2;
}

function privacyOf(state: State): Privacy {
  if (state === "unlisted") return "unlisted";
  return state === "private" || state === "scheduled" ? "private" : "public";
}

function titleOf(voice: Voice, chance: Seeded, number: number): string {
  const title = chance.pick(voice.titles).replace("{}", () => chance.pick(voice.subjects))
    .replace(/#(?!shorts)/, String(1 + number % 200));
  const shown = title.charAt(0).toUpperCase() + title.slice(1);
  if (chance.chance(0.02)) return `${shown} ${"and then some more of it, ".repeat(8)}`.slice(0, 100).trim();
  if (chance.chance(0.02)) {
    return chance.pick(["A", "🎬", "？", '<b>not bold</b> & "quoted"', "Tom's 'best' \\ worst"]);
  }
  return chance.chance(0.15) ? `${shown} ${chance.pick(emoji)}` : shown;
}

function descriptionOf(voice: Voice, chance: Seeded): string {
  const kind = chance.next();
  if (kind < 0.08) return "";
  const paragraphs = Array.from({ length: chance.between(1, 6) }, () => chance.pick(voice.sentences));
  if (chance.chance(0.4)) paragraphs.push(`https://example.com/${chance.between(1, 9_999)}?a=1&b=2`);
  if (chance.chance(0.5)) {
    paragraphs.push(Array.from({ length: chance.between(1, 4) }, () => chance.pick(hashtags)).join(" "));
  }
  let text = paragraphs.join("\n\n");
  if (kind > 0.98) { while (text.length < 5_000) text += `\n\n${chance.pick(voice.sentences)}`; }
  return cut(text, 5_000);
}

function tagsOf(voice: Voice, chance: Seeded): string[] {
  if (chance.chance(0.2)) return [];
  const wanted = chance.chance(0.1) ? 40 : chance.between(1, 8);
  const tags = new Set<string>();
  for (let index = 0; index < wanted; index++) {
    const word = chance.pick(voice.tags);
    tags.add(tags.has(word) ? `${word} ${chance.between(2, 99)}` : word);
  }
  return [...tags];
}

function liveOf(channel: AccountSeed, number: number, uploaded: number, chance: Seeded): Live | null {
  const length = chance.between(600, 9_000) * 1_000;
  const viewers = chance.between(3, 4_000);
  const was_live = chance.chance(0.05);
  if (channel.plain || channel.items < 50) return null;
  const scheduled_start = second(uploaded + 300_000);
  if (number === channel.items - 1) {
    return {
      state: "upcoming",
      scheduled_start: second(uploaded + 7 * day),
      actual_start: null,
      actual_end: null,
      viewers: null,
    };
  }
  if (number === channel.items - 2) {
    return {
      state: "live",
      scheduled_start,
      actual_start: second(uploaded + 360_000),
      actual_end: null,
      viewers,
    };
  }
  if (!was_live) return null;
  const actual_start = uploaded + 400_000;
  return {
    state: "completed",
    scheduled_start,
    actual_start: second(actual_start),
    actual_end: second(actual_start + length),
    viewers: null,
  };
}
