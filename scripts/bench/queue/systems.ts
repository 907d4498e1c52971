/** The compared queues behind a common interface, each configured for speed as its documentation recommends. */
import { type Logger, makeWorkerUtils, runMigrations, runTaskList } from "graphile-worker";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { createAdmin } from "../../../supabase/functions/_shared/database/database.ts";
import type { Job } from "../../../supabase/functions/_shared/jobs/job.ts";
import { type JobQueue, queueOf } from "../../../supabase/functions/_shared/jobs/queue.ts";
import { Worker } from "../../../supabase/functions/_shared/jobs/worker.ts";
import { createLogger } from "../../../supabase/functions/_shared/observability/log.ts";
import { readSettings } from "../../../supabase/functions/_shared/settings/settings.ts";
import { serviceUrl } from "../bench_stack.ts";

export interface System {
  name: string;
  /** Creates jobs in bulk, outside the measurement. */
  fill(jobs: number): Promise<void>;
  /** Processes all jobs with the given concurrency and batch size. Returns milliseconds. */
  drain(jobs: number, mode: { concurrency: number; batch: number }): Promise<number>;
  enqueue(): Promise<unknown>;
  /** Empties the queue and starts its worker, which calls `began` with each job. */
  work(began: () => void): Promise<{ stop(): Promise<unknown> }>;
  stop(): Promise<void>;
}

const HANDLER = "no_op";
const MOST_CLIENTS = 30;

/**
 * StreamVibe: `create_job` and the call in which workers exchange jobs. Each person has ten jobs, so that deduplication and limits take
 * effect; with `notify`, each change of a job's status also notifies listening servers.
 */
export async function streamvibe(db_url: string, { notify = false } = {}): Promise<System> {
  const owner = poolOf(db_url, MOST_CLIENTS);
  const settings = readSettings({
    SUPABASE_URL: "http://127.0.0.1:1",
    STREAMVIBE_POOLER_URL: serviceUrl(db_url),
    DATABASE_POOL_SIZE: String(MOST_CLIENTS),
  });
  const admin = createAdmin(settings, { prepared: true });
  await owner.query(
    `insert into ops.job_handler (name, job_type) values ('${HANDLER}', 'platform_sync') on conflict do nothing`,
  );
  // Only the benchmark's own workers process jobs; without this key, no function is called.
  await owner.query("delete from vault.secrets where name = 'cron_secret_key'");
  let people: string[] = [];
  const signUp = async (count: number) => {
    if (people.length >= count) return;
    await owner.query(
      `insert into auth.users (id, email) select gen_random_uuid(), 'bench-' || n || '@example.com'
       from generate_series($1::integer + 1, $2::integer) as n on conflict do nothing`,
      [people.length, count],
    );
    const { rows } = await owner.query("select id from auth.users where email like 'bench-%'");
    people = rows.map(({ id }: { id: string }) => id);
  };
  // Two of these systems share a database, and equal parameters would be deduplicated into one job.
  let turn = notify ? 1_000_000 : 0;
  const worker_of = (name: string, lease_seconds = 60) =>
    queueOf(admin, { worker_id: name, lease_seconds, handlers: [HANDLER] });
  const clear = () => owner.query("truncate ops.job_ready");
  return {
    name: notify ? "streamvibe, notifying" : "streamvibe",
    async fill(jobs) {
      await owner.query(
        `alter table public.job_queue ${notify ? "enable" : "disable"} trigger job_status_change_notify`,
      );
      await clear();
      await signUp(Math.max(2_000, Math.ceil(jobs / 10)));
      turn += 1;
      await owner.query(
        `select count(public.create_job(($2::uuid[])[1 + n / 10], '${HANDLER}', jsonb_build_object('n', n, 'turn', $3::integer)))
         from generate_series(0, $1::integer - 1) as n`,
        [jobs, people, turn],
      );
      await owner.query("vacuum analyze ops.job_ready");
    },
    async drain(jobs, { concurrency, batch }) {
      const start = performance.now();
      let done = 0;
      await Promise.all(
        Array.from({ length: concurrency }, async (_, place) => {
          const queue: JobQueue = worker_of(`bench:${place}`);
          let held: Job[] = [];
          while (done < jobs) {
            const next = await queue.exchange(held.map((job) => ({ job, result: null })), batch);
            done += held.length;
            held = next;
            if (held.length === 0) break;
          }
        }),
      );
      return performance.now() - start;
    },
    async enqueue() {
      turn += 1;
      // At most ten jobs per person: there are more people than unfinished jobs.
      const person = people[turn % people.length];
      await owner.query({
        name: "enqueue",
        text: `select public.create_job($1, '${HANDLER}', $2)`,
        values: [person, JSON.stringify({ n: turn })],
      });
    },
    async work(began) {
      await clear();
      await owner.query("alter table public.job_queue disable trigger job_status_change_notify");
      await signUp(2_000);
      const worker_id = "bench:listener";
      const worker = new Worker({
        context: { admin, settings, fetch, now: () => new Date(), request_id: worker_id, log: silent },
        queue: worker_of(worker_id),
        handlers: {
          [HANDLER]: () => Promise.resolve(() => (began(), Promise.resolve({ result: null }))),
        },
        concurrency: 24,
        lease_seconds: 60,
        deadline: null,
        grace_ms: 1_000,
      });
      const listener = new pg.Client({ connectionString: db_url });
      await listener.connect();
      listener.on("notification", () => worker.wake());
      await listener.query("listen job_ready");
      const running = worker.run(true);
      return {
        async stop() {
          worker.stop();
          await running;
          await listener.end();
        },
      };
    },
    async stop() {
      await owner.end();
    },
  };
}

