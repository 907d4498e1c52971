/**
 * GET /functions/v1/job-status: returns progress and result of one of the caller's own jobs.
 * Jobs are created and cancelled by RPCs (`create_job`, `cancel_job`).
 */
import * as z from "zod";
import { dataOf } from "../_shared/database/database.ts";
import { endpoint, notFound } from "../_shared/http/endpoint.ts";

const Time = z.string().nullable();
const Result = z.json().nullable();

export default endpoint({
  name: "job-status",
  summary: "Returns progress and result of a job",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({ job_id: z.uuid() }),
  example: { job_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001" },
  output: z.object({
    job_id: z.uuid(),
    job_type: z.string(),
    handler: z.string(),
    status: z.enum(["pending", "processing", "completed", "failed", "cancelled", "expired"]),
    progress_percent: z.int().min(0).max(100),
    progress_message: z.string().nullable(),
    /** The handler's result; null until the job is completed. */
    result: Result,
    /** Why the last attempt failed. A pending job with an error will be retried. */
    error: z.object({ code: z.string().nullable(), message: z.string() })
      .nullable(),
    attempts: z.int(),
    max_attempts: z.int(),
    created_at: z.string(),
    started_at: Time,
    finished_at: Time,
  }),
  errors: ["not_found"],
  async handle({ input, db }) {
    // Row-level security: only the caller's own jobs are visible.
    const client = await db();
    const rows = dataOf(
      await client.from("job_queue").select(
        "job_id:id,job_type,handler,status,progress_percent,progress_message,result,error_code,error_message,attempts,max_attempts,created_at,started_at,finished_at",
      ).eq("id", input.job_id).limit(1),
    );
    const [row] = rows;
    if (!row) return notFound("job", input.job_id);
    const { error_code: code, error_message: message, result, ...status } = row;
    return {
      ...status,
      result: result as z.output<typeof Result>,
      // An error of an earlier attempt is not reported for a completed job.
      error: message === null || status.status === "completed" ? null : { code, message },
    };
  },
});
