/**
 * POST /functions/v1/oauth-tiktok-init — where a creator goes to connect their TikTok account.
 * Nothing is connected yet: the answer that TikTok sends back goes to oauth-tiktok-callback, within ten minutes.
 */
import { authorize, AuthorizeInput, AuthorizeOutput } from "../_shared/connections/authorize.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "oauth-tiktok-init",
  summary: "Starts connecting a TikTok account",
  method: "POST",
  auth: "user",
  rate: "user",
  input: AuthorizeInput,
  output: AuthorizeOutput,
  errors: ["redirect_uri_not_allowed"],
  handle: (context) => authorize(context, "tiktok", context.user.id, context.input),
});