/** graphile-worker deletes finished jobs. Measured without batching only, because its batching gives a different guarantee. */
export async function graphile(db_url: string): Promise<System> {
  const pool = poolOf(db_url, MOST_CLIENTS);
  await runMigrations({ pgPool: pool, logger: quiet });
  const utils = await makeWorkerUtils({ pgPool: pool, logger: quiet });
  const clear = () => pool.query("truncate graphile_worker._private_jobs");
  const start = (concurrency: number, task: () => void) => {
    const own = poolOf(db_url, concurrency + 1);
    const runner = runTaskList(
      {
        preset: {
          worker: { concurrentJobs: concurrency, maxPoolSize: concurrency + 1, connectionString: db_url },
        },
        logger: quiet,
        noHandleSignals: true,
      },
      { [HANDLER]: task },
      own,
    );
    return {
      async stop() {
        await runner.gracefulShutdown();
        await own.end();
      },
    };
  };
  return {
    name: "graphile-worker",
    async fill(jobs) {
      await clear();
      await pool.query(
        `select count(graphile_worker.add_job('${HANDLER}', json_build_object('n', n))) from generate_series(1, $1::integer) as n`,
        [jobs],
      );
      await pool.query("vacuum analyze graphile_worker._private_jobs");
    },
    async drain(jobs, { concurrency }) {
      let done = 0;
      const all = Promise.withResolvers<void>();
      const began = performance.now();
      const runner = start(concurrency, () => {
        if (++done === jobs) all.resolve();
      });
      await all.promise;
      for (;;) {
        const { rows: [left] } = await pool.query(
          "select count(*)::integer as jobs from graphile_worker._private_jobs",
        );
        if (left.jobs === 0) break;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      const took = performance.now() - began;
      await runner.stop();
      return took;
    },
    enqueue: () => utils.addJob(HANDLER, { n: 1 }),
    async work(began) {
      await clear();
      return start(24, began);
    },
    async stop() {
      await utils.release();
      await pool.end();
    },
  };
}

/** pg-boss keeps finished jobs, as StreamVibe does. */
export async function pgBoss(db_url: string): Promise<System> {
  const boss = new PgBoss({
    connectionString: db_url,
    max: MOST_CLIENTS,
    supervise: false,
    schedule: false,
    useListenNotify: true,
  });
  boss.on("error", () => {});
  await boss.start();
  const pool = poolOf(db_url, 1);
  let turn = 0;
  let queue = "";
  const open = async (notify: boolean) => {
    queue = `bench-${++turn}`;
    await boss.createQueue(queue, { notify, retryLimit: 2 });
  };
  await open(false);
  return {
    name: "pg-boss",
    async fill(jobs) {
      await open(false);
      for (let n = 0; n < jobs; n += 5_000) {
        const batch = Array.from({ length: Math.min(5_000, jobs - n) }, (_, i) => ({ data: { n: n + i } }));
        await boss.insert(queue, batch);
      }
      // As for the others: otherwise its plans would be those of an empty table.
      await pool.query("vacuum analyze pgboss.job");
    },
    async drain(jobs, { concurrency, batch }) {
      const start = performance.now();
      let done = 0;
      await Promise.all(Array.from({ length: concurrency }, async () => {
        while (done < jobs) {
          const held = await boss.fetch(queue, { batchSize: batch });
          if (held.length === 0) break;
          await boss.complete(queue, held.map(({ id }) => id));
          done += held.length;
        }
      }));
      return performance.now() - start;
    },
    enqueue: () => boss.send(queue, { n: 1 }),
    async work(began) {
      await open(true);
      const options = { batchSize: 1, localConcurrency: 4, pollingIntervalSeconds: 0.5 };
      await boss.work(queue, options, () => (began(), Promise.resolve()));
      return { stop: () => boss.offWork(queue) };
    },
    async stop() {
      await boss.stop({ graceful: false, close: true });
      await pool.end();
    },
  };
}

/** Creates a pool; errors of idle connections are ignored, because they occur when the stack stops. */
function poolOf(db_url: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: db_url, max });
  pool.on("error", () => {});
  pool.on("connect", (client: pg.Client) => client.on("error", () => {}));
  return pool;
}

/** Returns the milliseconds from creating a job to the start of its handler, one job at a time. The first ten are a warm-up. */
export async function latencies(system: System, jobs: number): Promise<number[]> {
  let begun = Promise.withResolvers<void>();
  const worker = await system.work(() => begun.resolve());
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const all: number[] = [];
  try {
    for (let n = 0; n < jobs + 10; n++) {
      begun = Promise.withResolvers<void>();
      const before = performance.now();
      await system.enqueue();
      await begun.promise;
      all.push(performance.now() - before);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    await worker.stop();
  }
  return all.slice(10);
}

const silent = createLogger({ level: "silent" });
const quiet: Logger = await quietLogger();

async function quietLogger(): Promise<Logger> {
  const { Logger } = await import("graphile-worker");
  return new Logger(() => () => {});
}
