/**
 * POST /functions/v1/job-processor — takes jobs and does them until the queue is empty or its time is up; then it asks for itself again.
 * Called when a job is created and no worker is there, and by cron as the safety net. Any number may run side by side, beside `deno task worker`.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { processJobs } from "../_shared/jobs/process_jobs.ts";

const Count = z.int().min(0);

export default endpoint({
  name: "job-processor",
  summary: "Does the jobs that are waiting",
  method: "POST",
  auth: "secret",
  rate: "service",
  input: z.strictObject({
    /** Takes no more than so many jobs. */
    max_jobs: z.int().min(1).max(100_000).optional(),
  }),
  example: { max_jobs: 10 },
  output: z.object({
    processed: Count,
    succeeded: Count,
    /** Runs that failed; most are tried again. */
    failed: Count,
    /** Jobs that could be taken now. */
    remaining: Count,
  }),
  timeout_ms: 149_000,
  handle: (context) => processJobs(context, context.input),
});
