/**
 * POST /functions/v1/connect-search-engine: a site of the caller's own at a search engine, and what it has to show before anything is
 * submitted (verify-search-engine looks). Again with the same site: another key, another path.
 */
import * as z from "zod";
import { ApiError, endpoint } from "../_shared/http/endpoint.ts";
import { checkAddress, UnsafeFetchError } from "../_shared/http/safe_fetch.ts";
import { ENGINES } from "../_shared/seo/engine.ts";
import { Connection, METHODS, proofs, SiteUrl, siteUrl } from "../_shared/seo/connection.ts";
import { SEO } from "../_shared/seo/settings.ts";

export default endpoint({
  name: "connect-search-engine",
  summary: "Sets up a site of one's own at a search engine",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({
    search_engine: z.enum(ENGINES),
    site_url: SiteUrl,
    /** Where items are below the site; {id} is the item's id, {slug} the creator's. */
    item_path: z.string().max(200).regex(/^\/[!-~]*$/).refine(
      (path) => path.includes("{id}") && !path.includes("#"),
      "needs {id}, and no #",
    )
      .optional(),
    /**
     * Google: the JSON of a service account or of an authorized user. Bing: the API key. Yandex: the OAuth token. IndexNow needs none.
     * Kept in Vault, never given back.
     */
    credentials: z.string().min(8).max(8_000).regex(
      /^(\{[^]*\}|[\w.+=-]+)$/,
      "must be a JSON object, a key or a token",
    )
      .optional(),
  }),
  example: { search_engine: "indexnow", site_url: "https://example.com" },
  output: z.object({
    connection_id: z.uuid(),
    search_engine: z.string(),
    site_url: z.string(),
    is_verified: z.boolean(),
    /** Ways to prove that the site is the caller's. */
    proofs: z.array(
      z.object({
        method: z.enum(METHODS),
        where: z.string(),
        what: z.string(),
      }),
    ),
  }),
  errors: ["bad_request"],
  async handle({ input, user, admin, settings }) {
    const { search_engine, item_path, credentials } = input;
    const site_url = siteUrl(input.site_url);
    try {
      checkAddress(site_url, {
        example_sites: settings.of(SEO).EXAMPLE_SITES_URL,
      });
    } catch (error) {
      if (!(error instanceof UnsafeFetchError)) throw error;
      throw new ApiError("validation_failed", error.message, {
        errors: [{
          pointer: "/site_url",
          detail: "must be a public web address",
        }],
      });
    }
    if (search_engine !== "indexnow" && !credentials) {
      throw new ApiError(
        "validation_failed",
        "Cannot connect: this search engine needs credentials",
        {
          errors: [{
            pointer: "/credentials",
            detail: "is needed for this search engine",
          }],
        },
      );
    }
    const connection = await admin.call("connect_seo_site", {
      p_user_id: user.id,
      p_engine: search_engine,
      p_site_url: site_url,
      p_item_path: item_path,
      p_secret: credentials,
    }, Connection);
    return {
      connection_id: connection.id,
      search_engine,
      site_url,
      is_verified: connection.is_verified,
      proofs: proofs(connection),
    };
  },
});
