/** A worker for the chaos test: the product's own loop with one handler that leaves a mark and sometimes fails, and with a clock that may be wrong. */
import { createAdmin } from "../../supabase/functions/_shared/database/database.ts";
import { callDirectly } from "../../supabase/functions/_shared/database/pooler.ts";
import type { Handler } from "../../supabase/functions/_shared/jobs/job.ts";
import { queueOf } from "../../supabase/functions/_shared/jobs/queue.ts";
import { Worker } from "../../supabase/functions/_shared/jobs/worker.ts";
import { createLogger } from "../../supabase/functions/_shared/observability/log.ts";
import { readSettings } from "../../supabase/functions/_shared/settings/settings.ts";

const LEASE_SECONDS = 2;
const [url = "", clock_error = "0"] = Deno.args;
const settings = readSettings({
  SUPABASE_URL: "http://127.0.0.1:1",
  STREAMVIBE_POOLER_URL: url,
  DATABASE_TIMEOUT_MS: "3000",
});
const admin = createAdmin(settings);

const leaveMark: Handler = async ({ job }) => {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
  await callDirectly(url, settings, "chaos_mark", { p_job_id: job.job_id, p_fence: job.fence });
  // The worst moment to fail: the effect is applied, but not yet reported.
  if (Math.random() < 0.03) throw new Error("an error of the handler itself");
  return { result: { marked: true } };
};

const worker_id = `chaos:${Deno.pid}:${crypto.randomUUID()}`;
const worker = new Worker({
  context: {
    admin,
    settings,
    fetch,
    now: () => new Date(Date.now() + Number(clock_error)),
    request_id: worker_id,
    log: createLogger({ level: "silent" }),
  },
  queue: queueOf(admin, {
    worker_id,
    lease_seconds: LEASE_SECONDS,
    handlers: ["chaos"],
  }),
  handlers: { chaos: () => Promise.resolve(leaveMark) },
  concurrency: 5,
  lease_seconds: LEASE_SECONDS,
  deadline: null,
  grace_ms: 1_000,
});
Deno.addSignalListener("SIGTERM", () => worker.stop());
await worker.run(true);
Deno.exit(0);
