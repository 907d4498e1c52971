/** GET /functions/v1/robots: returns the site's robots.txt. No rate limit and no database: a crawler that gets an error stays away. */
import * as z from "zod";
import { endpoint, Reply } from "../_shared/http/endpoint.ts";
import { robotsTxt } from "../_shared/seo/robots.ts";
import { hasPublicSite, publicUrls, SEO } from "../_shared/seo/settings.ts";

export default endpoint({
  name: "robots",
  summary: "Returns the robots.txt of the public site",
  method: "GET",
  auth: "none",
  rate: "service",
  input: z.strictObject({}),
  example: {},
  output: z.string(),
  produces: "text/plain; charset=utf-8",
  handle({ settings }) {
    const { ROBOTS_DISALLOW, ROBOTS_BLOCKED_AGENTS } = settings.of(SEO);
    const text = robotsTxt({
      disallow: ROBOTS_DISALLOW,
      blocked_agents: ROBOTS_BLOCKED_AGENTS,
      sitemap: hasPublicSite(settings) ? publicUrls(settings).sitemap : null,
    });
    return new Reply(text, {
      headers: { "cache-control": "public, max-age=300, stale-while-revalidate=86400" },
    });
  },
});
