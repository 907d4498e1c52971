/** What a job is to the code that does it. */
import * as z from "zod";
import type { Context } from "../context.ts";

export type JsonValue = string | number | boolean | null | JsonValue[] | { [member: string]: JsonValue };
export type JsonRecord = { [member: string]: JsonValue };
/** What is in it is the handler's affair. */
const JsonRecord = z.custom<JsonRecord>((value) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
);

/** A job that this worker has claimed. */
export const Job = z.object({
  job_id: z.string(),
  /** The number of this run; every call about the job carries it, so that a run that was given up for dead changes nothing. */
  fence: z.int(),
  user_id: z.string().nullable(),
  job_type: z.string(),
  handler: z.string(),
  params: JsonRecord,
  /** Where an earlier run stopped; what it holds is the handler's own. */
  checkpoint: JsonRecord.nullable(),
  attempt: z.int(),
  max_attempts: z.int(),
  timeout_seconds: z.number(),
  request_id: z.string().nullable(),
});
export type Job = z.output<typeof Job>;

/** How far a run is. */
export interface Progress {
  percent: number;
  message?: string;
  checkpoint?: JsonRecord;
}

/** One run of a job. The signal of its context is aborted when the run is cancelled, taken over, stopped or too late. */
export interface Run {
  job: Job;
  context: Context & { signal: AbortSignal };
  /** A run that would take longer hands the job back with a checkpoint. */
  deadline: Date;
  /** Tells the owner. @throws {DatabaseError} SVJ02 when the job is no longer this worker's. */
  progress(progress: Progress): Promise<void>;
  /** A line in the job's log, in words for its owner. */
  log(level: "debug" | "info" | "warning" | "error", message: string, details?: JsonRecord): Promise<void>;
}

/** How a run ended: with a result, or with more to do in a further run. */
export type Ending =
  | { result: JsonRecord | null }
  | { again: { checkpoint: JsonRecord; message?: string; delay_seconds?: number } };

/**
 * Does the work of one kind of job. Running it twice must leave the same state as running it once: a worker may die between the work
 * and the word that it is done. What it throws is a failed attempt.
 */
export type Handler = (run: Run) => Promise<Ending>;

/** Handlers by their names in the database, each loaded when the first of its jobs is taken. */
export type Registry = Readonly<Record<string, () => Promise<Handler>>>;
