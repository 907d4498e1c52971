/** The interface between the worker and the handlers of jobs. */
import * as z from "zod";
import type { Context } from "../context.ts";

export type JsonValue = string | number | boolean | null | JsonValue[] | { [member: string]: JsonValue };
export type JsonRecord = { [member: string]: JsonValue };
/** An object whose members only the handler interprets. */
const JsonRecord = z.custom<JsonRecord>((value) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
);

/** A job that this worker has claimed. */
export const Job = z.object({
  job_id: z.string(),
  /** Fence of this run. Every call about the job passes it, so that a run considered dead cannot change anything. */
  fence: z.int(),
  user_id: z.string().nullable(),
  job_type: z.string(),
  handler: z.string(),
  params: JsonRecord,
  /** Where an earlier run stopped; only the handler interprets it. */
  checkpoint: JsonRecord.nullable(),
  attempt: z.int(),
  max_attempts: z.int(),
  timeout_seconds: z.number(),
  request_id: z.string().nullable(),
});
export type Job = z.output<typeof Job>;

/** Progress of a run. */
export interface Progress {
  percent: number;
  message?: string;
  checkpoint?: JsonRecord;
}

/** One run of a job. The signal of its context is aborted when the run is cancelled, taken over, stopped or times out. */
export interface Run {
  job: Job;
  context: Context & { signal: AbortSignal };
  /** A run that would take longer returns `again` with a checkpoint. */
  deadline: Date;
  /** Stores the progress, which the owner sees. @throws {DatabaseError} SVJ02 when the job no longer belongs to this worker. */
  progress(progress: Progress): Promise<void>;
  /** Adds a line to the job's log, written for its owner. */
  log(level: "debug" | "info" | "warning" | "error", message: string, details?: JsonRecord): Promise<void>;
}

/** How a run ended: with a result, or with work left for another run. */
export type Ending =
  | { result: JsonRecord | null }
  | { again: { checkpoint: JsonRecord; message?: string; delay_seconds?: number } };

/**
 * Runs one type of job. It must be idempotent, because a worker may die after the work and before it reports completion. An error that it
 * throws is a failed attempt.
 */
export type Handler = (run: Run) => Promise<Ending>;

/** Handlers by their names in the database. Each is loaded when its first job is claimed. */
export type Registry = Readonly<Record<string, () => Promise<Handler>>>;
