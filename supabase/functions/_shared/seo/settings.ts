/** Settings of the public pages and the operator's search engines. An engine without a key is not used. */
import * as z from "zod";
import { requireSetting, type Settings, settingsPart } from "../settings/settings.ts";
import { list, milliseconds, url, whole } from "../settings/values.ts";

const path = (...placeholders: string[]) =>
  z.string().regex(/^\/[!-~]*$/, "expected a path that begins with a slash").refine(
    (value) => placeholders.every((name) => value.includes(`{${name}}`)),
    `expected ${placeholders.map((name) => `{${name}}`).join(" and ")} in it`,
  );

export const SEO = settingsPart("seo", {
  PUBLIC_SITE_URL: url.optional(),
  PUBLIC_SITE_NAME: z.string().max(100).optional(),
  PUBLIC_ITEM_PATH: path("id").default("/v/{id}"),
  PUBLIC_CREATOR_PATH: path("slug").default("/@{slug}"),
  /** Default: the URL of the function `thumbnail`. */
  PUBLIC_THUMBNAIL_PATH: path("id").optional(),
  PUBLIC_SITEMAP_PATH: path().default("/sitemap.xml"),
  PUBLIC_SITEMAP_PAGE_PATH: path("page").default("/sitemap-{page}.xml"),
  SITEMAP_PAGE_SIZE: whole(1, 50_000).default(5_000),
  ROBOTS_DISALLOW: list.default([]).refine(
    (paths) => paths.every((one) => /^\/[!-~]*$/.test(one) && !one.includes("#")),
    "expected paths that begin with a slash",
  ),
  ROBOTS_BLOCKED_AGENTS: list.default([]).refine(
    (agents) => agents.every((one) => /^[A-Za-z_-]+$/.test(one)),
    "expected product tokens of crawlers, such as GPTBot",
  ),

  GOOGLE_SEARCH_CONSOLE_API_KEY: z.string().optional(),
  GOOGLE_SEARCH_CONSOLE_URL: url.default("https://searchconsole.googleapis.com"),
  GOOGLE_SEARCH_CONSOLE_CLIENT_ID: z.string().optional(),
  GOOGLE_SEARCH_CONSOLE_CLIENT_SECRET: z.string().optional(),
  GOOGLE_AUTHORIZATION_URL: url.default("https://accounts.google.com/o/oauth2/v2/auth"),
  GOOGLE_TOKEN_URL: url.default("https://oauth2.googleapis.com/token"),
  GOOGLE_INDEXING_URL: url.default("https://indexing.googleapis.com"),
  GOOGLE_INDEXING_LIVE: z.enum(["on", "off"]).default("off"),
  BING_WEBMASTER_API_KEY: z.string().optional(),
  BING_WEBMASTER_URL: url.default("https://ssl.bing.com/webmaster/api.svc/json"),
  YANDEX_WEBMASTER_TOKEN: z.string().optional(),
  YANDEX_WEBMASTER_URL: url.default("https://api.webmaster.yandex.net/v4"),
  INDEXNOW_API_KEY: z.string().regex(/^[A-Za-z0-9-]{8,128}$/, "expected 8 to 128 letters, digits and hyphens")
    .optional(),
  INDEXNOW_URL: url.default("https://api.indexnow.org/indexnow"),

  /** Base URL that serves hosts under the reserved name `.example`: the local stack's simulators. */
  EXAMPLE_SITES_URL: url.optional(),
  SEO_TIMEOUT_MS: milliseconds.default(20_000),
});

/** URLs of public pages, absolute and percent-encoded. They depend only on the settings. */
export interface PublicUrls {
  /** Without a trailing slash. */
  site: string;
  site_name: string;
  /** Returns the page of an item. `slug` is its creator's, for paths that contain it. */
  item(item: { id: string; slug?: string | null }): string;
  /** Returns the page of a creator. */
  creator(slug: string): string;
  /** Returns a stable URL for an item's picture, which stays valid when the platform's own URL expires. */
  thumbnail(id: string): string;
  sitemap: string;
  /** Returns a page of the sitemap, counted from 1. */
  sitemapPage(page: number | string): string;
}

/**
 * Returns the URLs of the public pages.
 *
 * @throws {SettingsError} When `PUBLIC_SITE_URL` is not set.
 */
export function publicUrls(settings: Settings): PublicUrls {
  const seo = settings.of(SEO);
  const site = requireSetting(seo, "PUBLIC_SITE_URL");
  const at = (pattern: string, values: Record<string, string | number>) => site + fill(pattern, values);
  return {
    site,
    site_name: seo.PUBLIC_SITE_NAME ?? new URL(site).hostname,
    item: ({ id, slug }) => at(seo.PUBLIC_ITEM_PATH, { id, slug: slug ?? "" }),
    creator: (slug) => at(seo.PUBLIC_CREATOR_PATH, { slug }),
    thumbnail: (id) =>
      seo.PUBLIC_THUMBNAIL_PATH
        ? at(seo.PUBLIC_THUMBNAIL_PATH, { id })
        : `${settings.SUPABASE_URL}/functions/v1/thumbnail?id=${encodeURIComponent(id)}`,
    sitemap: at(seo.PUBLIC_SITEMAP_PATH, {}),
    sitemapPage: (page) => at(seo.PUBLIC_SITEMAP_PAGE_PATH, { page }),
  };
}

/** Returns whether a public site is configured. */
export function hasPublicSite(settings: Settings): boolean {
  return settings.of(SEO).PUBLIC_SITE_URL !== undefined;
}

/** Fills in placeholders. Also encodes the five characters that RFC 3986 reserves but `encodeURIComponent` leaves unchanged. */
function fill(pattern: string, values: Record<string, string | number>): string {
  return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : encodeURIComponent(value).replace(
      /[!'()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  });
}
