/**
 * POST /functions/v1/check-seo-status: asks engines for the status of submissions, the oldest and most clicked first, within their quotas, and
 * verifies again that sites belong to their creators. Called by cron; concurrent runs are safe.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { checkStatus } from "../_shared/seo/check.ts";

export default endpoint({
  name: "check-seo-status",
  summary: "Checks the status of submissions",
  method: "POST",
  auth: "secret",
  rate: "service",
  input: z.strictObject({}),
  example: {},
  output: z.object({
    checked: z.int(),
    /** Submissions whose status changed. */
    changed: z.int(),
    /** Sites whose proof was checked and is still valid. */
    verified: z.int(),
  }),
  timeout_ms: 120_000,
  handle: (context) => checkStatus(context, new Date(context.now().getTime() + 100_000)),
});
