/** Channels that are made up: a few that are always there, and those that tests ask for. Only their seeds are kept. */
import { fromVideoId, hash, Seeded } from "../seeded.ts";
import type { Catalogue, ChannelRecord, ChannelSummary, VideoRecord } from "./catalogue.ts";
import { type ChannelSeed, generatedVideo } from "./generated_video.ts";

export interface ChannelWish {
  readonly title?: string | undefined;
  readonly videos: number;
  readonly seed?: number | undefined;
  readonly plain?: boolean | undefined;
  readonly newest_at?: string | undefined;
  readonly days_between?: number | undefined;
  readonly empty_uploads?: "not_found" | "empty" | undefined;
  readonly description?: string | undefined;
  readonly country?: string | undefined;
  readonly hidden_subscribers?: boolean | undefined;
}

/** Sizes around the page of 50, and enough to look at. */
const defaults: readonly ChannelWish[] = [
  { title: "Harbour Lights Studio", videos: 200, seed: 200 },
  { title: "Kettle & Compass", videos: 250, seed: 250 },
  { title: "Small Repairs", videos: 120, seed: 120 },
  { title: "The Paper Garden", videos: 51, seed: 51 },
  { title: "Nachtzug nach Westen", videos: 50, seed: 50 },
  { title: "Café des Étoiles", videos: 49, seed: 49 },
  { title: "One Good Take", videos: 1, seed: 1 },
  { title: "Starting Tomorrow", videos: 0, seed: 7 },
  { title: "Field Notes Daily", videos: 1_000, seed: 1_000 },
  { title: "Ten Thousand Evenings", videos: 10_000, seed: 10_000, days_between: 0.5 },
];

const default_newest = "2026-11-15T17:00:00Z";

interface Kept {
  seed: ChannelSeed;
  record: ChannelRecord;
}

export class GeneratedCatalogue implements Catalogue {
  readonly ready = Promise.resolve();
  #channels = new Map<string, Kept>();
  #by_key = new Map<number, Kept>();
  #by_handle = new Map<string, Kept>();
  #created = 0;

  constructor() {
    for (const wish of defaults) this.create(wish);
  }

  create(wish: ChannelWish): ChannelRecord {
    const number = ++this.#created;
    const seed = wish.seed ?? number;
    let key = hash(`channel ${seed}`);
    // The same seed again is another channel with the same content.
    for (let again = 2; this.#by_key.has(key); again++) key = hash(`channel ${seed} again ${again}`);
    const chance = new Seeded(seed, 0xc4a77e1);
    const title = wish.title ?? `${chance.pick(adjectives)} ${chance.pick(nouns)} ${seed}`;
    const id = `UC${channelIdTail(key)}`;
    const slug = title.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "");
    let handle = `@${slug || "channel"}`;
    if (this.#by_handle.has(handle)) handle += key.toString(36).slice(0, 4);
    const newest_at = wish.newest_at ?? default_newest;
    const record: ChannelRecord = {
      id,
      title,
      description: wish.description ??
        `${title}: made up by a simulator, one upload at a time.\n\nNew videos on Sundays.`,
      handle,
      country: wish.country ?? chance.pick(["FR", "US", "JP", "BR", "DE", null]),
      language: null,
      published_at: "2014-03-09T08:30:00Z",
      subscribers: wish.hidden_subscribers ? null : threeFigures(Math.floor(10 ** (1 + chance.next() * 5))),
      views: Math.floor(10 ** (7 + chance.next() * 2)),
      empty_uploads: wish.empty_uploads ?? "not_found",
      source: "generated",
    };
    const kept: Kept = {
      seed: {
        id,
        title,
        key,
        seed,
        videos: wish.videos,
        newest_at,
        days_between: wish.days_between ?? 3,
        plain: wish.plain ?? false,
      },
      record,
    };
    this.#channels.set(id, kept);
    this.#by_key.set(key, kept);
    this.#by_handle.set(handle, kept);
    return record;
  }

  list(search: string, limit: number): ChannelSummary[] {
    const wanted = search.toLowerCase();
    const found: ChannelSummary[] = [];
    for (const { seed } of this.#channels.values()) {
      if (found.length === limit) break;
      if (seed.id !== search && !seed.title.toLowerCase().includes(wanted)) continue;
      found.push({ id: seed.id, title: seed.title, videos: seed.videos, source: "generated" });
    }
    return found;
  }

  channel(id: string): ChannelRecord | undefined {
    return this.#channels.get(id)?.record;
  }

  seed(id: string): ChannelSeed | undefined {
    return this.#channels.get(id)?.seed;
  }

  byHandle(handle: string): ChannelRecord | undefined {
    return this.#by_handle.get(handle.toLowerCase())?.record;
  }

  size(channel_id: string): number {
    return this.#channels.get(channel_id)?.seed.videos ?? 0;
  }

  at(channel_id: string, position: number, count: number): VideoRecord[] {
    const seed = this.#channels.get(channel_id)?.seed;
    if (seed === undefined) return [];
    const videos: VideoRecord[] = [];
    for (let at = position; at < Math.min(position + count, seed.videos); at++) {
      videos.push(generatedVideo(seed, seed.videos - 1 - at));
    }
    return videos;
  }

  video(id: string): VideoRecord | undefined {
    const found = this.#find(id);
    return found && generatedVideo(found.seed, found.number);
  }

  positionOf(id: string): { channel_id: string; position: number } | undefined {
    const found = this.#find(id);
    return found && { channel_id: found.seed.id, position: found.seed.videos - 1 - found.number };
  }

  reset(): void {
    this.#channels.clear();
    this.#by_key.clear();
    this.#by_handle.clear();
    this.#created = 0;
    for (const wish of defaults) this.create(wish);
  }

  #find(id: string): { seed: ChannelSeed; number: number } | undefined {
    const parts = fromVideoId(id);
    const seed = parts && this.#by_key.get(parts.channel)?.seed;
    return seed && parts.index < seed.videos ? { seed, number: parts.index } : undefined;
  }
}

/** 22 characters of base64url whose bits are the key's, spread. */
function channelIdTail(key: number): string {
  const chance = new Seeded(key);
  const bytes = Uint8Array.from({ length: 16 }, () => chance.between(0, 255));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** YouTube shows subscriber counts rounded down to three figures. */
function threeFigures(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 2);
  return Math.floor(count / unit) * unit;
}

const adjectives = [
  "Quiet",
  "Northern",
  "Borrowed",
  "Paper",
  "Copper",
  "Slow",
  "Second",
  "Open",
  "Salt",
  "Evening",
];
const nouns = [
  "Workshop",
  "Kitchen",
  "Observatory",
  "Radio",
  "Garden",
  "Atlas",
  "Harbour",
  "Studio",
  "Notebook",
];
