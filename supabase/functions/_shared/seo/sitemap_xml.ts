/**
 * Sitemaps (https://www.sitemaps.org/protocol.html) with Google's video and image entries. Elements are in the order of the XSDs. Data that
 * no rule requires and that changes constantly (views, clicks) is omitted.
 */
import { factsOf, past, type Subject } from "./page_facts.ts";
import type { PublicUrls } from "./settings.ts";
import { type Check, deflated, gzipOf } from "./gzip_parts.ts";
import { element, text, type Xml } from "./xml.ts";

/** Longest video duration in seconds: https://developers.google.com/search/docs/crawling-indexing/sitemaps/video-sitemaps */
const LONGEST_VIDEO = 28_800;
const UPLOADER_LENGTH = 255;

const HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n';
const SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9";
const OPENING = deflated(
  `${HEADER}<urlset xmlns="${SITEMAP}" ` +
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" ' +
    'xmlns:video="http://www.google.com/schemas/sitemap-video/1.1">\n',
);
const CLOSING = deflated("</urlset>\n");

/** Returns consecutive entries of a file, compressed. */
export function entriesPart(entries: readonly Xml[]): ReturnType<typeof deflated> {
  return deflated(entries.map((entry) => `${entry}\n`).join(""));
}

/** Returns a compressed sitemap file from its concatenated parts. */
export function urlSet(body: Uint8Array, checks: readonly Check[]): Uint8Array<ArrayBuffer> {
  return gzipOf([OPENING.body, body, CLOSING.body], [OPENING, ...checks, CLOSING]);
}

/** Returns the sitemap index, which lists the pages. */
export function sitemapIndex(pages: Iterable<{ url: string; changed_at: string | null }>): string {
  const entries = [...pages].map(({ url, changed_at }) => element("sitemap", locOf(url, changed_at)));
  return `${HEADER}<sitemapindex xmlns="${SITEMAP}">\n${entries.join("\n")}\n</sitemapindex>\n`;
}

/** Returns an entry with only a URL and the date of its last change. */
export function urlEntry(url: string, changed_at: string | null): Xml {
  return element("url", locOf(url, changed_at));
}

/** Returns the entry of an item's page, with its video or picture where the required data exists. */
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

/** Returns the entry of a creator's page. */
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
