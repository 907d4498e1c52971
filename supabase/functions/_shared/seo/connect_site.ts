/** Connects a creator's own site to a search engine, with a pasted key or by OAuth consent. */
import * as z from "zod";
import type { Context } from "../context.ts";
import { ApiError } from "../errors.ts";
import { checkAddress, UnsafeFetchError } from "../http/safe_fetch.ts";
import type { Settings } from "../settings/settings.ts";
import { Connection, METHODS, proofs, SiteUrl, siteUrl } from "./connection.ts";
import type { EngineSlug } from "./engine.ts";
import { SEO } from "./settings.ts";

export const SiteInput = {
  site_url: SiteUrl,
  /** Path of an item's page below the site; {id} is the item's id, {slug} the creator's slug. */
  item_path: z.string().max(200).regex(/^\/[!-~]*$/).refine(
    (path) => path.includes("{id}") && !path.includes("#"),
    "needs {id}, and no #",
  ).optional(),
};

export const ConnectedSite = z.object({
  connection_id: z.uuid(),
  search_engine: z.string(),
  site_url: z.string(),
  is_verified: z.boolean(),
  /** Ways to prove that the caller owns the site. */
  proofs: z.array(z.object({ method: z.enum(METHODS), where: z.string(), what: z.string() })),
});

/** Returns the site's URL in canonical form. @throws {ApiError} When it is not a public address. */
export function publicSite(settings: Settings, given: string): string {
  const site_url = siteUrl(given);
  try {
    checkAddress(site_url, { example_sites: settings.of(SEO).EXAMPLE_SITES_URL });
  } catch (error) {
    if (!(error instanceof UnsafeFetchError)) throw error;
    throw new ApiError("validation_failed", error.message, {
      errors: [{ pointer: "/site_url", detail: "must be a public web address" }],
    });
  }
  return site_url;
}

/** Stores the site as not yet verified, with its key in Vault. */
export async function connectSite(
  context: Context,
  user_id: string,
  search_engine: EngineSlug,
  site: { site_url: string; item_path?: string | undefined },
  credentials: string | undefined,
): Promise<Connection> {
  return await context.admin.call("connect_seo_site", {
    p_user_id: user_id,
    p_engine: search_engine,
    p_site_url: site.site_url,
    p_item_path: site.item_path,
    p_secret: credentials,
  }, Connection);
}

export function connected(connection: Connection): z.output<typeof ConnectedSite> {
  const { id, search_engine, site_url, is_verified } = connection;
  return { connection_id: id, search_engine, site_url, is_verified, proofs: proofs(connection) };
}
