/**
 * Sitemaps (https://www.sitemaps.org/protocol.html) with Google's video and image entries. Elements stand in the order in which the XSDs
 * have them. What no rule needs and what changes by itself (views, clicks) is not in it.
 */
import { factsOf, past, type Subject } from "./page_facts.ts";
import type { PublicUrls } from "./settings.ts";
import { type Check, deflated, gzipOf } from "./gzip_parts.ts";
import { element, text, type Xml } from "./xml.ts";

/** Of a video, in seconds: https://developers.google.com/search/docs/crawling-indexing/sitemaps/video-sitemaps */
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

/** Entries that follow each other in a file, compressed. */
export function entriesPart(entries: readonly Xml[]): ReturnType<typeof deflated> {
  return deflated(entries.map((entry) => `${entry}\n`).join(""));
}

/** A file of parts, of which the bytes follow each other. */
export function urlSet(body: Uint8Array, checks: readonly Check[]): Uint8Array<ArrayBuffer> {
  return gzipOf([OPENING.body, body, CLOSING.body], [OPENING, ...checks, CLOSING]);
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
