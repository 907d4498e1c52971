/**
 * Sitemaps (https://www.sitemaps.org/protocol.html) with Google's video and image entries. Elements stand in the order in which the XSDs
 * have them. What no rule needs and what changes by itself (views, clicks) is not in it.
 */
import { factsOf, past, type Subject } from "./page_facts.ts";
import type { PublicUrls } from "./settings.ts";
import { element, text, type Xml } from "./xml.ts";

/** Limits of one file: https://www.sitemaps.org/faq.html#faq_sitemap_size */
export const MOST_URLS = 50_000;
export const MOST_BYTES = 52_428_800;
/** Of a video, in seconds: https://developers.google.com/search/docs/crawling-indexing/sitemaps/video-sitemaps */
const LONGEST_VIDEO = 28_800;
const UPLOADER_LENGTH = 255;
/** Bytes that are compressed at once. */
const CHUNK = 65_536;

const HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n';
const SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9";
const OPENING = `${HEADER}<urlset xmlns="${SITEMAP}" ` +
  'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" ' +
  'xmlns:video="http://www.google.com/schemas/sitemap-video/1.1">\n';
const CLOSING = "</urlset>\n";

/** A file of entries, compressed while they come. */
export interface UrlSet<Source> {
  gzip: Uint8Array<ArrayBuffer>;
  urls: number;
  /** Of the XML. */
  bytes: number;
  /** What the first entry is of that would have made it too large. */
  left: Source | null;
}

/** Puts entries into one file, as many as one may hold; each comes with what it was made from. */
export async function urlSet<Source>(
  entries: Iterable<readonly [Xml, Source]> | AsyncIterable<readonly [Xml, Source]>,
  most = { urls: MOST_URLS, bytes: MOST_BYTES },
): Promise<UrlSet<Source>> {
  const encoder = new TextEncoder();
  const { readable, writable } = new CompressionStream("gzip");
  const compressed = new Response(readable).arrayBuffer();
  const writer = writable.getWriter();
  const written: UrlSet<Source> = {
    gzip: new Uint8Array(),
    urls: 0,
    bytes: OPENING.length + CLOSING.length,
    left: null,
  };
  // Entries go to the compressor together: to hand over each by itself costs more than to compress it.
  const chunk = new Uint8Array(CHUNK);
  let filled = 0;
  const flush = async () => {
    if (filled > 0) await writer.write(chunk.slice(0, filled));
    filled = 0;
  };
  const put = async (part: Uint8Array<ArrayBuffer>) => {
    if (filled + part.length > CHUNK) await flush();
    if (part.length > CHUNK) return await writer.write(part);
    chunk.set(part, filled);
    filled += part.length;
  };
  await put(encoder.encode(OPENING));
  for await (const [entry, source] of entries) {
    const part = encoder.encode(`${entry}\n`);
    if (written.urls === most.urls || written.bytes + part.length > most.bytes) {
      written.left = source;
      break;
    }
    await put(part);
    written.urls++;
    written.bytes += part.length;
  }
  await put(encoder.encode(CLOSING));
  await flush();
  await writer.close();
  return { ...written, gzip: new Uint8Array(await compressed) };
}

/** The file that names the others. */
export function sitemapIndex(pages: Iterable<{ url: string; changed_at: string | null }>): string {
  const entries = [...pages].map(({ url, changed_at }) => element("sitemap", locOf(url, changed_at)));
  return `${HEADER}<sitemapindex xmlns="${SITEMAP}">\n${entries.join("\n")}\n</sitemapindex>\n`;
}

/** A page of which nothing more is to be said. */
export function urlEntry(url: string, changed_at: string | null): Xml {
  return element("url", locOf(url, changed_at));
}

/** An item's page, with its video or its picture where it has what they require. */
export function itemEntry(item: Subject, urls: PublicUrls, now: Date): Xml {
  const facts = factsOf(item, urls, now);
  const { thumbnail, player, duration_seconds, published_at, creator } = facts;
  const parts = locOf(facts.url, facts.changed_at);
  if (facts.kind === "picture" && thumbnail) {
    parts.push(element("image:image", element("image:loc", text(thumbnail))));
  }
  if (facts.kind === "video" && thumbnail && player) {
    const optional = (name: string, value: string | null | undefined) =>
      value ? [element(name, text(value))] : [];
    parts.push(element("video:video", [
      element("video:thumbnail_loc", text(thumbnail)),
      element("video:title", text(facts.title)),
      element("video:description", text(facts.description)),
      element("video:player_loc", text(player)),
      ...optional(
        "video:duration",
        duration_seconds !== null && duration_seconds <= LONGEST_VIDEO ? String(duration_seconds) : null,
      ),
      ...optional("video:publication_date", published_at),
      ...facts.tags.map((tag) => element("video:tag", text(tag))),
      ...(creator && creator.name.length <= UPLOADER_LENGTH
        ? [element("video:uploader", text(creator.name), { info: creator.url })]
        : []),
      ...optional("video:live", facts.is_live ? "yes" : null),
    ]));
  }
  return element("url", parts);
}

/** A creator's page. */
export function creatorEntry(
  { slug, changed_at }: { slug: string; changed_at: string },
  urls: PublicUrls,
  now: Date,
): Xml {
  return urlEntry(urls.creator(slug), past(changed_at, now));
}

function locOf(url: string, changed_at: string | null): Xml[] {
  return [element("loc", text(url)), ...(changed_at ? [element("lastmod", text(changed_at))] : [])];
}
