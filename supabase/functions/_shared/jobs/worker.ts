/**
 * Takes jobs and does them, several at once: the same for an edge function with a time budget and for a process that lives for months.
 *
 * One loop talks to the queue: it hands in what is done and takes what there is room for, in one trip, while the jobs run beside it. What
 * ends during a trip travels with the next one, so the more there is to do, the more goes into a trip.
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
  /** Jobs under way at once. */
  concurrency: number;
  lease_seconds: number;
  /** Takes no job after this; null: until it is stopped. */
  deadline: Date | null;
  /** Takes no more than so many. */
  max_jobs?: number;
  /** How long running jobs may go on once no more are taken; then they are handed back. */
  grace_ms: number;
}

/** What became of the jobs that were taken. */
export interface Tally {
  processed: number;
  succeeded: number;
  failed: number;
}

interface Running {
  job: Job;
  controller: AbortController;
  started: number;
  /** Monotonic time at which the lease ends for all we know. */
  leased_until: number;
  settled: Promise<void>;
}

/** Why a run's signal was aborted. */
type End = "lost" | "stopped" | "timeout";

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;
/** A parked worker is woken by the database; it looks by itself this often, should the message be lost. */
const LONGEST_PARK_MS = 5_000;
/** Beside long jobs, a visit that has room left looks for new ones this often. */
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

  /** There may be something new. */
  wake(): void {
    this.isWoken = true;
    this.wakeUp.resolve();
  }

  /** Takes no more jobs; `run` ends when those under way have ended or were handed back. */
  stop(): void {
    this.stopping = true;
    this.wake();
  }

  /**
   * Works until the queue is empty or the time is up (`deadline`), or until it is stopped.
   *
   * @param forever Waits for more when the queue is empty.
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
        // What is done is handed in again: a trip whose answer was lost has done its work, and is refused quietly.
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

  /** How many more may be taken now. */
  private room(): number {
    if (this.stopping || this.isLate()) return 0;
    const left = (this.options.max_jobs ?? Infinity) - this.tally.processed;
    return Math.max(0, Math.min(this.options.concurrency - this.running.size, left));
  }

  private isLate(): boolean {
    const { deadline, context } = this.options;
    return deadline !== null && context.now() >= deadline;
  }

  /** Waits to be woken, if there is nothing to be had. */
  private async park(): Promise<void> {
    let wait = LONGEST_PARK_MS;
    try {
      const { parked, wake_in_ms } = await this.options.queue.park(60);
      // Somebody is creating a job at this moment, or one lies there that this worker cannot see yet.
      if (!parked) return await this.until(LOOK_AGAIN_MS);
      if (wake_in_ms !== null) wait = Math.min(wait, wake_in_ms + 1);
    } catch (error) {
      this.options.context.log.warn("the queue cannot be reached", { error });
    }
    if (!this.isWoken && !this.stopping) await this.until(wait);
  }

  /** Until something changes, but not longer. */
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
    // A handler that does not hear the signal must not keep its place for ever.
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

  /** Tells the queue how a run ended, again when it cannot be reached. If it never hears, the lease runs out and the job is run anew. */
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

  /** Extends the leases of everything under way. What is not ours any more is stopped. */
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
      // Measured by a clock that nobody sets: the lease is over, and another worker may have begun.
      for (const { leased_until, controller } of held) {
        if (performance.now() > leased_until) controller.abort("lost" satisfies End);
      }
    }
  }

  /** The end: what runs may finish for a while, then it is handed back; what is done is handed in; then the worker leaves. */
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
