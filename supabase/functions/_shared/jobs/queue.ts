/** The queue as a worker sees it: the SQL functions of module 006, for one worker and the handlers it has. */
import * as z from "zod";
import type { Admin } from "../database/database.ts";
import type { Failure } from "./failure.ts";
import { Job, type JsonRecord, type Progress } from "./job.ts";

/** A job that ended well. */
export interface Done {
  job: Job;
  result: JsonRecord | null;
}

/** What became of a worker's word that it has nothing to do. */
const Parked = z.object({ parked: z.boolean(), wake_in_ms: z.number().nullable() });

export interface JobQueue {
  /** Completes what is done and claims at most so many jobs, in one trip. */
  exchange(done: readonly Done[], want: number): Promise<Job[]>;
  /** Keeps the leases; returns the ids of the jobs that are still this worker's. */
  extend(jobs: readonly Job[]): Promise<string[]>;
  fail(job: Job, failure: Failure): Promise<void>;
  /** Hands a job back; the run does not count as an attempt. */
  release(
    job: Job,
    about: { checkpoint?: JsonRecord; message?: string; delay_seconds?: number },
  ): Promise<void>;
  progress(job: Job, progress: Progress): Promise<void>;
  log(job: Job, level: string, message: string, details: JsonRecord): Promise<void>;
  /** Says that this worker found nothing and waits to be woken; 0 seconds: that it leaves. */
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
