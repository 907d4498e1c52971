/**
 * A catalogue of any size: real videos if the shared data set exists, otherwise generated ones. To reach its size, items are added that
 * combine the words, tags and numbers of two neighbouring originals, so that words, languages and channels keep their proportions.
 */
import { Seeded } from "../../simulators/engine/seeded.ts";
import { itemsOf } from "../library_items.ts";

export interface CatalogueItem {
  /** The creator's number, from 0. */
  creator: number;
  platform: "youtube" | "instagram" | "tiktok" | "facebook" | "twitter";
  platform_content_id: string;
  content_type: string;
  title: string;
  description: string;
  tags: string[];
  hashtags: string[];
  language: string | null;
  duration_seconds: number | null;
  published_at: string;
  views_count: number;
  likes_count: number;
  comments_count: number;
  platform_category: string | null;
}

export interface Catalogue {
  /** The origin of the items, shown with the figures. */
  source: string;
  creators: { name: string; followers: number }[];
  items(): Generator<CatalogueItem>;
}

const DATA = new URL("../../../../shared/data/youtube_trending.ndjson.gz", import.meta.url);
const ITEMS_A_CREATOR = 20;
const OTHERS = [
  ["instagram", "reel"],
  ["tiktok", "short_video"],
  ["facebook", "post"],
  ["twitter", "post"],
] as const;
const YEAR_MS = 365 * 86_400_000;

interface Original extends Omit<CatalogueItem, "creator"> {
  channel: string;
}

/** Returns a catalogue of `size` items and a twentieth as many creators. */
export async function catalogueOf(size: number): Promise<Catalogue> {
  const real = await realItems();
  const originals = real ?? generatedItems(Math.min(size, 100_000));
  const creators = Math.max(50, Math.floor(size / ITEMS_A_CREATOR));
  const channels = new Map<string, number>();
  for (const { channel } of originals) if (!channels.has(channel)) channels.set(channel, channels.size);
  const names = [...channels.keys()];
  const chance = new Seeded(11);
  return {
    source: real ? `${real.length.toLocaleString("en")} real videos, grown` : "generated items",
    creators: Array.from({ length: creators }, (_, number) => ({
      name: names.length > 0
        ? `${names[number % names.length]?.slice(0, 60)} ${number}`
        : `Creator ${number}`,
      followers: Math.floor(10 ** (1 + 5.5 * chance.next() ** 2)),
    })),
    items: function* () {
      // A small catalogue is a sample of all channels, not just the first ones.
      const stride = Math.max(1, Math.floor(originals.length / Math.min(size, originals.length)));
      const count = Math.min(size, Math.floor(originals.length / stride));
      for (let number = 0; number < size; number++) {
        const original = originals[(number % count) * stride] as Original;
        const creator = (channels.get(original.channel) ?? 0) % creators;
        yield number < count ? { ...original, creator } : {
          ...grown(
            original,
            originals[((number % count) * stride + 7) % originals.length] as Original,
            number,
          ),
          creator,
        };
      }
    },
  };
}

/** Combines two items: the beginning of one title and the end of the other, about every second time on another platform. */
function grown(one: Original, other: Original, number: number): Original {
  const chance = new Seeded(number);
  const [platform, content_type] = chance.next() < 0.5 || number % 5 === 0
    ? [one.platform, one.content_type] as const
    : OTHERS[number % OTHERS.length] as (typeof OTHERS)[number];
  const scale = 10 ** (2 * chance.next() - 1.3);
  const counted = (value: number) => Math.round(value * scale);
  return {
    ...one,
    platform,
    content_type,
    platform_content_id: `grown-${number}`,
    title: `${half(one.title, 0)}${half(other.title, 1)}`.trim().slice(0, 100) || one.title,
    description: other.description,
    hashtags: other.hashtags,
    published_at: new Date(
      Math.min(Date.parse(one.published_at) + (chance.next() - 0.9) * YEAR_MS, Date.now()),
    )
      .toISOString(),
    views_count: counted(one.views_count),
    likes_count: counted(one.likes_count),
    comments_count: counted(one.comments_count),
  };
}

/** Returns half of a title, split by words, or by characters if it has no spaces. */
function half(title: string, which: 0 | 1): string {
  const parts = title.includes(" ") ? title.split(/(?<= )/) : [...title];
  const middle = Math.ceil(parts.length / 2);
  return (which === 0 ? parts.slice(0, middle) : parts.slice(middle)).join("");
}

interface Line {
  video_id: string;
  title: string;
  channel_id: string | null;
  channel_title: string | null;
  category_id: number | null;
  publish_time: string;
  tags: string[] | null;
  views: number | null;
  likes: number | null;
  comment_count: number | null;
  description: string | null;
  default_language: string | null;
}

async function realItems(): Promise<Original[] | null> {
  const file = await Deno.open(DATA).catch(() => null);
  if (!file) return null;
  const items: Original[] = [];
  let rest = "";
  const text = file.readable.pipeThrough(new DecompressionStream("gzip")).pipeThrough(
    new TextDecoderStream(),
  );
  for await (const chunk of text) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const video: Line = JSON.parse(line);
      if (!video.title || !(Date.parse(video.publish_time) > 0)) continue;
      items.push({
        channel: video.channel_title ?? video.channel_id ?? "unknown",
        platform: "youtube",
        platform_content_id: video.video_id,
        content_type: /#shorts?\b/i.test(`${video.title} ${video.description}`)
          ? "short_video"
          : "long_video",
        title: video.title,
        description: video.description ?? "",
        tags: (video.tags ?? []).filter((tag) => tag.length > 0 && tag.length <= 100).slice(0, 30),
        hashtags: [...(video.description ?? "").matchAll(/#([\p{L}\p{N}_]{2,40})/gu)].map(([, tag]) =>
          tag ?? ""
        ).slice(0, 10),
        language: /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(video.default_language ?? "")
          ? video.default_language
          : null,
        duration_seconds: 20 + (items.length * 7_919) % 3_000,
        published_at: video.publish_time,
        views_count: video.views ?? 0,
        likes_count: video.likes ?? 0,
        comments_count: video.comment_count ?? 0,
        platform_category: video.category_id === null ? null : String(video.category_id),
      });
    }
  }
  return items;
}

const CHANNEL_WORDS = "Kitchen Garden Studio Garage Travel Music Games Science History Workshop".split(" ");
const CJK = "猫犬料理旅行音楽遊戯日本東京大阪新作公式映像実況解説動画春夏秋冬山川海空".match(/./gu) ?? [];

function generatedItems(count: number): Original[] {
  return itemsOf(count, count).map((item, number) => {
    const chance = new Seeded(number);
    const isCjk = number % 12 === 0;
    const channel = Math.floor(count / ITEMS_A_CREATOR * chance.next() ** 2);
    return {
      channel: `${CHANNEL_WORDS[channel % CHANNEL_WORDS.length]} ${channel}`,
      platform: "youtube" as const,
      platform_content_id: item.platform_content_id,
      content_type: item.content_type,
      title: isCjk
        ? Array.from({ length: 12 }, () => CJK[Math.floor(chance.next() * CJK.length)]).join("")
        : item.title,
      description: item.description,
      tags: item.tags,
      hashtags: item.hashtags,
      language: isCjk ? "ja" : item.language,
      duration_seconds: item.duration_seconds,
      published_at: item.published_at,
      views_count: Math.floor(10 ** (7 * chance.next() ** 2)),
      likes_count: item.likes_count,
      comments_count: item.comments_count,
      platform_category: String([10, 20, 22, 24, 25, 26, 27, 28][number % 8]),
    };
  });
}
