/**
 * POST /functions/v1/oauth-twitter-init — where a creator goes to connect their X account.
 * Nothing is connected yet: the answer that X sends back goes to oauth-twitter-callback, within ten minutes.
 */
import { authorize, AuthorizeInput, AuthorizeOutput } from "../_shared/connections/authorize.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "oauth-twitter-init",
  summary: "Starts connecting an X account",
  method: "POST",
  auth: "user",
  rate: "user",
  input: AuthorizeInput,
  output: AuthorizeOutput,
  errors: ["redirect_uri_not_allowed"],
  handle: (context) => authorize(context, "twitter", context.user.id, context.input),
});
