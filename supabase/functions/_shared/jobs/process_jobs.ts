/** One visit to the queue: runs jobs within a time budget, with limited concurrency. */
import type { Context } from "../context.ts";
import { JobReport } from "./job_report.ts";
import { queueOf } from "./queue.ts";
import { HANDLERS } from "./registry.ts";
import { JOBS } from "./settings.ts";
import { type Tally, Worker } from "./worker.ts";

/** How long jobs may continue after the budget has ended; cron's calls time out after 60 s in total. */
const GRACE_MS = 5_000;

export async function processJobs(
  context: Context,
  { max_jobs }: { max_jobs?: number },
): Promise<Tally & { remaining: number }> {
  const { JOB_BUDGET_SECONDS, JOB_CONCURRENCY, JOB_LEASE_SECONDS } = context.settings.of(JOBS);
  const queue = queueOf(context.admin, {
    worker_id: `processor:${crypto.randomUUID()}`,
    lease_seconds: JOB_LEASE_SECONDS,
    handlers: Object.keys(HANDLERS),
  });
  const worker = new Worker({
    context,
    queue,
    handlers: HANDLERS,
    concurrency: JOB_CONCURRENCY,
    lease_seconds: JOB_LEASE_SECONDS,
    deadline: new Date(context.now().getTime() + JOB_BUDGET_SECONDS * 1_000),
    max_jobs,
    grace_ms: GRACE_MS,
  });
  await context.admin.call("enqueue_due_posts", {}).catch((error) =>
    context.log.warn("due posts cannot be looked for", { error })
  );
  const tally = await worker.run();
  const { handlers } = await context.admin.call("read_job_metrics", {}, JobReport);
  return { ...tally, remaining: handlers.reduce((sum, { ready }) => sum + ready, 0) };
}
