/**
 * POST /functions/v1/oauth-instagram-init — where a creator goes to connect their Instagram account.
 * Nothing is connected yet: the answer that Instagram sends back goes to oauth-instagram-callback, within ten minutes.
 */
import { authorize, AuthorizeInput, AuthorizeOutput } from "../_shared/connections/authorize.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "oauth-instagram-init",
  summary: "Starts connecting an Instagram account",
  method: "POST",
  auth: "user",
  rate: "user",
  input: AuthorizeInput,
  output: AuthorizeOutput,
  errors: ["redirect_uri_not_allowed"],
  handle: (context) => authorize(context, "instagram", context.user.id, context.input),
});
