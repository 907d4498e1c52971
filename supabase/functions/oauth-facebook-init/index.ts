/**
 * POST /functions/v1/oauth-facebook-init — where a creator goes to connect their Facebook Page.
 * Nothing is connected yet: the answer that Facebook sends back goes to oauth-facebook-callback, within ten minutes.
 */
import { authorize, AuthorizeInput, AuthorizeOutput } from "../_shared/connections/authorize.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "oauth-facebook-init",
  summary: "Starts connecting a Facebook Page",
  method: "POST",
  auth: "user",
  rate: "user",
  input: AuthorizeInput,
  output: AuthorizeOutput,
  errors: ["redirect_uri_not_allowed"],
  handle: (context) => authorize(context, "facebook", context.user.id, context.input),
});
