/** The real daily lists of YouTube's trending page in thirty countries: the views of each video by day. */
export interface Snapshots {
  /** In order; each with the views of its videos, keyed by YouTube's id. */
  days: { day: string; views: Map<string, number> }[];
  videos: Map<string, { channel: string; published_at: string; views: number }>;
}

const LISTS = new URL("../../../../shared/data/youtube_trending_snapshots.csv.gz", import.meta.url);
const VIDEOS = new URL("../../../../shared/data/youtube_trending.ndjson.gz", import.meta.url);

/** Returns the last days with at most `most` videos in total; null if the data set does not exist. */
export async function snapshots(most: number): Promise<Snapshots | null> {
  const known = new Map<string, { channel: string; published_at: string; views: number }>();
  try {
    for await (const line of linesOf(VIDEOS)) {
      const { video_id, channel_title, publish_time } = JSON.parse(line);
      if (Date.parse(publish_time) > 0) {
        known.set(video_id, { channel: channel_title ?? "unknown", published_at: publish_time, views: 0 });
      }
    }
    const all = new Map<string, Map<string, number>>();
    for await (const line of linesOf(LISTS)) {
      const [day = "", , , video = "", views = ""] = line.split(",");
      if (!known.has(video) || !(Number(views) > 0)) continue;
      const of = all.get(day) ?? new Map<string, number>();
      all.set(day, of.set(video, Math.max(Number(views), of.get(video) ?? 0)));
    }
    const videos: Snapshots["videos"] = new Map();
    const days: Snapshots["days"] = [];
    for (const [day, views] of [...all].sort(([a], [b]) => a < b ? 1 : -1)) {
      if (videos.size > 0 && videos.size + views.size > most) break;
      days.unshift({ day, views });
      for (const [video, count] of views) {
        const of = known.get(video);
        if (of) videos.set(video, { ...of, views: Math.max(count, videos.get(video)?.views ?? 0) });
      }
    }
    return { days, videos };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function* linesOf(file: URL): AsyncGenerator<string> {
  const { readable } = await Deno.open(file);
  let rest = "";
  for await (
    const chunk of readable.pipeThrough(new DecompressionStream("gzip")).pipeThrough(new TextDecoderStream())
  ) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
