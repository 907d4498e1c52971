/**
 * POST /functions/v1/stripe-webhook: receives Stripe's events, signed with the endpoint's secret. Each event is stored once by its id and
 * acknowledged; its subject is fetched from Stripe afterwards. An event that cannot be stored gets no 2xx, so Stripe sends it again.
 */
import * as z from "zod";
import { factsOf, StripeEvent } from "../_shared/billing/event.ts";
import { isLive } from "../_shared/billing/settings.ts";
import { verifyStripe } from "../_shared/billing/signature.ts";
import { workOffSoon } from "../_shared/billing/work_off.ts";
import { ApiError, endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "stripe-webhook",
  summary: "Receives events from Stripe",
  method: "POST",
  auth: "none",
  rate: "service",
  input: StripeEvent,
  example: {
    id: "evt_1",
    type: "customer.subscription.updated",
    livemode: false,
    data: { object: { object: "subscription", id: "sub_1", customer: "cus_1" } },
  },
  output: z.object({ received: z.literal(true) }),
  verify: verifyStripe,
  async handle(context) {
    const event = context.input;
    if (event.livemode !== isLive(context.settings)) {
      throw new ApiError(
        "bad_request",
        "Cannot accept the event: its mode (test or live) differs from that of this installation's key",
      );
    }
    await context.admin.call("log_stripe_webhook_event", {
      p_event_id: event.id,
      p_event_type: event.type,
      p_data: factsOf(event),
    });
    workOffSoon(context);
    return { received: true } as const;
  },
});
