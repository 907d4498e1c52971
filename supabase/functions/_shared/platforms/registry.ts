/** Every platform that has an adapter, loaded on first use. A new platform is one line here. */
import type { Platform, PlatformContext, PlatformFactory, PlatformSlug } from "./platform.ts";

const ADAPTERS: Readonly<Record<PlatformSlug, () => Promise<PlatformFactory>>> = {
  youtube: async () => (await import("./youtube/adapter.ts")).youtube,
  instagram: async () => (await import("./instagram/adapter.ts")).instagram,
  tiktok: async () => (await import("./tiktok/adapter.ts")).tiktok,
  facebook: async () => (await import("./facebook/adapter.ts")).facebook,
  twitter: async () => (await import("./twitter/adapter.ts")).twitter,
};

/** Whether this release has an adapter for a platform that the database names. */
export function isKnown(slug: string): slug is PlatformSlug {
  return Object.hasOwn(ADAPTERS, slug);
}

/** Returns the adapter of a platform. */
export async function platformOf(slug: PlatformSlug, context: PlatformContext): Promise<Platform> {
  return (await ADAPTERS[slug]())(context);
}
