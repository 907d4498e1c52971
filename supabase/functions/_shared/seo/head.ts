/** Head of a page: title, description, canonical URL, Open Graph (https://ogp.me), X card, JSON-LD. */
import { creatorDocuments, type Document, embeddable, itemDocuments } from "./json_ld.ts";
import { factsOf, profileOf, type SeoCreator, type SeoItem, snippet } from "./page_facts.ts";
import type { PublicUrls } from "./settings.ts";
import { text } from "./xml.ts";

/** Names and values in output order: the properties of an image or video follow it. */
export type Tags = Record<string, string | string[]>;

/** Metadata of a page for search engines. */
export interface PageHead {
  title: string;
  description: string;
  canonical_url: string;
  og_tags: Tags;
  twitter_tags: Tags;
  json_ld: Document[];
  html: string;
}

const PLAYER = { wide: ["1280", "720"], upright: ["720", "1280"] } as const;

export function itemHead(item: SeoItem, urls: PublicUrls, now: Date): PageHead {
  const facts = factsOf(item, urls, now);
  const about = { title: facts.title, description: snippet(facts.description), url: facts.url };
  const [width, height] = PLAYER[facts.is_upright ? "upright" : "wide"];
  const { player, thumbnail, tags, creator } = facts;
  return headOf(about, urls, {
    image: thumbnail,
    og: {
      "og:type": facts.kind === "video" ? "video.other" : "article",
      "og:locale": locale(item.language),
      ...(player
        ? {
          "og:video": player,
          "og:video:secure_url": player,
          "og:video:type": "text/html",
          "og:video:width": width,
          "og:video:height": height,
        }
        : {}),
      ...(facts.kind === "video"
        ? {
          "video:duration": facts.duration_seconds ? String(facts.duration_seconds) : null,
          "video:release_date": facts.published_at,
          "video:tag": tags,
        }
        : {
          "article:published_time": facts.published_at,
          "article:modified_time": facts.changed_at,
          "article:author": creator?.url,
          "article:tag": tags,
        }),
    },
    twitter: {
      ...(player && thumbnail
        ? {
          "twitter:card": "player",
          "twitter:player": player,
          "twitter:player:width": width,
          "twitter:player:height": height,
        }
        : { "twitter:card": thumbnail ? "summary_large_image" : "summary" }),
      "twitter:creator": item.platform === "twitter" ? handle(item.username) : null,
    },
    json_ld: itemDocuments(item, facts, urls),
  });
}

export function creatorHead(creator: SeoCreator, urls: PublicUrls, now: Date): PageHead {
  const { url, name, description, avatar } = profileOf(creator, urls);
  return headOf({ title: name, description: snippet(description), url }, urls, {
    image: avatar,
    og: { "og:type": "profile", "profile:username": creator.slug },
    twitter: { "twitter:card": "summary", "twitter:creator": handle(creator.twitter_username) },
    json_ld: creatorDocuments(creator, urls, now),
  });
}

type Loose = Record<string, string | string[] | null | undefined>;

function headOf(
  { title, description, url }: { title: string; description: string; url: string },
  urls: PublicUrls,
  own: { image: string | null; og: Loose; twitter: Loose; json_ld: Document[] },
): PageHead {
  const { "og:type": type, "og:locale": language, ...rest } = own.og;
  const og_tags = known({
    "og:title": title,
    "og:type": type,
    "og:url": url,
    "og:image": own.image,
    "og:image:alt": own.image && title,
    "og:description": description,
    "og:site_name": urls.site_name,
    "og:locale": language,
    ...rest,
  });
  const twitter_tags = known({
    ...own.twitter,
    "twitter:title": title,
    "twitter:description": description,
    "twitter:image": own.image,
    "twitter:image:alt": own.image && title,
  });
  const html = [
    `<title>${text(title)}</title>`,
    `<meta name="description" content="${text(description)}">`,
    `<link rel="canonical" href="${text(url)}">`,
    ...metas("property", og_tags),
    ...metas("name", twitter_tags),
    ...own.json_ld.map((document) => `<script type="application/ld+json">${embeddable(document)}</script>`),
  ].join("\n");
  return { title, description, canonical_url: url, og_tags, twitter_tags, json_ld: own.json_ld, html };
}

function metas(attribute: "property" | "name", tags: Tags): string[] {
  return Object.entries(tags).flatMap(([name, values]) =>
    [values].flat().map((value) => `<meta ${attribute}="${name}" content="${text(value)}">`)
  );
}

function known(tags: Loose): Tags {
  return Object.fromEntries(
    Object.entries(tags).filter(([, value]) => value && value.length > 0),
  ) as Tags;
}

/** Returns an Open Graph locale, which requires a territory; null when only the language is known. */
function locale(language: string | null): string | null {
  const given = /^([a-z]{2,3})(?:-[A-Za-z]{4})?-([A-Za-z]{2})$/i.exec(language ?? "");
  return given?.[1] && given[2] ? `${given[1].toLowerCase()}_${given[2].toUpperCase()}` : null;
}

function handle(username: string | null): string | null {
  return /^@?\w{1,15}$/.test(username ?? "") ? `@${username?.replace("@", "")}` : null;
}
