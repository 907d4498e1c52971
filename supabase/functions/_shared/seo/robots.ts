/** robots.txt (RFC 9309). A crawler that gets an error keeps away from the whole site, so this needs nothing but the settings. */

/** What the operator wants of crawlers. */
export interface RobotsRules {
  /** Paths that no crawler may read; `/` closes the site. */
  disallow: readonly string[];
  /** Product tokens of crawlers that may read nothing. */
  blocked_agents: readonly string[];
  /** Absolute; null where there is no public site. */
  sitemap: string | null;
}

/** The text for the root of the public site. */
export function robotsTxt({ disallow, blocked_agents, sitemap }: RobotsRules): string {
  const blocked = blocked_agents.length > 0
    ? [...blocked_agents.map((agent) => `User-agent: ${agent}`), "Disallow: /", ""]
    : [];
  const rules = disallow.length > 0 ? disallow.map((path) => `Disallow: ${path}`) : ["Allow: /"];
  return [...blocked, "User-agent: *", ...rules, ...(sitemap ? ["", `Sitemap: ${sitemap}`] : []), ""].join(
    "\n",
  );
}
