/** Items and texts for tests of the output for search engines. */
import { Seeded } from "../../../../scripts/simulators/engine/seeded.ts";
import { dataFolder } from "../../../../scripts/simulators/validate_against_discovery.ts";
import type { SeoItem } from "../../_shared/seo/page_facts.ts";
import { publicUrls } from "../../_shared/seo/settings.ts";
import { testSettings } from "./test_dependencies.ts";

export const URLS = publicUrls(testSettings({
  PUBLIC_SITE_URL: "https://watch.example.com",
  PUBLIC_SITE_NAME: "Watch & Learn",
  PUBLIC_THUMBNAIL_PATH: "/t/{id}",
}));
/** URLs that have to be escaped wherever they are used. */
export const AND_URLS = publicUrls(testSettings({
  PUBLIC_SITE_URL: "https://watch.example.com",
  PUBLIC_ITEM_PATH: "/watch?a=1&v={id}",
  PUBLIC_CREATOR_PATH: "/c?a='1'&name={slug}",
  PUBLIC_THUMBNAIL_PATH: "/t?w=1&id={id}",
  PUBLIC_SITEMAP_PAGE_PATH: "/sitemap?a=1&page={page}",
}));
export const NOW = new Date("2026-11-26T12:00:00Z");

/** Returns a complete item, with changes. */
export function seoItem(changes: Partial<SeoItem> = {}): SeoItem {
  return {
    id: "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11",
    platform: "youtube",
    platform_content_id: "vid00000001",
    content_type: "long_video",
    title: "Episode 1",
    description: "How bread is made.\n\nWith flour.",
    tags: ["bread", "baking"],
    has_thumbnail: true,
    permalink: "https://www.youtube.com/watch?v=vid00000001",
    language: "pt-BR",
    duration_seconds: 185,
    published_at: "2026-11-01T10:00:00+00:00",
    created_at: "2026-11-02T10:00:00.123456+00:00",
    changed_at: "2026-11-03T10:00:00.5+00:00",
    metadata: {},
    views_count: 1_000,
    likes_count: 10,
    comments_count: 0,
    shares_count: 0,
    slug: "bread-channel",
    display_name: "Bread Channel",
    username: "@bread",
    ...changes,
  };
}

/** Returns random combinations of texts that can break escaping, cutting or parsing. */
export function hostileTexts(count: number): string[] {
  const chance = new Seeded(16);
  return Array.from({ length: count }, () => {
    const length = 1 + Math.floor(chance.next() * 40);
    return Array.from({ length }, () => PIECES[Math.floor(chance.next() * PIECES.length)]).join(
      chance.next() < 0.5 ? " " : "",
    );
  });
}

const PIECES = [
  ..."&<>\"'`=/\\",
  "&amp;",
  "&amp;lt;",
  "&#0;",
  "&#x1F600;",
  "]]>",
  "<![CDATA[",
  "-->",
  "<!--",
  "</script>",
  "</ScRiPt >",
  "<script>alert(1)</script>",
  "</title>",
  "<?xml?>",
  "\u0000",
  "\u0008",
  "\u000b",
  "\u001f",
  "\u007f",
  "\u0085",
  "\t",
  "\r",
  "\r\n",
  "\n",
  "\ud800",
  "\udc00",
  "\udbff\ud800",
  "\ufffe",
  "\uffff",
  "\ufeff",
  "\u2028",
  "\u2029",
  "\u202e",
  "\u200f",
  "\u200e",
  "\u061c",
  "مرحبا",
  "שלום",
  "\u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}",
  "\u{1f1e9}\u{1f1ea}",
  "\u{1f44d}\u{1f3fd}",
  "\u{20000}",
  "\u{10ffff}",
  "e\u0301\u0323",
  "नमस्ते",
  "日本語の料理",
  "word",
  "a,b;c:",
  "$&$1",
  "{{x}}",
  "%s%00",
];

/** Returns `count` videos from all over the shared data; null if the data does not exist. */
export async function realItems(count: number): Promise<SeoItem[] | null> {
  const folder = dataFolder();
  const file = folder && await Deno.open(new URL("youtube_trending.ndjson.gz", folder)).catch(() => null);
  if (!file) return null;
  const items: SeoItem[] = [];
  const text = file.readable.pipeThrough(new DecompressionStream("gzip")).pipeThrough(
    new TextDecoderStream(),
  );
  let rest = "";
  let number = 0;
  for await (const chunk of text) {
    const found = (rest + chunk).split("\n");
    rest = found.pop() ?? "";
    for (const line of found) {
      if (number++ % 50 === 0) items.push(itemOf(JSON.parse(line), number));
    }
    if (items.length >= count) break;
  }
  return items.slice(0, count);
}

function itemOf(video: Record<string, unknown>, number: number): SeoItem {
  const text = (name: string) => String(video[name] ?? "");
  return seoItem({
    id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    platform_content_id: text("video_id"),
    title: text("title"),
    description: text("description"),
    tags: (video.tags as string[] | null) ?? [],
    has_thumbnail: video.thumbnail_link !== null,
    language: /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/i.test(text("default_language"))
      ? text("default_language")
      : null,
    duration_seconds: number % 7 === 0 ? null : (number * 7_919) % 40_000,
    published_at: text("publish_time"),
    views_count: Number(video.views ?? 0),
    likes_count: Number(video.likes ?? 0),
    comments_count: Number(video.comment_count ?? 0),
    display_name: text("channel_title") || null,
    slug: `channel-${number}`,
  });
}
