/**
 * The job queue against graphile-worker and pg-boss on the same PostgreSQL, in the same run, with the same durability: one job at a time,
 * batches, creating jobs, and the time until a job starts. Also the queue through job-processor over HTTP.
 */
import pg from "pg";
import { withStack } from "./bench_stack.ts";
import { atLeast, atMost, type Benchmark, type Goal, type Row } from "./benchmark.ts";
import { closedLoop, type Figures, interleaved, quantile, ratioOf, type Sample } from "./measure.ts";
import { graphile, latencies, pgBoss, streamvibe, type System } from "./queue/systems.ts";

/** Parts per round: on a machine whose speed changes, many short parts give a fairer comparison than few long ones. */
const PARTS = 4;
const CONCURRENCY = [1, 4, 10, 24];
/** The systems alternate, so that a slow minute of the machine does not affect only one of them. */
const LATENCY_TURNS = 6;
const LATENCY_JOBS = 60;

export const queue: Benchmark = {
  name: "queue",
  about: "jobs compared with graphile-worker and pg-boss, and through job-processor",
  run: ({ rounds, seconds }) =>
    withStack(async ({ db_url, api_url, secret_key }) => {
      const rows: Row[] = [];
      const goals: Goal[] = [];
      // Runs first, because it needs the key that the other parts delete.
      await overHttp({ db_url, api_url, secret_key }, seconds, rows, goals);
      const systems = [await streamvibe(db_url), await graphile(db_url), await pgBoss(db_url)] as const;
      const [ours, , boss] = systems;
      const notifying = await streamvibe(db_url, { notify: true });
      const compare = async (
        name: string,
        of: readonly System[],
        least: Record<string, number>,
        measure: (system: System) => Promise<Sample>,
      ) => {
        const all = of.map((system) => [system.name, () => measure(system)] as const);
        const figures = await interleaved(rounds * PARTS, Object.fromEntries(all));
        push(rows, name, figures);
        for (const [peer, factor] of Object.entries(least)) {
          goals.push(atLeast(`${name}, times ${peer}`, factor, ratio(figures, peer), "×"));
        }
      };
      try {
        for (const concurrency of CONCURRENCY) {
          const jobs = Math.round(seconds / PARTS * (concurrency === 1 ? 600 : 1_500));
          await compare(
            `one at a time, c=${concurrency}`,
            [...systems, notifying],
            { "pg-boss": 1 },
            (system) => drained(system, jobs, { concurrency, batch: 1 }),
          );
        }
        const jobs = Math.round(seconds / PARTS * 10_000);
        await compare(
          "batches of 100, c=4",
          [ours, boss, notifying],
          { "pg-boss": 0.9 },
          (system) => drained(system, jobs, { concurrency: 4, batch: 100 }),
        );
        for (const clients of [1, 8]) {
          const least = { "pg-boss": 1, "graphile-worker": 1 };
          await compare(`creating jobs, c=${clients}`, systems, least, async (system) => {
            await system.fill(1);
            return await closedLoop(clients, seconds / PARTS / 2, () => system.enqueue());
          });
        }
        const begun: Record<string, number[]> = {};
        for (let turn = 0; turn < LATENCY_TURNS; turn++) {
          for (const system of turn % 2 === 0 ? systems : systems.toReversed()) {
            (begun[system.name] ??= []).push(...await latencies(system, LATENCY_JOBS));
          }
        }
        for (const [system, all] of Object.entries(begun)) {
          all.sort((a, b) => a - b);
          const values = {
            p50_ms: quantile(all, 0.5),
            p95_ms: quantile(all, 0.95),
            p99_ms: quantile(all, 0.99),
          };
          rows.push({ case: "created → started", system, values });
        }
        for (const part of [0.5, 0.95]) {
          const of = (name: string) => quantile(begun[name] ?? [], part);
          const times = of("streamvibe") / Math.min(of("graphile-worker"), of("pg-boss"));
          goals.push(atMost(`created → started p${part * 100}, times the better peer`, 1, times, "×"));
        }
        return { rows, goals };
      } finally {
        for (const system of [...systems, notifying]) await system.stop();
      }
    }),
};

