/** POST /functions/v1/create-checkout-session: returns the URL of the Stripe page on which the caller subscribes to a plan. */
import * as z from "zod";
import { CheckoutInput, createCheckout } from "../_shared/billing/checkout.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "create-checkout-session",
  summary: "Starts a subscription to a plan",
  method: "POST",
  auth: "user",
  rate: "user",
  idempotent: true,
  input: CheckoutInput,
  example: { tier: "premium", return_url: "http://localhost:3000/billing" },
  output: z.object({ url: z.url(), expires_at: z.iso.datetime() }),
  errors: ["bad_request", "conflict", "redirect_uri_not_allowed", "provider_error", "provider_unavailable"],
  timeout_ms: 60_000,
  handle: (context) => createCheckout(context, context.user.id, context.input),
});
