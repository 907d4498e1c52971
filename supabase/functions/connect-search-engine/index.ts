/**
 * POST /functions/v1/connect-search-engine: connects the caller's own site to a search engine, and returns the proof that the site must show
 * before anything is submitted (verify-search-engine checks it). A repeated call for the same site changes its key or path.
 */
import * as z from "zod";
import { ApiError, endpoint } from "../_shared/http/endpoint.ts";
import { connected, ConnectedSite, connectSite, publicSite, SiteInput } from "../_shared/seo/connect_site.ts";
import { ENGINES } from "../_shared/seo/engine.ts";

export default endpoint({
  name: "connect-search-engine",
  summary: "Connects the caller's site to a search engine",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({
    search_engine: z.enum(ENGINES),
    ...SiteInput,
    /**
     * Google: the JSON of a service account or of an authorized user (oauth-search-console-init needs neither). Bing: the API key.
     * Yandex: the OAuth token. IndexNow needs none. Stored in Vault and never returned.
     */
    credentials: z.string().min(8).max(8_000).regex(
      /^(\{[^]*\}|[\w.+=-]+)$/,
      "must be a JSON object, a key or a token",
    )
      .optional(),
  }),
  example: { search_engine: "indexnow", site_url: "https://example.com" },
  output: ConnectedSite,
  errors: ["bad_request"],
  async handle({ input: { search_engine, credentials, ...input }, user, ...context }) {
    const site = { ...input, site_url: publicSite(context.settings, input.site_url) };
    if (search_engine !== "indexnow" && !credentials) {
      throw new ApiError("validation_failed", "Cannot connect: this search engine needs credentials", {
        errors: [{ pointer: "/credentials", detail: "is needed for this search engine" }],
      });
    }
    return connected(await connectSite(context, user.id, search_engine, site, credentials));
  },
});
