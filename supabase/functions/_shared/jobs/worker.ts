/**
 * Claims jobs and runs them, several at once. The same code serves an edge function with a time budget and a process that runs for months.
 *
 * One loop talks to the queue while the jobs run: each round trip completes finished jobs and claims as many new ones as there is room for.
 * Jobs that finish during a round trip are completed in the next one, so batches grow with the load.
 */
import type { Context } from "../context.ts";
import { ApiError, DatabaseError } from "../errors.ts";
import { failureOf } from "./failure.ts";
import type { Ending, Job, Registry, Run } from "./job.ts";
import { JobMetrics } from "./job_metrics.ts";
import type { Done, JobQueue } from "./queue.ts";

export interface WorkerOptions {
  context: Context;
  queue: JobQueue;
  handlers: Registry;
  /** Maximum number of jobs that run at once. */
  concurrency: number;
  lease_seconds: number;
  /** No job is claimed after this time; null: no deadline. */
  deadline: Date | null;
  /** Maximum number of jobs to claim. */
  max_jobs?: number;
  /** How long running jobs may continue once no more are claimed; then they are released. */
  grace_ms: number;
}

/** Outcomes of the claimed jobs. */
export interface Tally {
  processed: number;
  succeeded: number;
  failed: number;
}

interface Running {
  job: Job;
  controller: AbortController;
  started: number;
  /** Monotonic time until which this worker may assume that it holds the lease. */
  leased_until: number;
  settled: Promise<void>;
}

/** Why a run's signal was aborted. */
type End = "lost" | "stopped" | "timeout";

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;
/** The database wakes a parked worker. In case the message is lost, the worker also polls this often. */
const LONGEST_PARK_MS = 5_000;
/** How often a visit with room left polls for new jobs while long jobs run. */
const LOOK_EVERY_MS = 500;
const LOOK_AGAIN_MS = 5;
const FLUSH_EVERY_MS = 5_000;
const DRAIN_ATTEMPTS = 6;

export class Worker {
  readonly tally: Tally = { processed: 0, succeeded: 0, failed: 0 };
  readonly metrics = new JobMetrics();
  private readonly running = new Map<string, Running>();
  private done: Done[] = [];
  private stopping = false;
  private isWoken = false;
  private wakeUp = Promise.withResolvers<void>();
  private heartbeats: ReturnType<typeof setInterval> | undefined;
  private flushed = performance.now();

  constructor(private readonly options: WorkerOptions) {}

  /** Signals that there may be a new job. */
  wake(): void {
    this.isWoken = true;
    this.wakeUp.resolve();
  }

  /** Stops claiming jobs; `run` returns when the running jobs have ended or were released. */
  stop(): void {
    this.stopping = true;
    this.wake();
  }

  /**
   * Works until the queue is empty, the `deadline` has passed or the worker is stopped.
   *
   * @param forever Whether to wait for more jobs when the queue is empty.
   */
  async run(forever = false): Promise<Tally> {
    this.heartbeats = setInterval(() => void this.heartbeat(), this.options.lease_seconds * 1_000 / 3);
    try {
      await this.work(forever);
      await this.drain();
    } finally {
      clearInterval(this.heartbeats);
      await this.metrics.flush(this.options.context.admin, this.options.context.log);
    }
    return this.tally;
  }

