/** POST /functions/v1/oauth-search-console-init: returns where the caller consents that we submit their site in Google Search Console. */
import * as z from "zod";
import { ConsentStarted, RedirectUri } from "../_shared/connections/consent.ts";
import { endpoint } from "../_shared/http/endpoint.ts";
import { SiteInput } from "../_shared/seo/connect_site.ts";
import { beginSearchConsole } from "../_shared/seo/search_console.ts";

export default endpoint({
  name: "oauth-search-console-init",
  summary: "Starts connecting a site in Google Search Console",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({
    ...SiteInput,
    /** Where Google sends the creator back: one of the allowed URLs. Default: the first of them. */
    redirect_uri: RedirectUri.optional(),
  }),
  example: { site_url: "https://example.com", redirect_uri: "http://localhost:3000/oauth/callback" },
  output: ConsentStarted,
  errors: ["redirect_uri_not_allowed"],
  handle: (context) => beginSearchConsole(context, context.user.id, context.input),
});
