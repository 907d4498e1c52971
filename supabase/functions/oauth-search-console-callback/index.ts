/** POST /functions/v1/oauth-search-console-callback: turns Google's response into a connected site, and verifies with Google that the caller owns it. */
import * as z from "zod";
import { ConsentAnswer, isAnswer, NO_ANSWER } from "../_shared/connections/consent.ts";
import { endpoint } from "../_shared/http/endpoint.ts";
import { ConnectedSite } from "../_shared/seo/connect_site.ts";
import { finishSearchConsole } from "../_shared/seo/search_console.ts";

export default endpoint({
  name: "oauth-search-console-callback",
  summary: "Finishes connecting a site in Google Search Console",
  method: "POST",
  auth: "user",
  rate: "user",
  idempotent: true,
  input: z.strictObject(ConsentAnswer).refine(isAnswer, NO_ANSWER),
  example: { code: "4/0AX4XfWh-code", state: "Qy8x2ZpW0cVn5tLr7KfJd3hGs9Bm1TaEu4Ri6YoXwNk" },
  output: ConnectedSite.extend({
    /** Why the site is not verified; verify-search-engine checks again. */
    code: z.string().nullable(),
    message: z.string().nullable(),
  }),
  errors: [
    "bad_request",
    "oauth_state_invalid",
    "oauth_denied",
    "provider_error",
    "provider_unavailable",
    "provider_quota_exceeded",
  ],
  timeout_ms: 60_000,
  handle: (context) => finishSearchConsole(context, context.user.id, context.input),
});
