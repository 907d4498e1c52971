/** robots.txt (RFC 9309). A crawler that gets an error avoids the whole site, so this depends only on the settings. */

/** The operator's rules for crawlers. */
export interface RobotsRules {
  /** Paths that no crawler may read; `/` closes the site. */
  disallow: readonly string[];
  /** Product tokens of crawlers that are blocked entirely. */
  blocked_agents: readonly string[];
  /** Absolute URL; null without a public site. */
  sitemap: string | null;
}

/** Returns the robots.txt for the root of the public site. */
export function robotsTxt({ disallow, blocked_agents, sitemap }: RobotsRules): string {
  const blocked = blocked_agents.length > 0
    ? [...blocked_agents.map((agent) => `User-agent: ${agent}`), "Disallow: /", ""]
    : [];
  const rules = disallow.length > 0 ? disallow.map((path) => `Disallow: ${path}`) : ["Allow: /"];
  return [...blocked, "User-agent: *", ...rules, ...(sitemap ? ["", `Sitemap: ${sitemap}`] : []), ""].join(
    "\n",
  );
}
