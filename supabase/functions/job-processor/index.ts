/**
 * POST /functions/v1/job-processor: claims and runs jobs until the queue is empty or its time is up; if jobs remain, it triggers another call.
 * Called when a job is created and no worker is awake, and by cron as a safety net. Any number may run concurrently, also beside `deno task worker`.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { processJobs } from "../_shared/jobs/process_jobs.ts";

const Count = z.int().min(0);

export default endpoint({
  name: "job-processor",
  summary: "Runs waiting jobs",
  method: "POST",
  auth: "secret",
  rate: "service",
  input: z.strictObject({
    /** Upper limit of jobs to claim. */
    max_jobs: z.int().min(1).max(100_000).optional(),
  }),
  example: { max_jobs: 10 },
  output: z.object({
    processed: Count,
    succeeded: Count,
    /** Runs that failed; most are retried. */
    failed: Count,
    /** Jobs that could be claimed now. */
    remaining: Count,
  }),
  timeout_ms: 149_000,
  handle: (context) => processJobs(context, context.input),
});
