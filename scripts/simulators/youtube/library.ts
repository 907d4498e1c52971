/**
 * Every channel that the simulator serves, made up or real, with the edits that tests made to it. Real and made-up
 * channels stand side by side: real ones have no private, deleted or scheduled videos, and tests bring their own.
 */
import { dirname } from "node:path";
import { AdminError } from "../admin.ts";
import type { JournalEvent } from "../journal.ts";
import type { World } from "../provider.ts";
import { hash, toVideoId } from "../seeded.ts";
import type { ChannelRecord, ChannelSummary, VideoRecord } from "./catalogue.ts";
import { type ChannelWish, GeneratedCatalogue } from "./generated_catalogue.ts";
import { stateOf } from "./generated_video.ts";
import { type CatalogueReport, RealCatalogue } from "./real_catalogue.ts";

export type VideoEdit = Partial<Omit<VideoRecord, "id" | "channel_id" | "channel_title">>;
export type ChannelEdit = Partial<
  Pick<ChannelRecord, "title" | "description" | "subscribers" | "views" | "country">
>;

interface Edits {
  version: number;
  channel: ChannelEdit;
  videos: Map<string, VideoEdit>;
  /** Newest first, above everything that the catalogue has. */
  added: VideoRecord[];
  additions: number;
  /** Positions in the catalogue that are gone, in order. */
  removed: number[];
}

export async function openLibrary(
  world: World,
  catalog: string | undefined,
  state: string | undefined,
): Promise<Library> {
  // Beside the state, which is on a disk: the system's temporary folder may be memory.
  const folder = state === undefined ? undefined : dirname(state);
  return new Library(world, catalog === undefined ? undefined : await RealCatalogue.open(catalog, folder));
}

export class Library {
  readonly #world: World;
  readonly #generated = new GeneratedCatalogue();
  readonly #real: RealCatalogue | undefined;
  readonly #edits = new Map<string, Edits>();
  readonly #added = new Map<string, VideoRecord>();
  readonly #listed = new Map<string, { version: number; positions: Uint32Array }>();

  /** The real catalogue is read, and earlier edits of it are made again. */
  #ready: Promise<void>;

  constructor(world: World, real: RealCatalogue | undefined) {
    this.#world = world;
    this.#real = real;
    this.#ready = real?.ready ?? Promise.resolve();
  }

