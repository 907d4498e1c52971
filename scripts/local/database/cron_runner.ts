/** Runs the jobs of cron.job on schedule (GMT) and writes cron.job_run_details, as pg_cron does. */
import { Cron } from "croner";
import pg from "pg";
import postgres from "postgres";

interface Job {
  jobid: number;
  schedule: string;
  command: string;
  username: string;
}

interface Running {
  /** The job came due while it was running: it runs once more afterwards, never concurrently. */
  again: boolean;
}

const AT_ONCE = 8;

export class CronRunner {
  readonly #sql: postgres.Sql;
  /** One connection per run, as in pg_cron, because a job may leave any session state behind. */
  readonly #workers: pg.Pool;
  readonly #busy = new Set<pg.PoolClient>();
  #timers = new Map<number, { job: Job; stop(): void }>();
  #running = new Map<number, Running>();
  #listening: { unlisten(): Promise<void> } | undefined;
  #loaded: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(superuserUrl: string, private warn: (text: string) => void) {
    const application_name = "streamvibe cron runner";
    this.#sql = postgres(superuserUrl, { onnotice: () => {}, connection: { application_name }, max: 2 });
    this.#workers = new pg.Pool({ connectionString: superuserUrl, application_name, max: AT_ONCE });
    // A lost connection fails the query that waits on it; no other handling is needed.
    this.#workers.on("error", () => {});
    this.#workers.on("connect", (client: pg.PoolClient) => client.on("error", () => {}));
  }

  async start(): Promise<void> {
    await this.#sql`
      update cron.job_run_details set status = 'failed', return_message = 'server restarted', end_time = now()
      where status in ('starting', 'running')`;
    // Also runs after a reconnect, because notifications may have been missed.
    this.#listening = await this.#sql.listen("cron_jobs", () => this.#reload(), () => this.#reload());
    await this.#loaded;
  }

  async stop(): Promise<void> {
    this.#closed = true;
    for (const { stop } of this.#timers.values()) stop();
    await this.#listening?.unlisten().catch(() => {});
    for (const connection of this.#busy) {
      this.#busy.delete(connection);
      connection.release(true);
    }
    await Promise.all([this.#sql.end({ timeout: 1 }), this.#workers.end()]);
  }

  #reload(): void {
    this.#loaded = this.#loaded.then(() => this.#load()).catch((error) => {
      if (!this.#closed) this.warn(`cron: cannot read the jobs: ${error.message}`);
    });
  }

  async #load(): Promise<void> {
    const jobs = await this.#sql<Job[]>`
      select jobid::integer, schedule, command, username from cron.job where active and database = current_database()`;
    const wanted = new Map(jobs.map((job) => [job.jobid, job]));
    for (const [id, timer] of this.#timers) {
      if (wanted.get(id)?.schedule === timer.job.schedule) continue;
      timer.stop();
      this.#timers.delete(id);
    }
    for (const job of jobs) {
      const timer = this.#timers.get(job.jobid);
      if (timer) timer.job = job;
      else this.#arm(job);
    }
  }

  #arm(job: Job): void {
    const run = () => {
      const current = this.#timers.get(job.jobid)?.job;
      if (current) this.#run(current);
    };
    const seconds = job.schedule.match(/^\s*(\d+)\s+seconds?\s*$/i)?.[1];
    if (seconds) {
      const timer = setInterval(run, Number(seconds) * 1000);
      this.#timers.set(job.jobid, { job, stop: () => clearInterval(timer) });
      return;
    }
    // pg_cron writes the last day of the month as $, croner as L.
    const cron = new Cron(job.schedule.trim().replace("$", "L"), { timezone: "UTC" }, run);
    this.#timers.set(job.jobid, { job, stop: () => cron.stop() });
  }

  async #run(job: Job): Promise<void> {
    const running = this.#running.get(job.jobid);
    if (running) {
      running.again = true;
      return;
    }
    const state: Running = { again: false };
    this.#running.set(job.jobid, state);
    try {
      await this.#execute(job);
    } catch (error) {
      if (!this.#closed) {
        this.warn(`cron: job ${job.jobid}: ${error instanceof Error ? error.message : error}`);
      }
    } finally {
      this.#running.delete(job.jobid);
    }
    const current = this.#timers.get(job.jobid)?.job;
    if (state.again && current && !this.#closed) this.#run(current);
  }

  async #execute(job: Job): Promise<void> {
    const connection = await this.#workers.connect();
    this.#busy.add(connection);
    try {
      const [details] = await this.#sql<{ runid: number }[]>`
        insert into cron.job_run_details (jobid, database, username, command, status, start_time)
        values (${job.jobid}, current_database(), ${job.username}, ${job.command}, 'running', now())
        returning runid::integer`;
      const runid = details?.runid ?? 0;
      let status = "succeeded";
      let message = "";
      try {
        await connection.query(`set session authorization ${quote(job.username)}`);
        message = describeResult(await connection.query(job.command));
      } catch (error) {
        status = "failed";
        message = `ERROR:  ${error instanceof Error ? error.message : error}`;
      }
      await this.#sql`
        update cron.job_run_details set status = ${status}, return_message = ${message}, end_time = now()
        where runid = ${runid}`;
    } finally {
      if (this.#busy.delete(connection)) connection.release(true);
    }
  }
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** Describes the last statement's result: "1 row" for a query, the command tag for anything else. */
function describeResult(result: pg.QueryResult | pg.QueryResult[]): string {
  const last = Array.isArray(result) ? result.at(-1) : result;
  const { command, rowCount: count } = last ?? {};
  if (command === "SELECT") return `${count} row${count === 1 ? "" : "s"}`;
  return [command, command === "INSERT" ? `0 ${count}` : count].filter((part) =>
    part !== null && part !== undefined
  ).join(" ");
}
