/** Every platform that has an adapter. A new platform is one line here. */
import { facebook } from "./facebook.ts";
import { instagram } from "./instagram.ts";
import type { Platform, PlatformContext, PlatformFactory, PlatformSlug } from "./platform.ts";
import { tiktok } from "./tiktok.ts";
import { twitter } from "./twitter.ts";
import { youtube } from "./youtube.ts";

const FACTORIES: Readonly<Record<PlatformSlug, PlatformFactory>> = {
  youtube,
  instagram,
  tiktok,
  facebook,
  twitter,
};

/** The adapter of a platform, or null for one that this release does not know. */
export function findPlatform(slug: string, context: PlatformContext): Platform | null {
  return Object.hasOwn(FACTORIES, slug) ? FACTORIES[slug as PlatformSlug](context) : null;
}

/** @throws {Error} When there is no adapter: the database holds a platform that the code does not. */
export function platformOf(slug: string, context: PlatformContext): Platform {
  const platform = findPlatform(slug, context);
  if (!platform) throw new Error(`Cannot reach the platform: it has no adapter, got ${slug}`);
  return platform;
}
