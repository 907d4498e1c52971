/** Search engine adapters by their slug in `search_engine`, loaded on first use. */
import type { Settings } from "../settings/settings.ts";
import { type Engine, ENGINES, type EngineSlug } from "./engine.ts";
import { SEO } from "./settings.ts";

export const ADAPTERS: Readonly<Record<EngineSlug, () => Promise<Engine>>> = {
  google: async () => (await import("./google.ts")).google,
  bing: async () => (await import("./bing.ts")).bing,
  yandex: async () => (await import("./yandex.ts")).yandex,
  indexnow: async () => (await import("./indexnow.ts")).indexnow,
};

/** Returns the operator's key for an engine, or undefined if it is not set up. */
export function operatorKey(settings: Settings, slug: EngineSlug): string | undefined {
  const seo = settings.of(SEO);
  switch (slug) {
    case "google":
      return seo.GOOGLE_SEARCH_CONSOLE_API_KEY;
    case "bing":
      return seo.BING_WEBMASTER_API_KEY;
    case "yandex":
      return seo.YANDEX_WEBMASTER_TOKEN;
    case "indexnow":
      return seo.INDEXNOW_API_KEY;
  }
}

/** Returns whether creators can connect an engine by OAuth consent instead of creating a key. */
export function takesConsent(settings: Settings, search_engine: string): boolean {
  return search_engine === "google" && settings.of(SEO).GOOGLE_SEARCH_CONSOLE_CLIENT_ID !== undefined;
}

/** Returns the engines that the operator has keys for. */
export function operatedEngines(settings: Settings): EngineSlug[] {
  return ENGINES.filter((slug) => operatorKey(settings, slug) !== undefined);
}
