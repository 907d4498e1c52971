/** One made-up video from a seed and its number. Nothing is kept: asking twice makes it twice, the same. */
import { mix, Seeded, toVideoId } from "../seeded.ts";
import type { LiveRecord, Privacy, VideoRecord } from "./catalogue.ts";
import { categories, emoji, hashtags, topics, type Voice, voices } from "./sample_text.ts";

export interface ChannelSeed {
  readonly id: string;
  readonly title: string;
  /** In every video id of the channel. */
  readonly key: number;
  readonly seed: number;
  readonly videos: number;
  /** The newest upload's time; older ones go back from it. */
  readonly newest_at: string;
  readonly days_between: number;
  /** A channel of nothing but plain public videos, for tests that count. */
  readonly plain: boolean;
}

const day = 86_400_000;

/** Number 0 is the oldest upload, so that a channel that grows keeps the videos that it has. */
export function generatedVideo(channel: ChannelSeed, number: number): VideoRecord {
  const chance = new Seeded(channel.seed, number);
  const voice = voiceOf(channel.seed, chance);
  const title = titleOf(voice, chance, number);
  const is_short = title.includes("#shorts") || chance.chance(0.15);
  const uploaded = Date.parse(channel.newest_at) -
    (channel.videos - 1 - number) * channel.days_between * day -
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
  const iso = (time: number) =>
    new Date(Math.floor(time / 1_000) * 1_000).toISOString().replace(".000Z", "Z");

  return {
    id: toVideoId(channel.key, number),
    channel_id: channel.id,
    channel_title: channel.title,
    title,
    description,
    tags: tagsOf(voice, chance),
    category_id: chance.pick(categories),
    privacy: privacyOf(state),
    deleted: state === "deleted",
    uploaded_at: iso(uploaded),
    published_at: iso(scheduled_for),
    publish_at: state === "scheduled" ? iso(scheduled_for) : null,
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
    recorded_at: chance.chance(0.1) ? iso(uploaded - day) : null,
  };
}

type State = "public" | "unlisted" | "private" | "deleted" | "late" | "scheduled";

/** Cheap, and apart from the text: who counts public videos need not write 10,000 descriptions. */
export function stateOf(channel: ChannelSeed, number: number): State {
  if (channel.plain || isOnAir(channel, number)) return "public";
  const roll = mix(mix(channel.seed) ^ mix(number ^ 0xa5a5)) % 1_000;
  if (roll < 20) return "private";
  if (roll < 50) return "unlisted";
  if (roll < 65) return "deleted";
  if (roll < 105) return "late";
  if (roll < 110) return "scheduled";
  return "public";
}

/** The newest two of a channel of some size: a stream that is announced and one that runs. */
function isOnAir(channel: ChannelSeed, number: number): boolean {
  return !channel.plain && channel.videos >= 50 && number >= channel.videos - 2;
}

function privacyOf(state: State): Privacy {
  if (state === "unlisted") return "unlisted";
  return state === "private" || state === "scheduled" ? "private" : "public";
}

/** A channel has one main language; now and then a video is in another. */
function voiceOf(seed: number, chance: Seeded): Voice {
  const main = voices[mix(seed) % 3 === 0 ? mix(seed + 1) % voices.length : 0] as Voice;
  return chance.chance(0.25) ? chance.pick(voices) : main;
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
  // A cut inside a surrogate pair would make a lone surrogate, which YouTube never sends.
  return text.slice(0, 5_000).replace(/[\ud800-\udbff]$/, ".");
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

function liveOf(channel: ChannelSeed, number: number, uploaded: number, chance: Seeded): LiveRecord | null {
  const iso = (time: number) =>
    new Date(Math.floor(time / 1_000) * 1_000).toISOString().replace(".000Z", "Z");
  const length = chance.between(600, 9_000) * 1_000;
  const viewers = chance.between(3, 4_000);
  const was_live = chance.chance(0.05);
  if (channel.plain || channel.videos < 50) return null;
  const scheduled_start = iso(uploaded + 300_000);
  if (number === channel.videos - 1) {
    return {
      state: "upcoming",
      scheduled_start: iso(uploaded + 7 * day),
      actual_start: null,
      actual_end: null,
      viewers: null,
    };
  }
  if (number === channel.videos - 2) {
    return {
      state: "live",
      scheduled_start,
      actual_start: iso(uploaded + 360_000),
      actual_end: null,
      viewers,
    };
  }
  if (!was_live) return null;
  const actual_start = uploaded + 400_000;
  return {
    state: "completed",
    scheduled_start,
    actual_start: iso(actual_start),
    actual_end: iso(actual_start + length),
    viewers: null,
  };
}
