/**
 * Runs the chaos test on a stack of its own. At the end, every job must have reached a final state exactly once, the effect of every
 * completed job must have been applied exactly once, and no mark with a stale fence may have been accepted.
 */
import postgres from "postgres";
import { startStack } from "../local/stack.ts";
import { cuttableNetwork } from "../test/cuttable_network.ts";

export interface ChaosOptions {
  jobs: number;
  workers: number;
  /** Total number of faults: most kill a worker, the others freeze one, crash the database or cut the network. */
  kills: number;
  seed: number;
  say?: (line: string) => void;
}

export interface ChaosReport {
  jobs: number;
  seconds: number;
  kills: { worker: number; frozen: number; database: number; network: number };
  by_status: Record<string, number>;
  /** Runs started; exceeds the number of jobs when runs die. */
  runs: number;
  /** Marks refused because their fence was stale. */
  stale_marks: number;
  /** Violated invariants; empty if the run passed. */
  faults: string[];
}

/** How long a worker stays frozen: longer than its lease, so another worker has claimed its jobs when it resumes unaware. */
const FROZEN_MS = [2_500, 5_000] as const;
/** Longer than the lease plus the time that a worker needs to notice. */
const PATIENCE_MS = 60_000;

export async function runChaos(
  { jobs, workers, kills, seed, say = () => {} }: ChaosOptions,
): Promise<ChaosReport> {
  const random = seeded(seed);
  const home = await Deno.makeTempDir({ prefix: "streamvibe-chaos-" });
  const stack = await startStack({
    home,
    seed: false,
    env: { LOG_LEVEL: "error" },
  });
  const sql = postgres(stack.info.db_url, { max: 3, onnotice: () => {}, fetch_types: false });
  const database = new URL(stack.info.db_url);
  const network = await cuttableNetwork({
    host: database.hostname,
    port: Number(database.port),
  });
  const url = new URL(database);
  url.hostname = "127.0.0.1";
  url.port = String(network.port);
  url.search = "?options=-c%20role%3Dservice_role";
  const crew: Deno.ChildProcess[] = [];
  const dismissed = new Set<Deno.ChildProcess>();
  /** Workers that exited on their own, which none of these faults may cause. */
  let deserters = 0;
  const dismiss = (worker: Deno.ChildProcess | undefined) => {
    if (worker) dismissed.add(worker);
    return killWorker(worker);
  };
  const hire = () => {
    // Each worker has an even chance of a clock that is up to an hour wrong.
    const clock_error = random() < 0.5 ? 0 : Math.round((random() - 0.5) * 7_200_000);
    const script = new URL("./chaos_worker.ts", import.meta.url).pathname;
    const worker = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, url.href, String(clock_error)],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    worker.status.then(() => {
      if (!dismissed.has(worker)) deserters += 1;
    });
    return worker;
  };
  const done = { worker: 0, frozen: 0, database: 0, network: 0 };
  const thaws: ReturnType<typeof setTimeout>[] = [];
  const started = performance.now();
  try {
    await prepare(sql);
    await sql`
      select public.create_job(null, 'chaos', jsonb_build_object('n', n)) from generate_series(1, ${jobs}::integer) as n`;
    say(`${jobs} jobs, ${workers} workers`);
    for (let n = 0; n < workers; n++) crew.push(hire());
    for (let n = 0; n < kills; n++) {
      await pause(100 + random() * 200);
      const fate = random();
      if (fate < 0.6) {
        const place = Math.floor(random() * workers);
        await dismiss(crew[place]);
        crew[place] = hire();
        done.worker += 1;
      } else if (fate < 0.75) {
        const worker = crew[Math.floor(random() * workers)];
        const [least, most] = FROZEN_MS;
        if (signal(worker, "SIGSTOP")) {
          thaws.push(setTimeout(() => signal(worker, "SIGCONT"), least + random() * (most - least)));
          done.frozen += 1;
        }
      } else if (fate < 0.88) {
        network.cut(random() * 500);
        done.network += 1;
      } else {
        await crash(sql);
        done.database += 1;
      }
      // Cron runs this every five minutes; the test does not wait for it.
      if (n % 10 === 9) {
        await patient(() => sql`select public.detect_stuck_jobs()`);
      }
    }
    say(`${kills} faults: ${JSON.stringify(done)}`);
    const end = performance.now() + PATIENCE_MS + jobs * 10;
    for (;;) {
      await patient(() => sql`select public.detect_stuck_jobs()`);
      const [open] = await patient(() =>
        sql<{ count: number }[]>`
        select count(*)::integer from public.job_queue where handler = 'chaos' and finished_at is null`
      );
      if (open?.count === 0 || performance.now() > end) break;
      await pause(250);
    }
    return await judge(sql, {
      jobs,
      seconds: (performance.now() - started) / 1_000,
      kills: done,
      deserters,
    });
  } finally {
    thaws.forEach((thaw) => clearTimeout(thaw));
    await Promise.all(crew.map(dismiss));
    network.close();
    await sql.end({ timeout: 1 });
    await stack.stop();
    await Deno.remove(home, { recursive: true }).catch(() => {});
  }
}

