/**
 * Requirements of search engines, from their own documentation. The builders claim a type only when its requirements are met, and
 * `validate-seo` reports what is missing to creators.
 */

const GOOGLE = "https://developers.google.com/search/docs";

/** Document that states each rule. */
export const DOCUMENTS = {
  VideoObject: `${GOOGLE}/appearance/structured-data/video`,
  ImageObject: `${GOOGLE}/appearance/structured-data/image-license-metadata`,
  SocialMediaPosting: `${GOOGLE}/appearance/structured-data/discussion-forum`,
  ProfilePage: `${GOOGLE}/appearance/structured-data/profile-page`,
  BreadcrumbList: `${GOOGLE}/appearance/structured-data/breadcrumb`,
  snippet: `${GOOGLE}/appearance/snippet`,
  title: `${GOOGLE}/appearance/title-link`,
  video_sitemap: `${GOOGLE}/crawling-indexing/sitemaps/video-sitemaps`,
  video_best_practices: `${GOOGLE}/appearance/video`,
  open_graph: "https://ogp.me/",
  removals: `${GOOGLE}/crawling-indexing/block-indexing`,
} as const;

/** Required properties: all of `all`, and at least one of each group in `one_of`. */
interface Requirement {
  all: readonly string[];
  one_of: readonly (readonly string[])[];
}

const REQUIREMENTS: Readonly<Record<string, Requirement>> = {
  VideoObject: { all: ["name", "thumbnailUrl", "uploadDate"], one_of: [] },
  ImageObject: { all: ["contentUrl"], one_of: [["creator", "creditText", "copyrightNotice", "license"]] },
  SocialMediaPosting: { all: ["author", "datePublished"], one_of: [["text", "image", "video"]] },
  ProfilePage: { all: ["mainEntity"], one_of: [] },
  BreadcrumbList: { all: ["itemListElement"], one_of: [] },
};

/** Returns whether the node has every property that Google requires for its type. */
export function isClaimable(node: { "@type": string } & Record<string, unknown>): boolean {
  const requirement = REQUIREMENTS[node["@type"]];
  if (!requirement) return false;
  const has = (name: string) => node[name] !== undefined && node[name] !== null && node[name] !== "";
  return requirement.all.every(has) && requirement.one_of.every((names) => names.some(has));
}
