/** The publishers by platform. Each is loaded when it is needed; a new one is one line here. */
import type { PlatformSlug } from "../platforms/platform.ts";
import type { Publisher, PublisherContext, PublisherFactory } from "./publisher.ts";

const PUBLISHERS: Readonly<Record<PlatformSlug, () => Promise<PublisherFactory>>> = {
  youtube: async () => (await import("./youtube.ts")).youtube,
  instagram: async () => (await import("./instagram.ts")).instagram,
  tiktok: async () => (await import("./tiktok.ts")).tiktok,
  facebook: async () => (await import("./facebook.ts")).facebook,
  twitter: async () => (await import("./twitter.ts")).twitter,
};

export async function publisherOf(slug: PlatformSlug, context: PublisherContext): Promise<Publisher> {
  return (await PUBLISHERS[slug]())(context);
}