  private async work(forever: boolean): Promise<void> {
    let backoff = FIRST_BACKOFF_MS;
    let isDry = false;
    for (;;) {
      if (this.stopping || this.isLate()) return;
      const want = this.room();
      if (want === 0 && this.running.size === 0 && this.done.length === 0) return;
      if (this.done.length === 0 && (want === 0 || (isDry && !this.isWoken))) {
        if (isDry && want > 0 && forever) await this.park();
        else if (isDry && this.running.size === 0) return;
        else await this.until(want > 0 ? LOOK_EVERY_MS : LONGEST_PARK_MS);
        isDry = isDry && want === 0;
        continue;
      }
      this.isWoken = false;
      const handedIn = this.done;
      this.done = [];
      try {
        const jobs = await this.options.queue.exchange(handedIn, want);
        backoff = FIRST_BACKOFF_MS;
        isDry = jobs.length < want;
        for (const job of jobs) this.start(job);
      } catch (error) {
        // Report the finished jobs again. If only the response was lost, the queue ignores the duplicates silently.
        this.done = [...handedIn, ...this.done];
        this.options.context.log.warn("the queue cannot be reached", { error });
        await this.until(backoff * (0.5 + Math.random() / 2));
        backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
      }
      if (performance.now() - this.flushed > FLUSH_EVERY_MS) {
        this.flushed = performance.now();
        void this.metrics.flush(this.options.context.admin, this.options.context.log);
      }
    }
  }

  /** Returns how many more jobs may be claimed now. */
  private room(): number {
    if (this.stopping || this.isLate()) return 0;
    const left = (this.options.max_jobs ?? Infinity) - this.tally.processed;
    return Math.max(0, Math.min(this.options.concurrency - this.running.size, left));
  }

  private isLate(): boolean {
    const { deadline, context } = this.options;
    return deadline !== null && context.now() >= deadline;
  }

  /** Parks the worker and waits to be woken, unless a job is available. */
  private async park(): Promise<void> {
    let wait = LONGEST_PARK_MS;
    try {
      const { parked, wake_in_ms } = await this.options.queue.park(60);
      // A job is being created at this moment, or exists but is not yet visible to this worker.
      if (!parked) return await this.until(LOOK_AGAIN_MS);
      if (wake_in_ms !== null) wait = Math.min(wait, wake_in_ms + 1);
    } catch (error) {
      this.options.context.log.warn("the queue cannot be reached", { error });
    }
    if (!this.isWoken && !this.stopping) await this.until(wait);
  }

  /** Waits until woken, for at most `ms`. */
  private async until(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
    await Promise.race([this.wakeUp.promise, late]);
    clearTimeout(timer);
    this.wakeUp = Promise.withResolvers<void>();
  }

  private start(job: Job): void {
    this.tally.processed += 1;
    const started = performance.now();
    const controller = new AbortController();
    const leased_until = started + this.options.lease_seconds * 1_000;
    const running: Running = { job, controller, started, leased_until, settled: Promise.resolve() };
    this.running.set(job.job_id, running);
    running.settled = this.settle(running).finally(() => {
      if (this.running.get(job.job_id) === running) this.running.delete(job.job_id);
      this.wake();
    });
  }

  private async settle(running: Running): Promise<void> {
    const { job, controller, started } = running;
    const { queue, context } = this.options;
    const log = context.log.with({ job_id: job.job_id, handler: job.handler, attempt: job.attempt });
    const took = () => performance.now() - started;
    let ending: Ending;
    try {
      ending = await this.perform(running, log);
    } catch (error) {
      const end = controller.signal.aborted ? controller.signal.reason as End : null;
      if (end === "lost" || isLeaseLost(error)) {
        log.info("the job is no longer ours", { duration_ms: Math.round(took()) });
        this.metrics.add(job.handler, "lost", took());
        return;
      }
      if (end === "stopped") {
        this.metrics.add(job.handler, "released", took());
        return await this.tell(log, () => queue.release(job, {}));
      }
      const failure = failureOf(end === "timeout" ? new ApiError("timeout") : error);
      this.tally.failed += 1;
      this.metrics.add(job.handler, "failed", took());
      log[failure.code === "internal" ? "error" : "warn"]("a job failed", {
        error_code: failure.code,
        may_retry: failure.may_retry,
        error,
      });
      return await this.tell(log, () => queue.fail(job, failure));
    }
    if ("again" in ending) {
      const { again } = ending;
      this.tally.succeeded += 1;
      this.metrics.add(job.handler, "released", took());
      return await this.tell(log, () => queue.release(job, again));
    }
    this.tally.succeeded += 1;
    this.metrics.add(job.handler, "completed", took());
    this.done.push({ job, result: ending.result });
  }

