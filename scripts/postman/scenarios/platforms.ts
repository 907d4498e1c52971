/** The platforms other than YouTube: their requests repeat for each row of this table, each platform with its own creator. */
import type { ScenarioRequest } from "../collection.ts";

/** The differences between the platforms. */
export interface Platform {
  slug: string;
  title: string;
  scopes: string[];
  hasPkce: boolean;
  canRevoke: boolean;
  site: string;
}

const PLATFORMS: Platform[] = [
  {
    slug: "instagram",
    title: "Instagram",
    scopes: ["instagram_business_basic", "instagram_business_manage_insights"],
    hasPkce: false,
    canRevoke: false,
    site: "instagram.com",
  },
  {
    slug: "tiktok",
    title: "TikTok",
    scopes: ["user.info.basic", "user.info.profile", "user.info.stats", "video.list"],
    hasPkce: false,
    canRevoke: true,
    site: "tiktok.com",
  },
  {
    slug: "facebook",
    title: "Facebook",
    scopes: ["pages_read_engagement", "pages_show_list"],
    hasPkce: false,
    canRevoke: true,
    site: "facebook.com",
  },
  {
    slug: "twitter",
    title: "X",
    scopes: ["offline.access", "tweet.read", "users.read"],
    hasPkce: true,
    canRevoke: true,
    site: "x.com",
  },
];

/** Returns the requests of every platform, numbered from `phase`.9 on; the variables of a platform's creator begin with its slug. */
export function onEveryPlatform(
  phase: number,
  requests: (platform: Platform, prefix: string) => ScenarioRequest[],
): ScenarioRequest[] {
  return PLATFORMS.flatMap((platform) => {
    const prefix = `${platform.slug}_`;
    return requests(platform, prefix).map((request) => ({
      as: prefix,
      needs: "simulator_url",
      ...request,
      name: `${platform.title}: ${request.name}`,
      scope: { platform, prefix, ...request.scope },
    }));
  }).map((request, index) => ({ ...request, name: `${phase}.${index + 9} ${request.name}` }));
}
