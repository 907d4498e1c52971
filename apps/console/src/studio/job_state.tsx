/** State and progress of jobs, for lists and pages. */
import type { Row } from "@streamvibe/client";
import { useTable } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { Badge, Progress, type Tone } from "../ui/parts.tsx";

export type JobRow = Pick<
  Row<"job_queue">,
  | "id"
  | "job_type"
  | "status"
  | "progress_percent"
  | "progress_message"
  | "created_at"
  | "started_at"
  | "finished_at"
  | "error_code"
  | "error_message"
  | "attempts"
  | "max_attempts"
  | "updated_at"
>;
export const JOB_COLUMNS =
  "id, job_type, status, progress_percent, progress_message, created_at, started_at, finished_at, error_code, error_message, attempts, max_attempts, updated_at";

const TONES: Record<string, Tone> = {
  pending: "info",
  processing: "info",
  completed: "good",
  failed: "bad",
  cancelled: "quiet",
  expired: "warn",
};

export const JobState = ({ status }: { status: string }) => (
  <Badge tone={TONES[status] ?? "quiet"}>{t.jobs.states[status] ?? status}</Badge>
);

export function JobProgress({ job }: { job: JobRow }) {
  if (job.error_message && job.status !== "processing") {
    return <span className="field-error small">{job.error_message}</span>;
  }
  if (job.status !== "processing") return <span className="quiet small">{job.progress_message ?? ""}</span>;
  return <Progress label={job.job_type} value={job.progress_percent} text={job.progress_message} />;
}

/** Returns a function for the display name of a job type, from the database. */
export function useJobNames(): (slug: string) => string {
  const { data } = useTable<{ slug: string; display_name: string }[]>(
    ["job_type"],
    (from, signal) => from("job_type").select("slug, display_name").abortSignal(signal),
    { staleMs: 600_000 },
  );
  return (slug) => data?.find((type) => type.slug === slug)?.display_name ?? slug.replaceAll("_", " ");
}
