/** Tests the worker's loop against a queue in memory: what it claims, what it reports, and how it ends. */
import assert from "node:assert/strict";
import { ApiError, DatabaseError } from "../../_shared/errors.ts";
import type { Failure } from "../../_shared/jobs/failure.ts";
import type { Handler, Job, JsonRecord } from "../../_shared/jobs/job.ts";
import type { Done, JobQueue } from "../../_shared/jobs/queue.ts";
import { Worker, type WorkerOptions } from "../../_shared/jobs/worker.ts";
import { createLogger } from "../../_shared/observability/log.ts";
import { testSettings } from "../support/test_dependencies.ts";

/** An in-memory queue that exposes its waiting jobs and everything that the worker reported. */
class MemoryQueue implements JobQueue {
  readonly waiting: Job[] = [];
  readonly completed: Done[] = [];
  readonly failed: { job: Job; failure: Failure }[] = [];
  readonly released: { job: Job; checkpoint?: JsonRecord }[] = [];
  readonly trips: { done: number; want: number }[] = [];
  readonly lost = new Set<string>();
  departures = 0;
  parkings = 0;
  unreachable = 0;

  add(count: number, change: Partial<Job> = {}): void {
    for (let n = 0; n < count; n++) {
      this.waiting.push({
        job_id: crypto.randomUUID(),
        fence: n + 1,
        user_id: null,
        job_type: "platform_sync",
        handler: "test",
        params: {},
        checkpoint: null,
        attempt: 1,
        max_attempts: 3,
        timeout_seconds: 60,
        request_id: null,
        ...change,
      });
    }
  }
  async exchange(done: readonly Done[], want: number): Promise<Job[]> {
    // A round trip takes some time; jobs that end during it are reported with the next one.
    await new Promise((resolve) => setTimeout(resolve, 3));
    if (this.unreachable > 0) {
      this.unreachable -= 1;
      throw new DatabaseError("unreachable", "the database is away");
    }
    this.trips.push({ done: done.length, want });
    this.completed.push(...done);
    return this.waiting.splice(0, want);
  }
  extend(jobs: readonly Job[]): Promise<string[]> {
    return Promise.resolve(jobs.map(({ job_id }) => job_id).filter((id) => !this.lost.has(id)));
  }
  fail(job: Job, failure: Failure): Promise<void> {
    this.failed.push({ job, failure });
    return Promise.resolve();
  }
  release(job: Job, { checkpoint }: { checkpoint?: JsonRecord }): Promise<void> {
    this.released.push({ job, checkpoint });
    return Promise.resolve();
  }
  progress = () => Promise.resolve();
  log = () => Promise.resolve();
  park(seconds: number): Promise<{ parked: boolean; wake_in_ms: null }> {
    if (seconds === 0) this.departures += 1;
    else this.parkings += 1;
    return Promise.resolve({ parked: true, wake_in_ms: null });
  }
}

function workerOn(queue: MemoryQueue, handler: Handler, change: Partial<WorkerOptions> = {}): Worker {
  return new Worker({
    context: {
      admin: { call: <T>() => Promise.resolve(null as T) },
      settings: testSettings(),
      fetch,
      now: () => new Date(),
      request_id: "test",
      log: createLogger({ level: "silent" }),
    },
    queue,
    handlers: { test: () => Promise.resolve(handler) },
    concurrency: 4,
    lease_seconds: 60,
    deadline: null,
    grace_ms: 20,
    ...change,
  });
}

/** Waits for a condition; on timeout, fails with `what`. */
async function until(isMet: () => boolean, what: string): Promise<void> {
  const limit = performance.now() + 30_000;
  while (!isMet()) {
    assert.ok(performance.now() < limit, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const done: Handler = () => Promise.resolve({ result: null });
/** Ends only when the signal aborts, like a handler that waits for the network. */
const forever: Handler = ({ context }) =>
  new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason)));

Deno.test("a visit runs all ready jobs, never exceeds its concurrency, and leaves", async () => {
  const queue = new MemoryQueue();
  queue.add(50);
  let running = 0;
  let most = 0;
  const tally = await workerOn(queue, async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running -= 1;
    return { result: { n: 1 } };
  }).run();
  assert.deepEqual(tally, { processed: 50, succeeded: 50, failed: 0 });
  assert.equal(queue.completed.length, 50);
  assert.equal(most, 4);
  assert.ok(
    queue.trips.some(({ done }) => done > 1),
    "jobs that end together are reported in one round trip",
  );
  assert.equal(queue.departures, 1);
});