  /** Waits for the real catalogue only when an id is nowhere else. */
  async find(...ids: string[]): Promise<void> {
    if (this.#real === undefined) return;
    const known = (id: string) =>
      this.#generated.channel(id) !== undefined || this.#added.has(id) ||
      this.#generated.video(id) !== undefined;
    if (!ids.every(known)) await this.#ready;
  }

  get report(): CatalogueReport | undefined {
    return this.#real?.report;
  }

  async list(search = "", limit = 50): Promise<ChannelSummary[]> {
    await this.#ready;
    const real = this.#real?.list(search, Math.ceil(limit / 2)) ?? [];
    const generated = this.#generated.list(search, limit - real.length);
    return [...real, ...generated].map((one) => ({ ...one, videos: this.size(one.id) }));
  }

  channel(id: string): ChannelRecord | undefined {
    const record = this.#generated.channel(id) ?? this.#real?.channel(id);
    const edit = this.#edits.get(id)?.channel;
    return record && edit ? { ...record, ...edit } : record;
  }

  byHandle(handle: string): ChannelRecord | undefined {
    const name = handle.startsWith("@") ? handle : `@${handle}`;
    const found = this.#generated.byHandle(name) ?? this.#real?.byHandle(name);
    return found && this.channel(found.id);
  }

  /** How many entries the uploads playlist has, deleted and private ones among them. */
  size(channel_id: string): number {
    const edits = this.#edits.get(channel_id);
    return this.#base(channel_id).size(channel_id) + (edits ? edits.added.length - edits.removed.length : 0);
  }

  /** What statistics.videoCount says: public videos only. */
  publicVideos(channel_id: string): number {
    const seed = this.#generated.seed(channel_id);
    const edits = this.#edits.get(channel_id);
    if (seed === undefined || edits !== undefined) {
      if (edits === undefined) return this.size(channel_id);
      let count = 0;
      for (const { video } of this.#all(channel_id)) if (isPublic(video)) count++;
      return count;
    }
    let count = 0;
    for (let number = 0; number < seed.videos; number++) {
      const state = stateOf(seed, number);
      if (state === "public" || state === "late") count++;
    }
    return count;
  }

  at(channel_id: string, position: number, count: number): VideoRecord[] {
    const base = this.#base(channel_id);
    const edits = this.#edits.get(channel_id);
    if (edits === undefined) return base.at(channel_id, position, count);
    const videos = edits.added.slice(position, position + count);
    let at = Math.max(0, position - edits.added.length);
    for (const removed of edits.removed) if (removed <= at) at++;
    const gone = new Set(edits.removed);
    for (const end = base.size(channel_id); videos.length < count && at < end; at++) {
      if (!gone.has(at)) videos.push(...base.at(channel_id, at, 1));
    }
    return videos.map((video) => this.#edited(video, edits));
  }

  /**
   * The same for somebody who does not own the channel: unlisted videos have no entry. Their places are worked out
   * once a version of the channel, since that takes a look at every video.
   */
  listedAt(channel_id: string, position: number, count: number): { videos: VideoRecord[]; total: number } {
    const version = this.#edits.get(channel_id)?.version ?? 0;
    let listed = this.#listed.get(channel_id);
    if (listed === undefined || listed.version !== version) {
      const positions: number[] = [];
      for (const { video, at } of this.#all(channel_id)) if (video.privacy !== "unlisted") positions.push(at);
      listed = { version, positions: Uint32Array.from(positions) };
      this.#listed.set(channel_id, listed);
    }
    const wanted = listed.positions.subarray(position, position + count);
    return {
      videos: [...wanted].flatMap((at) => this.at(channel_id, at, 1)),
      total: listed.positions.length,
    };
  }

  video(id: string): VideoRecord | undefined {
    const video = this.#added.get(id) ?? this.#generated.video(id) ?? this.#real?.video(id);
    if (video === undefined) return undefined;
    const edits = this.#edits.get(video.channel_id);
    if (edits === undefined) return video;
    const place = this.#added.has(id) ? undefined : this.#base(video.channel_id).positionOf(id);
    if (place && edits.removed.includes(place.position)) return undefined;
    return this.#edited(video, edits);
  }

  /** Where the video stands in its uploads playlist now. */
  positionOf(id: string): number | undefined {
    const video = this.video(id);
    if (video === undefined) return undefined;
    const edits = this.#edits.get(video.channel_id);
    const added = edits?.added.findIndex((one) => one.id === id) ?? -1;
    if (added !== -1) return added;
    const place = this.#base(video.channel_id).positionOf(id);
    if (place === undefined) return undefined;
    const before = edits?.removed.filter((position) => position < place.position).length ?? 0;
    return place.position - before + (edits?.added.length ?? 0);
  }

  createChannel(wish: ChannelWish): ChannelRecord {
    return this.#change({ kind: "channel", wish }) as ChannelRecord;
  }

  editChannel(channel_id: string, edit: ChannelEdit): ChannelRecord {
    this.#known(channel_id);
    this.#change({ kind: "channel_edit", channel_id, edit });
    return this.#known(channel_id);
  }

  addVideo(channel_id: string, edit: VideoEdit): VideoRecord {
    this.#known(channel_id);
    return this.#change({ kind: "video", channel_id, edit, at: this.#world.clock.now() }) as VideoRecord;
  }

  editVideo(channel_id: string, id: string, edit: VideoEdit): VideoRecord {
    this.#own(channel_id, id);
    this.#change({ kind: "video_edit", channel_id, id, edit });
    return this.#own(channel_id, id);
  }

  /** The owner's delete: the entry leaves the playlist, and later ones move up. */
  removeVideo(channel_id: string, id: string): void {
    this.#own(channel_id, id);
    this.#change({ kind: "video_removal", channel_id, id });
  }

  /** Edits of real channels are made again when these are read, which a start does not wait for. */
  replay(event: JournalEvent): void {
    const change = event as unknown as Change;
    if (change.kind === "channel" || this.#generated.channel(change.channel_id)) {
      return void this.#apply(change);
    }
    this.#ready = this.#ready.then(() => {
      // The journal may be of a time with another catalogue.
      if (this.channel(change.channel_id)) this.#apply(change);
    });
  }

  reset(): void {
    this.#generated.reset();
    this.#edits.clear();
    this.#added.clear();
    this.#listed.clear();
  }

  stop(): void {
    this.#real?.stop();
  }

  /** Every video, a few at a time: a large channel is never in memory as a whole. */
  *#all(channel_id: string): Generator<{ video: VideoRecord; at: number }> {
    for (let from = 0; from < this.size(channel_id); from += 200) {
      for (const [index, video] of this.at(channel_id, from, 200).entries()) {
        yield { video, at: from + index };
      }
    }
  }

  #change(change: Change): ChannelRecord | VideoRecord | undefined {
    this.#world.journal.record({ provider: "youtube", ...change });
    return this.#apply(change);
  }