  private async perform({ job, controller }: Running, log: Context["log"]): Promise<Ending> {
    const { queue, handlers, context, deadline } = this.options;
    const load = handlers[job.handler];
    if (!load) throw new ApiError("unavailable", `Cannot run the job: no handler ${job.handler}`);
    const { signal } = controller;
    const run: Run = {
      job,
      context: { ...context, request_id: job.request_id ?? job.job_id, log, signal },
      deadline: earliest(deadline, new Date(context.now().getTime() + job.timeout_seconds * 900)),
      progress: (progress) => queue.progress(job, progress),
      log: (level, message, details = {}) => queue.log(job, level, message, details),
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    // A handler that ignores the signal must not occupy its slot forever.
    const ended = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    ended.catch(() => {});
    try {
      timer = setTimeout(() => controller.abort("timeout" satisfies End), job.timeout_seconds * 1_000);
      return await Promise.race([load().then((handler) => handler(run)), ended]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Reports the end of a run, and retries when the queue cannot be reached. If the report is lost, the lease expires and the job runs again. */
  private async tell(log: Context["log"], say: () => Promise<void>): Promise<void> {
    for (let attempt = 1;; attempt++) {
      try {
        return await say();
      } catch (error) {
        if (
          attempt === DRAIN_ATTEMPTS || !(error instanceof DatabaseError) || error.sqlstate.startsWith("SV")
        ) {
          return log.warn("the end of a run could not be recorded", { error });
        }
        await new Promise((resolve) => setTimeout(resolve, FIRST_BACKOFF_MS * 2 ** attempt));
      }
    }
  }

  /** Extends the leases of all running jobs, and aborts the runs whose job this worker has lost. */
  private async heartbeat(): Promise<void> {
    const held = [...this.running.values()];
    if (held.length === 0) return;
    const asked = performance.now();
    try {
      const kept = new Set(await this.options.queue.extend(held.map(({ job }) => job)));
      for (const running of held) {
        if (kept.has(running.job.job_id)) {
          running.leased_until = asked + this.options.lease_seconds * 1_000;
        } else if (this.running.get(running.job.job_id) === running) {
          running.controller.abort("lost" satisfies End);
        }
      }
    } catch (error) {
      this.options.context.log.warn("leases could not be extended", { error });
      // The lease has expired by the monotonic clock, so another worker may have claimed the job.
      for (const { leased_until, controller } of held) {
        if (performance.now() > leased_until) controller.abort("lost" satisfies End);
      }
    }
  }

  /** Gives running jobs the grace period and releases the rest, reports the finished jobs, then unregisters the worker. */
  private async drain(): Promise<void> {
    this.stopping = true;
    const { grace_ms, queue, context } = this.options;
    const open = [...this.running.values()];
    if (open.length > 0) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => timer = setTimeout(resolve, grace_ms));
      await Promise.race([Promise.all(open.map(({ settled }) => settled)), late]);
      clearTimeout(timer);
      for (const { controller } of this.running.values()) controller.abort("stopped" satisfies End);
      await Promise.all(open.map(({ settled }) => settled));
    }
    const handedIn = this.done;
    this.done = [];
    await this.tell(context.log, async () => {
      if (handedIn.length > 0) await queue.exchange(handedIn, 0);
    });
    await queue.park(0).catch((error) => context.log.warn("the queue cannot be reached", { error }));
  }
}

function earliest(a: Date | null, b: Date): Date {
  return a !== null && a < b ? a : b;
}

function isLeaseLost(error: unknown): boolean {
  return error instanceof DatabaseError && error.sqlstate === "SVJ02";
}
