/** POST /functions/v1/create-portal-session: returns the URL of the Stripe page on which the caller changes plan or card, or cancels. It expires within minutes. */
import * as z from "zod";
import { createPortal, PortalInput } from "../_shared/billing/checkout.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "create-portal-session",
  summary: "Returns the page where the caller manages their subscription",
  method: "POST",
  auth: "user",
  rate: "user",
  input: PortalInput,
  example: { return_url: "http://localhost:3000/billing" },
  output: z.object({ url: z.url() }),
  errors: ["conflict", "redirect_uri_not_allowed", "provider_error", "provider_unavailable"],
  timeout_ms: 60_000,
  handle: (context) => createPortal(context, context.user.id, context.input),
});