  #apply(change: Change): ChannelRecord | VideoRecord | undefined {
    if (change.kind === "channel") return this.#generated.create(change.wish);
    const edits = this.#editsOf(change.channel_id);
    edits.version++;
    switch (change.kind) {
      case "channel_edit":
        Object.assign(edits.channel, change.edit);
        return undefined;
      case "video":
        return this.#add(this.#known(change.channel_id), edits, change.edit, change.at);
      case "video_edit":
        edits.videos.set(change.id, { ...edits.videos.get(change.id), ...change.edit });
        return undefined;
      case "video_removal":
        this.#remove(edits, change.channel_id, change.id);
    }
  }

  #add(channel: ChannelRecord, edits: Edits, edit: VideoEdit, now: number): VideoRecord {
    const at = new Date(Math.floor(now / 1_000) * 1_000).toISOString().replace(".000Z", "Z");
    const video: VideoRecord = {
      ...new_video,
      id: toVideoId(hash(`added ${channel.id}`), edits.additions++),
      channel_id: channel.id,
      channel_title: channel.title,
      uploaded_at: at,
      published_at: at,
      ...edit,
    };
    edits.added.unshift(video);
    this.#added.set(video.id, video);
    return video;
  }

  #remove(edits: Edits, channel_id: string, id: string): void {
    edits.videos.delete(id);
    if (this.#added.delete(id)) {
      edits.added = edits.added.filter((video) => video.id !== id);
      return;
    }
    const place = this.#base(channel_id).positionOf(id);
    if (place) edits.removed = [...edits.removed, place.position].sort((one, other) => one - other);
  }

  #edited(video: VideoRecord, edits: Edits): VideoRecord {
    return {
      ...video,
      channel_title: edits.channel.title ?? video.channel_title,
      ...edits.videos.get(video.id),
    };
  }

  #base(channel_id: string): GeneratedCatalogue | RealCatalogue {
    return this.#real === undefined || this.#generated.channel(channel_id) ? this.#generated : this.#real;
  }

  #editsOf(channel_id: string): Edits {
    let edits = this.#edits.get(channel_id);
    if (edits === undefined) {
      edits = { version: 0, channel: {}, videos: new Map(), added: [], additions: 0, removed: [] };
      this.#edits.set(channel_id, edits);
    }
    return edits;
  }

  #known(channel_id: string): ChannelRecord {
    const channel = this.channel(channel_id);
    if (channel === undefined) {
      throw new AdminError(404, `Cannot find the channel: no channel has the id ${channel_id}`);
    }
    return channel;
  }

  #own(channel_id: string, id: string): VideoRecord {
    const channel = this.#known(channel_id);
    const video = this.video(id);
    if (video?.channel_id === channel.id) return video;
    throw new AdminError(404, `Cannot find the video: ${channel.title} has none with the id ${id}`);
  }
}

type Change =
  | { readonly kind: "channel"; readonly wish: ChannelWish }
  | { readonly kind: "channel_edit"; readonly channel_id: string; readonly edit: ChannelEdit }
  | { readonly kind: "video"; readonly channel_id: string; readonly edit: VideoEdit; readonly at: number }
  | {
    readonly kind: "video_edit";
    readonly channel_id: string;
    readonly id: string;
    readonly edit: VideoEdit;
  }
  | { readonly kind: "video_removal"; readonly channel_id: string; readonly id: string };

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

function isPublic(video: VideoRecord): boolean {
  return video.privacy === "public" && !video.deleted;
}
