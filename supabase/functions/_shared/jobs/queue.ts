/** The worker's client of the queue: the SQL functions of module 006, for one worker and its handlers. */
import * as z from "zod";
import type { Admin } from "../database/database.ts";
import type { Failure } from "./failure.ts";
import { Job, type JsonRecord, type Progress } from "./job.ts";

/** A job that has completed. */
export interface Done {
  job: Job;
  result: JsonRecord | null;
}

/** The result of `park`. */
const Parked = z.object({ parked: z.boolean(), wake_in_ms: z.number().nullable() });

export interface JobQueue {
  /** Completes the `done` jobs and claims at most `want` jobs, in one round trip. */
  exchange(done: readonly Done[], want: number): Promise<Job[]>;
  /** Extends the leases; returns the ids of the jobs that still belong to this worker. */
  extend(jobs: readonly Job[]): Promise<string[]>;
  fail(job: Job, failure: Failure): Promise<void>;
  /** Releases a job; the run does not count as an attempt. */
  release(
    job: Job,
    about: { checkpoint?: JsonRecord; message?: string; delay_seconds?: number },
  ): Promise<void>;
  progress(job: Job, progress: Progress): Promise<void>;
  log(job: Job, level: string, message: string, details: JsonRecord): Promise<void>;
  /** Reports that this worker found no job and waits to be woken; 0 seconds: that it exits. */
  park(seconds: number): Promise<z.output<typeof Parked>>;
}

export interface QueueOptions {
  worker_id: string;
  lease_seconds: number;
  handlers: readonly string[];
}

export function queueOf(admin: Admin, { worker_id, lease_seconds, handlers }: QueueOptions): JobQueue {
  const run = (job: Job) => ({ p_job_id: job.job_id, p_fence: job.fence });
  return {
    exchange: (done, want) =>
      admin.call("finish_and_claim_jobs", {
        p_worker_id: worker_id,
        p_done: done.map(({ job }) => job.job_id),
        p_fences: done.map(({ job }) => job.fence),
        p_results: done.map(({ result }) => result),
        p_max_jobs: want,
        p_lease_seconds: lease_seconds,
        p_handlers: [...handlers],
      }, z.array(Job)),
    extend: (jobs) =>
      admin.call("extend_job_leases", {
        p_job_ids: jobs.map(({ job_id }) => job_id),
        p_fences: jobs.map(({ fence }) => fence),
        p_lease_seconds: lease_seconds,
      }),
    async fail(job, { code, message, may_retry, retry_after_seconds }) {
      await admin.call("fail_job", {
        ...run(job),
        p_error_message: message,
        p_error_code: code,
        p_retry: may_retry,
        p_retry_after_seconds: retry_after_seconds,
      });
    },
    async release(job, { checkpoint, message, delay_seconds }) {
      await admin.call("release_job", {
        ...run(job),
        p_checkpoint: checkpoint ?? null,
        p_message: message ?? null,
        p_delay_seconds: delay_seconds ?? 0,
      });
    },
    async progress(job, { percent, message, checkpoint }) {
      await admin.call("update_job_progress", {
        ...run(job),
        p_percent: Math.round(percent),
        p_message: message ?? null,
        p_checkpoint: checkpoint ?? null,
        p_lease_seconds: lease_seconds,
      });
    },
    async log(job, level, message, details) {
      await admin.call("add_job_log", {
        ...run(job),
        p_level: level,
        p_message: message,
        p_details: details,
      });
    },
    park: (seconds) =>
      admin.call(
        "park_worker",
        { p_worker_id: worker_id, p_seconds: seconds, p_handlers: [...handlers] },
        Parked,
      ),
  };
}
