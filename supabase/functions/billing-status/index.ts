/** GET /functions/v1/billing-status: the caller's plan, what it costs, and what happens next, in words. */
import * as z from "zod";
import { billingStatus, BillingStatusOutput } from "../_shared/billing/status.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "billing-status",
  summary: "The caller's plan, its price, and what happens next",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({}),
  example: {},
  output: BillingStatusOutput,
  handle: (context) => billingStatus(context, context.user.id),
});
