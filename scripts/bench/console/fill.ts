/**
 * Fills a database with as much data as the console must handle: by default 5,000,000 jobs, 1,000,000 items, 100,000 people with one account
 * each, and related rows (plans, ledgers, costs, webhooks, calls, cron runs, the audit log). It bypasses triggers and foreign keys, so it
 * takes minutes instead of hours: use it only for disposable databases.
 *
 *     deno run -A scripts/bench/console/fill.ts --db-url postgres://… [--share 0.01]
 */
import { parseArgs } from "node:util";
import postgres from "postgres";
import { fillCreator } from "./creator.ts";

export const SIZES = {
  people: 100_000,
  items: 1_000_000,
  jobs: 5_000_000,
  calls: 100_000,
  entries: 500_000,
  events: 200_000,
} as const;
const CHUNK = 250_000;

/** Ids are derived from numbers, so that rows can refer to each other without a lookup. */
const person = (n: string) => `md5('person' || ${n})::uuid`;
const account = (n: string) => `md5('account' || ${n})::uuid`;

/** Fills the database. The people have no passwords, since nobody signs in as them. */
export async function fillConsole(
  sql: postgres.Sql,
  share = 1,
  log: (line: string) => void = () => {},
): Promise<void> {
  const size = (name: keyof typeof SIZES) => Math.max(1, Math.round(SIZES[name] * share));
  const people = size("people");
  const one = await sql.reserve();
  const insert = async (name: string, rows: number, statement: (from: number, to: number) => string) => {
    const start = performance.now();
    for (let from = 1; from <= rows; from += CHUNK) {
      await one.unsafe(statement(from, Math.min(rows, from + CHUNK - 1)));
    }
    log(`${name}: ${rows} rows in ${((performance.now() - start) / 1_000).toFixed(1)} s`);
  };
  try {
    await one.unsafe("set session_replication_role = replica; set synchronous_commit = off; set jit = off")
      .simple();
    const series = (from: number, to: number) => `generate_series(${from}, ${to}) as n`;
    await insert("people", people, (from, to) => `
      with given as (select n, ${person("n")} as id, now() - n * interval '1 minute' as at from ${
      series(from, to)
    }),
      logins as (insert into auth.users (id, email) select id, 'person' || n || '@example.com' from given)
      insert into public.users (id, email, display_name, profile_slug, is_public, created_at)
      select id, 'person' || n || '@example.com', 'Person ' || n, 'person-' || n, n % 2 = 0, at from given`);
    await insert("plans", people, (from, to) => `
      insert into public.subscription (user_id, tier_id, status_id)
      select ${
      person("n")
    }, (select id from public.subscription_tier where slug = case when n % 10 = 0 then 'premium' when n % 4 = 0 then 'basic' else 'free' end),
        (select id from public.subscription_status where slug = 'active') from ${series(from, to)}`);
    await insert("connections", people, (from, to) => `
      insert into public.platform_connection (id, user_id, platform_id, vault_secret_name, token_expires_at, refresh_failures, created_at)
      select ${account("n")}, ${
      person("n")
    }, (select id from public.platform order by sort_order offset n % 5 limit 1), 'streamvibe/connection/' || n,
        now() + interval '30 days', case when n % 5000 = 0 then 4 else 0 end, now() - n * interval '1 minute' from ${
      series(from, to)
    }`);
    await insert("accounts", people, (from, to) => `
      insert into public.social_account (id, user_id, platform_id, connection_id, platform_account_id, username, status, sync_mode, last_error, created_at)
      select ${account("n")}, ${
      person("n")
    }, (select id from public.platform order by sort_order offset n % 5 limit 1), ${
      account("n")
    }, 'channel' || n,
        'channel' || n, case when n % 1000 = 0 then 'disconnected' else 'active' end, 'auto', case when n % 700 = 0 then 'It did not answer' end,
        now() - n * interval '1 minute' from ${series(from, to)}`);
    await insert("ledgers", people, (from, to) => `
      insert into ops.platform_window (social_account_id, platform, app, began_at, ends_at, used, planned_size)
      select ${
      account("n")
    }, 'instagram', 'app', now() - interval '30 minutes', now() + interval '30 minutes', n % 200, 200 from ${
      series(from, to)
    }`);
    await insert("items", size("items"), (from, to) => `
      insert into public.content_item (id, user_id, social_account_id, platform_content_id, title, views_count, published_at)
      select md5('item' || n)::uuid, ${person(`n % ${people} + 1`)}, ${
      account(`n % ${people} + 1`)
    }, 'video' || n, 'Video ' || n, n % 100000,
        now() - n * interval '1 minute' from ${series(from, to)}`);
    const jobs = size("jobs");
    await insert("jobs", jobs, (from, to) => `
      insert into public.job_queue (id, user_id, job_type, handler, params, dedupe_hash, max_attempts, status, progress_percent, attempts, error_code,
        error_message, run_at, created_at, started_at, finished_at, worker_id)
      select (lpad(to_hex(extract(epoch from at)::bigint * 1000 + n % 1000), 12, '0') || substr(md5('job' || n), 1, 20))::uuid,
        ${
      person(`n % ${people} + 1`)
    }, 'platform_sync', case n % 5 when 0 then 'sync_youtube' when 1 then 'sync_instagram' when 2 then 'sync_tiktok'
          when 3 then 'sync_facebook' else 'sync_twitter' end,
        jsonb_build_object('social_account_id', ${account(`n % ${people} + 1`)}), n, 5,
        case when n % 997 = 0 then 'failed' when n % 5003 = 0 then 'cancelled' else 'completed' end::public.job_status_enum,
        case when n % 997 = 0 or n % 5003 = 0 then 40 else 100 end, 1, case when n % 997 = 0 then 'provider_error' end,
        case when n % 997 = 0 then 'The platform did not answer' end, at, at, at, at + interval '3 seconds', 'worker'
      from (select n, now() - (${jobs} - n + 1) * interval '0.1 second' as at from ${
      series(from, to)
    }) as given`);
    await insert("dead letters", 1, () => `
      insert into ops.job_dead_letter (job_id, handler, error_code, failed_at) select id, handler, error_code, finished_at from public.job_queue where status = 'failed'`);
    await insert("open jobs", Math.round(jobs / 100), (from, to) => `
      with given as (
        insert into public.job_queue (user_id, job_type, handler, dedupe_hash, max_attempts, run_at)
        select ${person(`n % ${people} + 1`)}, 'platform_sync', 'sync_youtube', n, 5, 'infinity' from ${
      series(from, to)
    } returning id, user_id)
      insert into ops.job_ready (job_id, user_id, handler, is_limited, is_waiting, priority, run_at, max_attempts, timeout_seconds)
      select id, user_id, 'sync_youtube', false, true, 5, 'infinity', 5, 600 from given`);
    await insert("calls", size("calls"), (from, to) => `
      insert into ops.http_call (request_id, function_name, called_at, outcome, status_code, settled_at)
      select n, 'job-processor', now() - (${
      size("calls")
    } - n) * interval '6 seconds', case when n % 500 = 0 then 'failed' else 'ok' end, 200,
        now() - (${size("calls")} - n) * interval '6 seconds' from ${
      series(from, to)
    } on conflict do nothing`);
    await insert("cron runs", size("calls"), (from, to) => `
      insert into cron.job_run_details (jobid, runid, status, return_message, start_time, end_time)
      select (select min(jobid) from cron.job), n, case when n % 900 = 0 then 'failed' else 'succeeded' end, '1 row', now() - (${
      size("calls")
    } - n) * interval '6 seconds',
        now() from ${series(from, to)} on conflict do nothing`);
    await insert("audit log entries", size("entries"), (from, to) => `
      insert into public.audit_log (actor_id, user_id, action, created_at)
      select ${person("1")}, ${
      person(`n % ${people} + 1`)
    }, case when n % 1000 = 0 then 'role.granted' else 'account.connected' end,
        now() - (${size("entries")} - n) * interval '1 minute' from ${series(from, to)}`);
    await insert("events", size("events"), (from, to) => `
      insert into public.stripe_webhook_events (event_id, event_type, livemode, subject, status, due_at, processed_at, created_at)
      select 'evt_fill_' || n, 'invoice.paid', false, 'cus_' || n, case when n % 4000 = 0 then 'failed' else 'processed' end,
        case when n % 4000 = 0 then 'infinity' else now() end::timestamptz, now(), now() - n * interval '1 minute' from ${
      series(from, to)
    } on conflict do nothing`);
    await insert("costs", people, (from, to) => `
      insert into ops.ai_month (user_id, month, spent_cents) select ${
      person("n")
    }, date_trunc('month', now() - months * interval '1 month'), n % 500
      from ${series(from, to)}, generate_series(0, 2) as months`);
    await insert("counters", 1_440, (from, to) => `
      insert into ops.counter_minute (counter, at, total)
      select counter, date_trunc('minute', now()) - (1440 - n) * interval '1 minute', n * 100 from ${
      series(from, to)
    },
        unnest(array['requests', 'request_errors', 'jobs_completed', 'jobs_failed', 'provider_failed:youtube', 'provider_answered:youtube']) as counter
      on conflict do nothing`);
    await fillCreator(one, share, log);
    await one.unsafe("set session_replication_role = default").simple();
    await one.unsafe("analyze");
    // As autovacuum would: every search would have to read the pending entries of a word index.
    await one.unsafe("vacuum public.content_item, ops.click_daily");
  } finally {
    one.release();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { "db-url": { type: "string" }, share: { type: "string", default: "1" } },
  });
  const db_url = values["db-url"];
  const share = Number(values.share);
  if (!db_url || !(share > 0 && share <= 1)) {
    console.error("Usage: deno run -A scripts/bench/console/fill.ts --db-url postgres://… [--share 0.01]");
    Deno.exit(2);
  }
  const sql = postgres(db_url, { max: 1, onnotice: () => {} });
  await fillConsole(sql, share, console.log);
  await sql.end();
}
