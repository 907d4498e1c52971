/**
 * JSON-LD of a page (https://schema.org) by Google's documentation: a type is claimed only when all properties that it requires exist.
 * The rules are in `rules.ts`.
 */
import { isClaimable } from "./rules.ts";
import { type Facts, isoDuration, past, profileOf, type SeoCreator, type SeoItem } from "./page_facts.ts";
import type { PublicUrls } from "./settings.ts";

/** A JSON-LD node. */
export type Node = { "@type": string } & Record<string, unknown>;
/** A top-level node, in its own script element. */
export type Document = { "@context": "https://schema.org" } & Node;

/** Returns the documents of an item's page: the item and its breadcrumb. */
export function itemDocuments(item: SeoItem, facts: Facts, urls: PublicUrls): Document[] {
  const candidates = {
    video: [videoOf, postingOf],
    picture: [pictureOf, postingOf],
    post: [postingOf],
  }[facts.kind];
  const claimed = candidates.map((node) => compact(node(item, facts))).filter(isClaimable);
  // A video is the page's main content and stands alone; a picture also gets its posting.
  const shown = facts.kind === "video" ? claimed.slice(0, 1) : claimed;
  const trail = [
    { name: urls.site_name, url: `${urls.site}/` },
    ...(facts.creator ? [facts.creator] : []),
    { name: facts.title, url: facts.url },
  ];
  return [...shown, breadcrumbOf(trail)].map(asDocument);
}

/** Returns the documents of a creator's page. */
export function creatorDocuments(creator: SeoCreator, urls: PublicUrls, now: Date): Document[] {
  const { url, name, description, avatar, profile_urls } = profileOf(creator, urls);
  const page = compact({
    "@type": "ProfilePage",
    url,
    dateCreated: past(creator.created_at, now),
    dateModified: past(creator.updated_at, now),
    mainEntity: compact({
      "@type": "Person",
      name,
      alternateName: creator.slug,
      identifier: creator.id,
      url,
      description: creator.bio ? description : null,
      image: avatar,
      sameAs: profile_urls,
    }),
  });
  const trail = [{ name: urls.site_name, url: `${urls.site}/` }, { name, url }];
  return [page, breadcrumbOf(trail)].filter(isClaimable).map(asDocument);
}

/** Returns JSON that is safe inside a script element: nothing in it can end the script or begin a comment. */
export function embeddable(document: unknown): string {
  return JSON.stringify(document).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function videoOf(item: SeoItem, facts: Facts): Node {
  const { broadcast } = facts;
  return {
    "@type": "VideoObject",
    name: facts.title,
    description: facts.description,
    thumbnailUrl: facts.thumbnail && [facts.thumbnail],
    uploadDate: facts.published_at,
    dateModified: facts.changed_at,
    duration: facts.duration_seconds && isoDuration(facts.duration_seconds),
    embedUrl: facts.player,
    url: facts.url,
    inLanguage: item.language,
    keywords: facts.tags,
    author: authorOf(facts),
    interactionStatistic: countersOf(item, "WatchAction"),
    publication: broadcast && compact({
      "@type": "BroadcastEvent",
      isLiveBroadcast: true,
      startDate: broadcast.starts_at,
      endDate: broadcast.ends_at,
    }),
  };
}

function pictureOf(item: SeoItem, facts: Facts): Node {
  return {
    "@type": "ImageObject",
    contentUrl: facts.thumbnail,
    name: facts.title,
    description: facts.description,
    creator: authorOf(facts),
    creditText: facts.creator?.name,
    uploadDate: facts.published_at,
    dateModified: facts.changed_at,
    url: facts.url,
    inLanguage: item.language,
    keywords: facts.tags,
  };
}

function postingOf(item: SeoItem, facts: Facts): Node {
  return {
    "@type": "SocialMediaPosting",
    headline: facts.title,
    text: item.description.trim() === "" ? null : facts.description,
    image: facts.thumbnail && [facts.thumbnail],
    author: authorOf(facts),
    datePublished: facts.published_at,
    dateModified: facts.changed_at,
    url: facts.url,
    sameAs: item.permalink,
    inLanguage: item.language,
    keywords: facts.tags,
    interactionStatistic: countersOf(item, "ViewAction"),
  };
}

function authorOf({ creator }: Facts): Node | null {
  return creator && { "@type": "Person", name: creator.name, url: creator.url };
}

/** Returns the counters above 0; the platform may not report a count of 0. */
function countersOf(item: SeoItem, watched: "WatchAction" | "ViewAction"): Node[] {
  const counts = {
    [watched]: item.views_count,
    LikeAction: item.likes_count,
    CommentAction: item.comments_count,
    ShareAction: item.shares_count,
  };
  return Object.entries(counts).filter(([, count]) => count > 0).map(([action, userInteractionCount]) => ({
    "@type": "InteractionCounter",
    interactionType: { "@type": action },
    userInteractionCount,
  }));
}

function breadcrumbOf(trail: { name: string; url: string }[]): Node {
  return {
    "@type": "BreadcrumbList",
    itemListElement: trail.map(({ name, url }, place) => ({
      "@type": "ListItem",
      position: place + 1,
      name,
      item: url,
    })),
  };
}

function asDocument(node: Node): Document {
  return { "@context": "https://schema.org", ...node };
}

/** Returns the node without empty properties. */
function compact(node: Node): Node {
  const known = Object.entries(node).filter(([, value]) =>
    value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0)
  );
  return Object.fromEntries(known) as Node;
}
