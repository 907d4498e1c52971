/**
 * Serves the channels of a file of real videos, one JSON line each (gzipped or not), as if they were the simulator's own.
 * The file is read once in the background: the lines go to a temporary file, and memory holds the position of each line, so a file
 * of any size costs some 40 bytes per video. A line that is not a video is skipped and counted.
 */
import type { Source } from "../engine/accounts.ts";
import { topics } from "../engine/sample_text.ts";
import { hash, Seeded } from "../engine/seeded.ts";
import { type Channel, second, type Video } from "./network.ts";
import { RowTable, video_id } from "./row_table.ts";

/** The first video must appear within this many characters. */
const START_LENGTH = 1_000_000;

interface Row {
  video_id: string;
  title: string;
  channel_id: string;
  channel_title: string;
  category_id: number | string | null;
  publish_time: string;
  tags: string[] | null;
  views: number | null;
  likes: number | null;
  comment_count: number | null;
  description: string | null;
  country: string | null;
  default_language: string | null;
}

interface RealChannel {
  readonly id: string;
  title: string;
  country: string | null;
  /** Rows in file order while loading; newest first afterwards. */
  rows: number[] | Uint32Array;
}

export interface CatalogueReport {
  videos: number;
  channels: number;
  skipped_lines: number;
  duplicates: number;
  load_ms: number;
  error: string | null;
}

export class CatalogueFile implements Source<Channel, Video> {
  readonly ready: Promise<void>;
  readonly report: CatalogueReport = {
    videos: 0,
    channels: 0,
    skipped_lines: 0,
    duplicates: 0,
    load_ms: 0,
    error: null,
  };
  #channels = new Map<string, RealChannel>();
  #by_size: RealChannel[] = [];
  #rows = new RowTable();
  #lines: Deno.FsFile;
  #path: string;
  #stopped = false;

  /**
   * Opens a catalogue after checking only its start: the rest is read while the simulators already serve requests.
   *
   * @throws {Error} When the file does not exist or is not a catalogue.
   */
  static async open(path: string, folder: string | undefined): Promise<CatalogueFile> {
    if (await beginsWithVideos(path)) return new CatalogueFile(path, folder);
    throw new Error(`Cannot read the catalogue ${path}: its start holds no line that is a video in JSON`);
  }

