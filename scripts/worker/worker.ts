/**
 * `deno task worker`: takes jobs for as long as it runs, beside the edge function or instead of it, in any number of processes. The
 * database wakes it (LISTEN), so a job starts within a millisecond or two. On Ctrl-C or SIGTERM it takes no more jobs, finishes what it can
 * within the grace time, and returns the rest; the second signal stops it at once.
 */
import { parseArgs } from "node:util";
import { closeConnections, createAdmin } from "../../supabase/functions/_shared/database/database.ts";
import { queueOf } from "../../supabase/functions/_shared/jobs/queue.ts";
import { HANDLERS } from "../../supabase/functions/_shared/jobs/registry.ts";
import { JOBS } from "../../supabase/functions/_shared/jobs/settings.ts";
import { Worker } from "../../supabase/functions/_shared/jobs/worker.ts";
import { createLogger } from "../../supabase/functions/_shared/observability/log.ts";
import { readSettings, SettingsError } from "../../supabase/functions/_shared/settings/settings.ts";
import { listenTo } from "./listener.ts";
import { workerEnvironment } from "./worker_environment.ts";

const USAGE = `Usage: deno task worker [--concurrency N] [--grace SECONDS]
  --concurrency N   jobs that run at once (JOB_CONCURRENCY, 20)
  --grace SECONDS   how long running jobs may continue after a stop (25)
The database is STREAMVIBE_POOLER_URL: a direct or session-mode connection, for LISTEN. Without it, the one of the local stack.`;

function options() {
  try {
    const { values } = parseArgs({
      args: Deno.args,
      options: {
        concurrency: { type: "string" },
        grace: { type: "string", default: "25" },
        help: { type: "boolean" },
      },
    });
    const [concurrency, grace] = [Number(values.concurrency ?? 0), Number(values.grace)];
    if (!Number.isInteger(concurrency) || concurrency < 0 || !(grace >= 0)) {
      throw new Error("Cannot start: --concurrency takes a whole number and --grace seconds");
    }
    return { concurrency, grace, help: values.help };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    Deno.exit(2);
  }
}

const { concurrency, grace, help } = options();
if (help) {
  console.log(USAGE);
  Deno.exit(0);
}

const environment = await workerEnvironment();
const url = environment.STREAMVIBE_POOLER_URL;
if (!url) {
  console.error(
    "Cannot start: STREAMVIBE_POOLER_URL is not set and no local stack is running; see .env.example",
  );
  Deno.exit(2);
}
const { settings, jobs } = (() => {
  try {
    const settings = readSettings(environment);
    return { settings, jobs: settings.of(JOBS) };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
})();
const worker_id = `worker:${Deno.hostname()}:${Deno.pid}:${crypto.randomUUID().slice(0, 8)}`;
const log = createLogger({ level: settings.LOG_LEVEL, fields: { worker_id } });
// LISTEN needs its own session anyway, so the URL is never a transaction pooler's and prepared statements can be used.
const admin = createAdmin(settings, { prepared: true });
const worker = new Worker({
  context: {
    admin,
    settings,
    fetch,
    now: () => new Date(),
    request_id: worker_id,
    log,
  },
  queue: queueOf(admin, {
    worker_id,
    lease_seconds: jobs.JOB_LEASE_SECONDS,
    handlers: Object.keys(HANDLERS),
  }),
  handlers: HANDLERS,
  concurrency: concurrency || jobs.JOB_CONCURRENCY,
  lease_seconds: jobs.JOB_LEASE_SECONDS,
  deadline: null,
  grace_ms: grace * 1_000,
});

/** Time after the grace time to return remaining jobs and sign off, before the worker exits although the database does not respond. */
const LEAVE_MS = 4_000;

let asked = 0;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    if (++asked > 1) Deno.exit(130);
    log.info("stopping", { signal });
    worker.stop();
    const silence = setTimeout(() => {
      log.error("stopped without the database: others take up what was under way when its lease has run out");
      Deno.exit(1);
    }, grace * 1_000 + LEAVE_MS);
    Deno.unrefTimer(silence);
  });
}

// Polling every few seconds covers what is missed while the listener is disconnected.
const listener = listenTo("job_ready", {
  url,
  application_name: worker_id,
  wake: () => worker.wake(),
  lost: (error) => log.warn("the worker cannot listen; it polls", { error }),
});
// Scheduled posts wait in their own table and become jobs when they are due: a worker checks every second, cron every minute.
const due = setInterval(() => {
  admin.call("enqueue_due_posts", {}).then(
    (created) => created > 0 && worker.wake(),
    (error) => log.warn("due posts cannot be looked for", { error }),
  );
}, 1_000);
// Preloads the publishing code, so that the first due post does not wait for it. An error in that code shows up with the job.
await HANDLERS.publish_account?.().catch(() => {});
log.info("taking jobs", { handlers: Object.keys(HANDLERS) });
const tally = await worker.run(true);
clearInterval(due);
log.info("stopped", { ...tally });
await Promise.all([listener.stop(), closeConnections()]);
