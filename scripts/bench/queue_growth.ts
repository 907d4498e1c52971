/** Whether history and planned jobs slow the queue down: the same jobs in an empty queue, and beside 1,000,000 ended and 100,000 waiting ones. */
import pg from "pg";
import { withStack } from "./bench_stack.ts";
import { atLeast, type Benchmark, type Goal, type Row } from "./benchmark.ts";
import { closedLoop, median } from "./measure.ts";
import { streamvibe } from "./queue/systems.ts";

const ENDED = 1_000_000;
const WAITING = 100_000;

export const queueGrowth: Benchmark = {
  name: "queue-growth",
  about: "jobs in tables with 1,000,000 finished and 100,000 waiting jobs",
  run: ({ rounds, seconds }) =>
    withStack(async ({ db_url }) => {
      const system = await streamvibe(db_url);
      const owner = new pg.Client({ connectionString: db_url });
      await owner.connect();
      let isGrown = false;
      const fill = async (jobs: number) => {
        await system.fill(jobs);
        if (isGrown) await addWaiting(owner);
      };
      const measure = async () => {
        const single: number[] = [];
        const batch: number[] = [];
        const created: number[] = [];
        for (let round = 0; round < rounds; round++) {
          const jobs = Math.round(seconds * 1_000);
          await fill(jobs);
          single.push(jobs / await system.drain(jobs, { concurrency: 4, batch: 1 }));
          await fill(jobs);
          batch.push(jobs / await system.drain(jobs, { concurrency: 4, batch: 100 }));
          created.push((await closedLoop(4, seconds / 2, () => system.enqueue())).per_second);
        }
        return {
          "one at a time": median(single) * 1_000,
          "batches of 100": median(batch) * 1_000,
          creating: median(created),
        };
      };
      try {
        const empty = await measure();
        await addEnded(owner);
        isGrown = true;
        const grown = await measure();
        const rows: Row[] = [
          { case: "empty tables", system: "streamvibe", values: empty },
          { case: "1,000,000 finished, 100,000 waiting", system: "streamvibe", values: grown },
        ];
        // Differences under 1.2 are ties on a shared machine.
        const goals: Goal[] = (Object.keys(empty) as (keyof typeof empty)[]).map((name) =>
          atLeast(
            `${name}, with full tables, times that with empty ones`,
            0.83,
            grown[name] / empty[name],
            "×",
          )
        );
        return { rows, goals };
      } finally {
        await owner.end();
        await system.stop();
      }
    }),
};

async function addEnded(owner: pg.Client): Promise<void> {
  await owner.query(
    `insert into public.job_queue (job_type, handler, params, dedupe_hash, status, attempts, max_attempts, progress_percent, result,
       started_at, finished_at, worker_id)
     select 'platform_sync', 'no_op', jsonb_build_object('old', n), hashtextextended(n::text, 0), 'completed', 1, 5, 100, '{"n": 1}', now(), now(), 'old'
     from generate_series(1, $1::integer) as n`,
    [ENDED],
  );
  await owner.query("vacuum analyze public.job_queue");
}

async function addWaiting(owner: pg.Client): Promise<void> {
  await owner.query(
    `insert into ops.job_ready (job_id, handler, is_limited, is_waiting, priority, run_at, max_attempts, timeout_seconds)
     select gen_random_uuid(), 'no_op', false, true, 10, now() + interval '1 day', 5, 60 from generate_series(1, $1::integer)`,
    [WAITING],
  );
}