Deno.test("a visit takes no more jobs than max_jobs", async () => {
  const queue = new MemoryQueue();
  queue.add(10);
  const tally = await workerOn(queue, done, { max_jobs: 3 }).run();
  assert.equal(tally.processed, 3);
  assert.equal(queue.waiting.length, 7);
  assert.equal(queue.completed.length, 3);
});

Deno.test("a failure is reported with a message safe for its owner, and whether a retry may help", async () => {
  const queue = new MemoryQueue();
  queue.add(1, { params: { throw: "bug" } });
  queue.add(1, { params: { throw: "quota" } });
  queue.add(1, { params: { throw: "busy" } });
  await workerOn(queue, ({ job }) => {
    if (job.params.throw === "bug") throw new Error("select secret from table");
    if (job.params.throw === "quota") {
      throw new ApiError("quota_exceeded", "Your plan allows 10 syncs a month");
    }
    throw new ApiError("provider_unavailable", "Cannot sync YouTube", { retry_after: 90 });
  }).run();
  const told = Object.fromEntries(queue.failed.map(({ job, failure }) => [job.params.throw, failure]));
  assert.deepEqual(told.quota, {
    code: "quota_exceeded",
    message: "Your plan allows 10 syncs a month",
    may_retry: false,
    retry_after_seconds: null,
  });
  assert.equal(told.bug?.may_retry, true);
  assert.doesNotMatch(String(told.bug?.message), /secret/);
  assert.equal(told.busy?.retry_after_seconds, 90);
});

Deno.test("a run with more work to do is released with its checkpoint", async () => {
  const queue = new MemoryQueue();
  queue.add(1);
  await workerOn(queue, () => Promise.resolve({ again: { checkpoint: { at: 5 } } })).run();
  assert.deepEqual(queue.released.map(({ checkpoint }) => checkpoint), [{ at: 5 }]);
  assert.equal(queue.completed.length, 0);
});

Deno.test("a stopping worker takes no more jobs, and releases those that do not end in time", async () => {
  const queue = new MemoryQueue();
  queue.add(6);
  let begun = 0;
  const worker = workerOn(queue, (about) => {
    begun += 1;
    return forever(about);
  });
  const running = worker.run(true);
  await until(() => begun === 4, "four jobs run");
  worker.stop();
  await running;
  assert.equal(queue.released.length, 4);
  assert.equal(queue.waiting.length, 2);
  assert.equal(queue.departures, 1);
});

Deno.test("a job that is cancelled or taken over is stopped, and nothing is reported for it", async () => {
  const queue = new MemoryQueue();
  queue.add(1);
  const [job] = queue.waiting;
  queue.lost.add(String(job?.job_id));
  await workerOn(queue, forever, { lease_seconds: 0.03 }).run();
  assert.deepEqual([queue.completed, queue.failed, queue.released], [[], [], []]);
});

Deno.test("a run that exceeds its timeout fails, even if it ignores the signal", async () => {
  const queue = new MemoryQueue();
  queue.add(1, { timeout_seconds: 0.03 });
  await workerOn(queue, () => new Promise(() => {})).run();
  assert.deepEqual(queue.failed.map(({ failure }) => [failure.code, failure.may_retry]), [["timeout", true]]);
});

Deno.test("results are reported again after the database was unreachable", async () => {
  const queue = new MemoryQueue();
  queue.add(3);
  await workerOn(queue, () => {
    queue.unreachable = 2;
    return Promise.resolve({ result: null });
  }, { concurrency: 3 }).run();
  assert.equal(queue.completed.length, 3);
});

Deno.test("a parked worker takes a job as soon as it is woken", async () => {
  const queue = new MemoryQueue();
  const worker = workerOn(queue, done);
  const running = worker.run(true);
  await until(() => queue.parkings > 0, "the worker rests");
  queue.add(1);
  const before = performance.now();
  worker.wake();
  await until(() => queue.completed.length === 1, "the job is done");
  assert.ok(performance.now() - before < 4_000, "the worker was woken, and did not wait for its 5 s poll");
  worker.stop();
  await running;
});
