/** GET /functions/v1/billing-status: returns the caller's plan, its price, and a text about what happens next. */
import * as z from "zod";
import { billingStatus, BillingStatusOutput } from "../_shared/billing/status.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "billing-status",
  summary: "Returns the caller's plan, its price, and what happens next",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({}),
  example: {},
  output: BillingStatusOutput,
  handle: (context) => billingStatus(context, context.user.id),
});