/** Adds the test's own schema: a fenced effect for each job, and a trigger that records every end. */
async function prepare(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    insert into ops.job_handler (name, job_type) values ('chaos', 'token_refresh');
    update public.job_type set backoff_base_seconds = 1, backoff_cap_seconds = 1, max_attempts = 20 where slug = 'token_refresh';
    create schema chaos;
    create table chaos.effect (job_id uuid primary key, times integer not null default 1);
    create table chaos.mark (job_id uuid, fence bigint, is_stale boolean not null);
    create table chaos.ending (job_id uuid, status text);
    create function public.chaos_mark(p_job_id uuid, p_fence bigint) returns void
    language plpgsql volatile security definer set search_path = '' as $$
    declare
      v_is_ours boolean;
    begin
      perform from ops.job_ready where job_id = p_job_id and fence = p_fence for update;
      v_is_ours := found;
      insert into chaos.mark values (p_job_id, p_fence, not v_is_ours);
      -- Idempotent, as handlers must be: a run after one that died here finds the effect in place.
      if v_is_ours and not exists (select from chaos.effect where job_id = p_job_id) then
        insert into chaos.effect (job_id) values (p_job_id) on conflict (job_id) do update set times = effect.times + 1;
      end if;
    end $$;
    grant execute on function public.chaos_mark to service_role;
    create function chaos.witness() returns trigger language plpgsql security definer set search_path = '' as $$
    begin
      insert into chaos.ending values (new.id, new.status);
      return null;
    end $$;
    create trigger chaos_witness after update of status on public.job_queue for each row
      when (new.handler = 'chaos' and old.status is distinct from new.status and new.finished_at is not null)
      execute function chaos.witness();`).simple();
}

async function judge(
  sql: postgres.Sql,
  { deserters, ...about }: Pick<ChaosReport, "jobs" | "seconds" | "kills"> & { deserters: number },
): Promise<ChaosReport> {
  const statuses = await sql<{ status: string; count: number }[]>`
    select status::text, count(*)::integer from public.job_queue where handler = 'chaos' group by 1`;
  const by_status = Object.fromEntries(
    statuses.map(({ status, count }) => [status, count]),
  );
  const [figures] = await sql<
    {
      endings: number;
      ended: number;
      effects: number;
      most: number;
      unmarked: number;
      ready: number;
      stale: number;
      runs: number;
    }[]
  >`select
      (select count(*)::integer from chaos.ending) as endings,
      (select count(distinct job_id)::integer from chaos.ending) as ended,
      (select count(*)::integer from chaos.effect) as effects,
      (select coalesce(max(times), 0) from chaos.effect) as most,
      (select count(*)::integer from public.job_queue as job where handler = 'chaos' and status = 'completed'
        and not exists (select from chaos.effect where job_id = job.id)) as unmarked,
      (select count(*)::integer from ops.job_ready where handler = 'chaos') as ready,
      (select count(*)::integer from chaos.mark where is_stale) as stale,
      (select sum(attempts)::integer from public.job_queue where handler = 'chaos') as runs`;
  const { jobs } = about;
  const faults: string[] = [];
  const must = (holds: boolean | undefined, fault: string) => {
    if (!holds) {
      faults.push(`${fault}: ${JSON.stringify({ ...figures, by_status })}`);
    }
  };
  must(figures?.ended === jobs, "jobs did not end");
  must(figures?.endings === jobs, "jobs ended more than once");
  must(by_status.completed === jobs, "jobs did not complete");
  must(
    figures?.effects === jobs && figures.most === 1,
    "effects were not applied exactly once",
  );
  must(figures?.unmarked === 0, "jobs completed without their effect");
  must(figures?.ready === 0, "ready jobs were left behind");
  must(deserters === 0, `${deserters} workers exited on their own`);
  return {
    ...about,
    by_status,
    runs: figures?.runs ?? 0,
    stale_marks: figures?.stale ?? 0,
    faults,
  };
}

/** Kills a worker without letting it clean up. */
async function killWorker(worker: Deno.ChildProcess | undefined): Promise<void> {
  signal(worker, "SIGKILL");
  await worker?.status;
}

/** Sends a signal to the worker; returns false if it has already exited. */
function signal(worker: Deno.ChildProcess | undefined, name: Deno.Signal): boolean {
  try {
    worker?.kill(name);
    return worker !== undefined;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return false;
  }
}

/** Kills one server process of the database: PostgreSQL terminates all connections and recovers from its WAL. */
export async function crash(sql: postgres.Sql): Promise<void> {
  const rows = await patient(() =>
    sql<{ pid: number }[]>`
    select pid from pg_stat_activity where usename = current_user and pid <> pg_backend_pid() and application_name <> 'pg_cron'
    order by random() limit 1`
  );
  try {
    if (rows[0]) Deno.kill(rows[0].pid, "SIGKILL");
  } catch {
    // The process has already exited.
  }
}

/** Retries for up to 30 seconds, since the database recovers within seconds. */
async function patient<T>(work: () => PromiseLike<T>): Promise<T> {
  const end = performance.now() + 30_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > end) throw error;
      await pause(100);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** mulberry32: small, and deterministic on every machine. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
