/**
 * POST /functions/v1/check-seo-status: asks engines what became of submissions, the oldest and most clicked first, within their quotas, and
 * whether sites still vouch. Called by cron; safe to run twice at once.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { checkStatus } from "../_shared/seo/check.ts";

export default endpoint({
  name: "check-seo-status",
  summary: "Asks what became of submissions",
  method: "POST",
  auth: "secret",
  rate: "service",
  input: z.strictObject({}),
  example: {},
  output: z.object({
    checked: z.int(),
    /** Submissions whose status is another one now. */
    changed: z.int(),
    /** Sites whose proof was looked at, and stands. */
    verified: z.int(),
  }),
  timeout_ms: 120_000,
  handle: (context) => checkStatus(context, new Date(context.now().getTime() + 100_000)),
});
