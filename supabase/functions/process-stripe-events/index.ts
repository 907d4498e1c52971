/**
 * POST /functions/v1/process-stripe-events — works off events of Stripe whose worker died, looks at customers of whom nothing was
 * reported for a day or whose period ended, and sends mail that is due. Called by cron while there is such work; any number may run at once.
 */
import * as z from "zod";
import { LIMITS, workOff, WorkOffOutput } from "../_shared/billing/work_off.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "process-stripe-events",
  summary: "Works off what Stripe reported, and what it did not",
  method: "POST",
  auth: "secret",
  rate: "service",
  input: z.strictObject({
    /** The most customers that this run looks at. */
    max_customers: z.int().min(1).max(1_000).default(LIMITS.max_customers),
  }),
  example: {},
  output: WorkOffOutput,
  timeout_ms: 120_000,
  handle: (context) => workOff(context, { ...LIMITS, ...context.input }),
});
