/**
 * POST /functions/v1/oauth-youtube-init — where a creator goes to connect their YouTube channel.
 * Nothing is connected yet: the answer that Google sends back goes to oauth-youtube-callback, within ten minutes.
 */
import { authorize, AuthorizeInput, AuthorizeOutput } from "../_shared/connections/authorize.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "oauth-youtube-init",
  summary: "Starts connecting a YouTube channel",
  method: "POST",
  auth: "user",
  rate: "user",
  input: AuthorizeInput,
  output: AuthorizeOutput,
  errors: ["redirect_uri_not_allowed"],
  handle: (context) => authorize(context, "youtube", context.user.id, context.input),
});