  private constructor(path: string, folder: string | undefined) {
    this.#path = Deno.makeTempFileSync({
      prefix: "catalogue-",
      ...(folder === undefined ? {} : { dir: folder }),
    });
    this.#lines = Deno.openSync(this.#path, { read: true, write: true });
    try {
      // An unlinked open file is deleted when the process ends, however it ends.
      Deno.removeSync(this.#path);
    } catch {
      // Windows cannot unlink an open file; stop() removes it.
    }
    this.ready = this.#load(path);
  }

  list(search: string, limit: number): Channel[] {
    const wanted = search.toLowerCase();
    const found: Channel[] = [];
    for (const { id, title } of this.#by_size) {
      if (found.length === limit) break;
      if (id !== search && !title.toLowerCase().includes(wanted)) continue;
      found.push(this.account(id) as Channel);
    }
    return found;
  }

  account(id: string): Channel | undefined {
    const channel = this.#channels.get(id);
    if (channel === undefined) return undefined;
    const chance = new Seeded(hash(id));
    const oldest = this.#read(channel.rows[channel.rows.length - 1] ?? 0);
    return {
      id,
      name: channel.title,
      description: "",
      handle: `@${id.slice(2, 14).toLowerCase()}`,
      country: channel.country,
      language: oldest.default_language,
      published_at: second(Date.parse(oldest.publish_time) - chance.between(30, 3_000) * 86_400_000),
      subscribers: chance.between(1, 9_999) * 1_000,
      views: chance.between(1, 9_999) * 100_003,
      empty_uploads: "empty",
      source: "real",
    };
  }

  byHandle(handle: string): Channel | undefined {
    for (const id of this.#channels.keys()) {
      if (id.slice(2, 14).toLowerCase() === handle.slice(1)) return this.account(id);
    }
    return undefined;
  }

  size(channel_id: string): number {
    return this.#channels.get(channel_id)?.rows.length ?? 0;
  }

  item(channel_id: string, number: number): Video {
    const rows = this.#channels.get(channel_id)?.rows ?? [];
    return toVideo(this.#read(rows[rows.length - 1 - number] as number), number);
  }

  locate(id: string): { account_id: string; number: number } | undefined {
    const row = this.#rows.find(id);
    if (row === undefined) return undefined;
    const account_id = this.#read(row).channel_id;
    const rows = this.#channels.get(account_id)?.rows ?? [];
    return { account_id, number: rows.length - 1 - rows.indexOf(row) };
  }

  stop(): void {
    this.#stopped = true;
    try {
      this.#lines.close();
      Deno.removeSync(this.#path);
    } catch {
      // The file was unlinked when it was opened.
    }
  }

  #read(row: number): Row {
    const { offset, length } = this.#rows.place(row);
    const bytes = new Uint8Array(length);
    this.#lines.seekSync(offset, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < length) {
      const count = this.#lines.readSync(bytes.subarray(filled));
      if (count === null) {
        throw new Error("Cannot read the catalogue: its temporary file is shorter than it was");
      }
      filled += count;
    }
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  async #load(path: string): Promise<void> {
    const started = performance.now();
    try {
      await this.#index(path);
    } catch (error) {
      if (this.#stopped) return;
      // Everything read before the error is served: a truncated file is a smaller catalogue.
      this.report.error = error instanceof Error ? error.message : String(error);
      console.error(`Cannot read all of the catalogue ${path}: ${this.report.error}`);
    }
    this.report.duplicates = this.#rows.build();
    for (const channel of this.#channels.values()) {
      const rows = (channel.rows as number[]).filter((row) => this.#rows.kept(row));
      // Newest first; among videos of the same second, later lines come first.
      channel.rows = Uint32Array.from(
        rows.sort((one, other) => this.#rows.time(other) - this.#rows.time(one) || other - one),
      );
      this.report.videos += rows.length;
    }
    this.#by_size = [...this.#channels.values()].sort((one, other) => other.rows.length - one.rows.length);
    this.report.channels = this.#channels.size;
    this.report.load_ms = Math.round(performance.now() - started);
  }

  async #index(path: string): Promise<void> {
    const stream = await contents(path);
    const decoder = new TextDecoder();
    let rest = new Uint8Array();
    let written = 0;
    const take = (line: Uint8Array) => {
      const row = parse(decoder.decode(line));
      if (row === undefined) {
        if (line.some((byte) => byte > 32)) this.report.skipped_lines++;
        return;
      }
      let channel = this.#channels.get(row.channel_id);
      if (channel === undefined) {
        channel = { id: row.channel_id, title: row.channel_title, country: row.country, rows: [] };
        this.#channels.set(row.channel_id, channel);
      }
      channel.title = row.channel_title;
      (channel.rows as number[]).push(
        this.#rows.add(row.video_id, Date.parse(row.publish_time), line.length, written),
      );
    };

    for await (const chunk of stream) {
      if (this.#stopped) return;
      const bytes = rest.length === 0 ? chunk : join(rest, chunk);
      let start = 0;
      for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
        const line = bytes.subarray(start, end);
        take(line);
        written += line.length + 1;
        start = end + 1;
      }
      this.#write(bytes.subarray(0, start));
      rest = bytes.slice(start);
    }
    if (rest.length > 0) {
      take(rest);
      this.#write(rest);
    }
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += this.#lines.writeSync(bytes.subarray(at));
  }
}

async function contents(path: string): Promise<ReadableStream<Uint8Array>> {
  const { readable } = await Deno.open(path, { read: true });
  return path.endsWith(".gz") ? readable.pipeThrough(new DecompressionStream("gzip")) : readable;
}

async function beginsWithVideos(path: string): Promise<boolean> {
  const decoder = new TextDecoder();
  let start = "";
  try {
    for await (const bytes of await contents(path)) {
      start += decoder.decode(bytes, { stream: true });
      if (start.split("\n").some((line) => parse(line) !== undefined)) return true;
      if (start.length > START_LENGTH) break;
    }
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "there is no such file" : (error as Error).message;
    throw new Error(`Cannot read the catalogue ${path}: ${why}`, { cause: error });
  }
  return false;
}

const channel_id = /^UC[\w-]{22}$/;

/** Returns undefined if a line is not a video. A video may lack only its counters, tags, description and language. */
function parse(line: string): Row | undefined {
  let row: Partial<Row>;
  try {
    row = JSON.parse(line);
  } catch {
    return undefined;
  }
  const right = typeof row === "object" && row !== null &&
    video_id.test(row.video_id ?? "") && channel_id.test(row.channel_id ?? "") &&
    typeof row.title === "string" && typeof row.channel_title === "string" &&
    typeof row.publish_time === "string" && !Number.isNaN(Date.parse(row.publish_time));
  return right ? row as Row : undefined;
}

function toVideo(row: Row, number: number): Video {
  // The file has no durations and no technical data; they are derived from the id, so that they stay the same.
  const chance = new Seeded(hash(row.video_id));
  const published = second(Date.parse(row.publish_time));
  return {
    id: row.video_id,
    account_id: row.channel_id,
    number,
    title: row.title,
    description: row.description ?? "",
    tags: row.tags ?? [],
    category_id: String(row.category_id ?? 22),
    privacy: "public",
    deleted: false,
    uploaded_at: published,
    published_at: published,
    publish_at: null,
    duration_seconds: chance.chance(0.2) ? chance.between(10, 60) : chance.between(61, 2_400),
    views: row.views,
    likes: row.likes,
    comments: row.comment_count,
    language: row.default_language,
    audio_language: row.default_language,
    live: null,
    made_for_kids: false,
    synthetic: false,
    paid_placement: false,
    definition: "hd",
    caption: chance.chance(0.3),
    licensed: true,
    blocked_in: [],
    largest_thumbnail: chance.pick(["standard", "maxres", "maxres"] as const),
    translations: {},
    topics: [chance.pick(topics)],
    recorded_at: null,
  };
}

function join(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