async function drained(
  system: System,
  jobs: number,
  mode: { concurrency: number; batch: number },
): Promise<Sample> {
  await system.fill(jobs);
  const ms = await system.drain(jobs, mode);
  const each = ms * mode.concurrency / jobs;
  return { per_second: jobs / ms * 1_000, p50_ms: each, p95_ms: each, p99_ms: each };
}

function push(
  rows: Row[],
  name: string,
  figures: Record<string, Figures>,
): void {
  for (const [system, of] of Object.entries(figures)) {
    const { per_second, lowest_per_second, highest_per_second } = of;
    rows.push({ case: name, system, values: { per_second, lowest_per_second, highest_per_second } });
  }
  for (const peer of Object.keys(figures).filter((system) => system !== "streamvibe")) {
    const all = ratioOf(figures.streamvibe as Figures, figures[peer] as Figures);
    rows.push({ case: name, system: `streamvibe ÷ ${peer}`, values: { ...all } });
  }
}

function ratio(figures: Record<string, Figures>, peer: string): number {
  return ratioOf(figures.streamvibe as Figures, figures[peer] as Figures).median;
}

/** Measures a project without a long-lived worker: creating a job calls the function, and the function processes the waiting jobs. */
async function overHttp(
  { db_url, api_url, secret_key }: { db_url: string; api_url: string; secret_key: string },
  seconds: number,
  rows: Row[],
  goals: Goal[],
): Promise<void> {
  const pool = new pg.Pool({ connectionString: db_url, max: 2 });
  const process = async () => {
    const response = await fetch(`${api_url}/functions/v1/job-processor`, {
      method: "POST",
      headers: { apikey: secret_key, "content-type": "application/json" },
      body: "{}",
    });
    if (!response.ok) {
      throw new Error(`Cannot measure: job-processor answered ${response.status}`);
    }
    await response.body?.cancel();
  };
  try {
    await pool.query(
      "insert into ops.job_handler (name, job_type) values ('no_op', 'token_refresh')",
    );
    await process();
    const waits: number[] = [];
    for (let n = 0; n < 30; n++) {
      const { rows: [created] } = await pool.query(
        "select public.create_job(null, 'no_op', jsonb_build_object('wait', $1::integer)) as id",
        [n],
      );
      for (;;) {
        const { rows: [job] } = await pool.query(
          "select extract(epoch from started_at - created_at)::float8 * 1000 as ms, finished_at from public.job_queue where id = $1",
          [created.id],
        );
        if (job.finished_at) {
          waits.push(job.ms);
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    waits.sort((a, b) => a - b);
    // No job may start before all are created: only the call below is measured.
    await pool.query(
      "update ops.job_wake set asked_at = now() + interval '1 minute'",
    );
    const jobs = Math.round(seconds * 2_000);
    await pool.query(
      "select count(public.create_job(null, 'no_op', jsonb_build_object('n', n))) from generate_series(1, $1::integer) as n",
      [jobs],
    );
    const start = performance.now();
    // Reads the number from the queue instead of adding up the responses, because cron also calls the function at every full minute.
    for (let left = jobs; left > 0;) {
      await process();
      const { rows: [open] } = await pool.query(
        "select count(*)::integer as jobs from public.job_queue where handler = 'no_op' and finished_at is null",
      );
      left = open.jobs;
    }
    const per_second = jobs / (performance.now() - start) * 1_000;
    await pool.query("delete from ops.job_handler where name = 'no_op'");
    const [p50_ms, p95_ms] = [quantile(waits, 0.5), quantile(waits, 0.95)] as const;
    rows.push(
      { case: "job-processor, idle", system: "streamvibe", values: { p50_ms, p95_ms } },
      { case: "job-processor, one call", system: "streamvibe", values: { per_second } },
    );
    goals.push(
      atMost("job-processor, created → started p95", 150, p95_ms, " ms"),
      atLeast("job-processor, jobs/s over HTTP", 2_000, per_second),
    );
  } finally {
    await pool.end();
  }
}
