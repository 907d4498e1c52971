/**
 * POST /functions/v1/process-stripe-events: processes Stripe events whose worker died, reconciles customers about whom nothing was reported for
 * a day or whose period has ended, and sends due emails. Called by cron while there is such work; any number may run concurrently.
 */
import * as z from "zod";
import { LIMITS, workOff, WorkOffOutput } from "../_shared/billing/work_off.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "process-stripe-events",
  summary: "Processes pending Stripe events and reconciles customers",
  method: "POST",
  auth: "secret",
  rate: "service",
  input: z.strictObject({
    /** Upper limit of customers that this run reconciles. */
    max_customers: z.int().min(1).max(1_000).default(LIMITS.max_customers),
  }),
  example: {},
  output: WorkOffOutput,
  timeout_ms: 120_000,
  handle: (context) => workOff(context, { ...LIMITS, ...context.input }),
});
