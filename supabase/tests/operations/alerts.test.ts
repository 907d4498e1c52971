/**
 * Makes every alert fire and clear, in March 2020, so that data of other tests on the same stack lies in the future.
 * The sending of messages is tested in supabase/functions/tests/alerts.
 */
import assert from "node:assert/strict";
import { testDatabase } from "../../../scripts/test/stack.ts";
import { inTransaction, type Row, type TestContext } from "../support/context.ts";

const START = Date.parse("2020-03-10T12:00:00Z");
const at = (minutes: number) => `'${new Date(START + minutes * 60_000).toISOString()}'::timestamptz`;

/** Prevents concurrent evaluations, and deletes all known alerts. */
async function calm(world: TestContext): Promise<void> {
  await world.query("select pg_advisory_xact_lock(7210, 0)");
  await world.query("delete from ops.alert");
}

async function evaluate(world: TestContext, minute: number): Promise<void> {
  await world.query(`select ops.evaluate_alerts(${at(minute)})`);
}

/** Returns the kinds of events of an alert within the test's time. */
async function told(world: TestContext, name: string, subject = ""): Promise<string[]> {
  const rows = await world.query<{ kind: string }>(`
    select kind from ops.alert_event where name = '${name}' and subject = '${subject}' and created_at < '2020-12-31'
    order by created_at, kind`);
  return rows.map(({ kind }) => kind);
}

/** Sets a counter to `total` for every minute from 420 minutes before to 200 minutes after the start. */
const counter = (name: string, total: string) => `
  insert into ops.counter_minute (counter, at, total)
  select '${name}', ${
  at(0)
} + make_interval(mins => minute), ${total} from generate_series(-420, 200) as minute
  on conflict (counter, at) do update set total = excluded.total`;

const letters = (count: number, minute = -1) => `
  with job as (
    insert into public.job_queue (job_type, handler, dedupe_hash, max_attempts, status, finished_at, error_code, error_message)
    select 'platform_sync', 'sync_youtube', n, 1, 'failed', ${
  at(minute)
}, 'odd', 'It broke' from generate_series(1, ${count}) as n returning id)
  insert into ops.job_dead_letter (job_id, handler, failed_at) select id, 'sync_youtube', ${
  at(minute)
} from job`;

const ready = (columns: string, values: string) => `
  insert into ops.job_ready (job_id, handler, is_limited, priority, run_at, max_attempts, timeout_seconds${columns})
  values (gen_random_uuid(), 'sync_youtube', false, 5, ${at(-60)}, 3, 60${values})`;

const event = (due: string) => `
  insert into public.stripe_webhook_events (event_id, event_type, livemode, subject, status, due_at, created_at)
  values ('evt_' || gen_random_uuid(), 'invoice.paid', false, 'cus_1', 'failed', ${due}, ${at(-60)})`;

const target = (columns: string, values: string) => `
  with post as (insert into publishing.post (user_id, body) values ($owner, 'x') returning id)
  insert into publishing.post_target (post_id, user_id, social_account_id, platform, kind, due_at, created_at, updated_at, ${columns})
  select id, $owner, $account, 'youtube', 'text', ${at(-60)}, ${at(-60)}, ${at(-60)}, ${values} from post`;

const delivery = `
  with endpoint as (insert into publishing.webhook_endpoint (user_id, url, vault_secret_name)
    values ($owner, 'https://a.example', 'test/' || gen_random_uuid()) returning id)
  insert into publishing.webhook_delivery (endpoint_id, user_id, event, payload, next_at) select id, $owner, 'x', '{}', ${
  at(-60)
} from endpoint`;

const run = (kind: string, hours: number) => `
  insert into ops.backup_run (kind, archive, started_at, finished_at, proven_at)
  values ('${kind}', 'a', ${at(-hours * 60)}, ${at(-hours * 60)}, ${at(-hours * 60)})`;

const undelivered = (attempts: number) => `
  with event as (insert into ops.alert_event (name, subject, kind, severity, title, summary, began_at, created_at)
    values ('dead_letters', '', 'firing', 'warning', 'x', 'x', ${at(-60)}, ${at(-60)}) returning id)
  insert into ops.alert_delivery (event_id, channel, attempts, next_at, created_at, last_error)
  select id, 'slack', ${attempts}, ${at(-10)}, ${at(-60)}, 'it answered 404: no_service' from event`;

const threshold = (name: string, value: number) =>
  `update ops.alert_rule set threshold = ${value} where name = '${name}'`;

/** Statements that trigger an alert and resolve it; `subject` if the alert has one. */
interface Case {
  offence: string;
  repair: string;
  subject?: string;
  /** The alert uses the real clock. */
  real?: boolean;
}

const CASES: Record<string, Case> = {
  cron_failing: {
    subject: "keep-watch",
    offence: "update ops.cron_state set failures = 3, last_message = 'no' where jobname = 'keep-watch'",
    repair: "update ops.cron_state set failures = 0 where jobname = 'keep-watch'",
  },
  http_calls_failing: {
    subject: "test-function",
    offence:
      `insert into ops.http_call (request_id, function_name, called_at, outcome, status_code, settled_at)
      select -n, 'test-function', ${at(-10)}, 'failed', 500, ${at(-9)} from generate_series(1, 4) as n`,
    repair: "update ops.http_call set outcome = 'ok' where function_name = 'test-function'",
  },
  queue_stalled: {
    offence: ready("", ""),
    repair: `delete from ops.job_ready where run_at = ${at(-60)}`,
  },
  jobs_stuck: {
    offence: ready(", claimed_at, leased_until, fence", `, ${at(-60)}, ${at(-30)}, 1`),
    repair: `delete from ops.job_ready where run_at = ${at(-60)}`,
  },
  dead_letters: {
    offence: letters(1),
    repair: "delete from ops.job_dead_letter where failed_at < '2020-12-31'",
  },
  jobs_failing: {
    offence: `${counter("jobs_failed", "1000 + minute * 2")}; ${counter("jobs_completed", "5000")}`,
    repair: counter("jobs_completed", "5000 + (minute + 420) * 10"),
  },
  request_errors_fast: {
    offence: `${counter("requests", "100000 + minute * 100")}; ${
      counter("request_errors", "10000 + minute * 2")
    }`,
    repair: counter("request_errors", "10000"),
  },
  request_errors_slow: {
    offence: `${counter("requests", "100000 + minute * 100")}; ${
      counter("request_errors", "10000 + minute")
    }`,
    repair: counter("request_errors", "10000"),
  },
  provider_failing: {
    subject: "test-provider",
    offence:
      `insert into ops.provider_metric (provider, outcome, count, duration_ms_sum) values ('test-provider', 'failed', 1, 1);
      ${counter("provider_failed:test-provider", "1000 + minute * 2")}; ${
        counter("provider_answered:test-provider", "1000 + minute")
      }`,
    repair: counter("provider_failed:test-provider", "1000"),
  },
  provider_closed: {
    subject: "youtube",
    offence: `insert into ops.platform_window (platform, app, began_at, ends_at, closed_until)
      values ('youtube', 'test-app', ${at(-60)}, ${at(600)}, ${at(90)})`,
    repair: "update ops.platform_window set closed_until = null where app = 'test-app'",
  },
  provider_quota_low: {
    subject: "youtube",
    offence: `insert into ops.platform_window (platform, app, began_at, ends_at, used, planned_size)
      values ('youtube', 'test-app', ${at(-60)}, ${at(600)}, 90, 100)`,
    repair: "update ops.platform_window set planned_size = 100000 where app = 'test-app'",
  },
  token_refresh_failing: {
    offence:
      `insert into public.platform_connection (user_id, platform_id, vault_secret_name, refresh_failures, created_at)
      select $owner, platform.id, 'test/' || gen_random_uuid(), 3, ${
        at(-60)
      } from public.platform, generate_series(1, 4)`,
    repair: "update public.platform_connection set refresh_failures = 0 where created_at < '2020-12-31'",
  },
  token_refresh_late: {
    offence:
      `insert into public.platform_connection (user_id, platform_id, vault_secret_name, token_issued_at, token_expires_at)
      select $owner, platform.id, 'test/' || gen_random_uuid(), ${at(-3000)}, ${
        at(-1500)
      } from public.platform, generate_series(1, 4)`,
    repair: "update public.platform_connection set is_active = false where token_issued_at < '2020-12-31'",
  },
  ai_budget_low: {
    offence:
      "insert into ops.ai_month (user_id, month, spent_cents, warned_percent) values (null, '2020-03-01', 85, 80)",
    repair: "update ops.ai_month set warned_percent = 0 where month = '2020-03-01'",
  },
  ai_budget_spent: {
    offence:
      "insert into ops.ai_month (user_id, month, spent_cents, warned_percent) values (null, '2020-03-01', 100, 100)",
    repair: "update ops.ai_month set warned_percent = 0 where month = '2020-03-01'",
  },
  webhook_in_backlog: {
    subject: "stripe",
    offence: event(at(-30)),
    repair: "delete from public.stripe_webhook_events where created_at < '2020-12-31'",
  },
  webhook_in_failed: {
    subject: "stripe",
    offence: event("'infinity'"),
    repair: "delete from public.stripe_webhook_events where created_at < '2020-12-31'",
  },
  webhook_out_backlog: {
    offence: delivery,
    repair: "delete from publishing.webhook_delivery where next_at < '2020-12-31'",
  },
  mail_backlog: {
    offence: `insert into ops.mail (user_id, kind, attempts, created_at) values ($owner, 'receipt', 3, ${
      at(-90)
    })`,
    repair: `update ops.mail set sent_at = now() where created_at < '2020-12-31'`,
  },
  publishing_late: {
    offence: target("status, next_at", `'scheduled', ${at(-60)}`),
    repair: "delete from publishing.post where user_id = $owner",
  },
  publishing_needs_operator: {
    offence: target("status, error_message, who_must_act", "'failed', 'x', 'operator'"),
    repair: "delete from publishing.post where user_id = $owner",
  },
  erasure_late: {
    offence: `insert into ops.data_deletion (reported_by, person_key, requested_at, created_at)
      values ('Meta', 'k' || gen_random_uuid(), ${at(-2000)}, ${at(-2000)})`,
    repair: "update ops.data_deletion set completed_at = now() where created_at < '2020-12-31'",
  },
  backup_stale: { offence: run("backup", 30), repair: run("backup", 1) },
  restore_unproven: { offence: run("drill", 60), repair: run("drill", 1) },
  alerts_undelivered: {
    subject: "slack",
    offence: undelivered(3),
    repair: "delete from ops.alert_event where created_at < '2020-03-10 11:30+00'",
  },
  monitoring_blind: {
    subject: "providers",
    offence: "alter function ops.app_ledgers(timestamptz) rename to app_ledgers_gone",
    repair: "alter function ops.app_ledgers_gone(timestamptz) rename to app_ledgers",
  },
  cron_stuck: {
    real: true,
    offence: threshold("cron_stuck", -1000),
    repair: threshold("cron_stuck", 1000),
  },
  database_connections: {
    offence: threshold("database_connections", 0),
    repair: threshold("database_connections", 101),
  },
  transaction_ids: { offence: threshold("transaction_ids", 0), repair: threshold("transaction_ids", 2147) },
  long_transaction: {
    real: true,
    offence: threshold("long_transaction", -1000),
    repair: threshold("long_transaction", 100_000),
  },
};

Deno.test("every alert fires once when its problem occurs, and clears once when the problem is over", async (test) => {
  let rules: { name: string; for_minutes: number; clear_minutes: number }[] = [];
  await inTransaction(async (world) => {
    rules = await world.query("select name, for_minutes, clear_minutes from ops.alert_rule order by name");
  });
  assert.deepEqual(
    Object.keys(CASES).toSorted(),
    rules.map(({ name }) => name),
    "add a case here for each new rule",
  );
  for (const { name, for_minutes, clear_minutes } of rules) {
    const { offence, repair, subject = "", real } = CASES[name] ?? assert.fail(name);
    await test.step(name, async () => {
      // An open transaction for long_transaction to find.
      await using other = await testDatabase({ max: 1 }).then((sql) => ({
        sql,
        [Symbol.asyncDispose]: () => sql.end(),
      }));
      if (name === "long_transaction") await other.sql.unsafe("begin; select 1").simple();
      await inTransaction(async (world) => {
        await calm(world);
        const look = real
          ? () => world.query("select ops.evaluate_alerts()")
          : (minute: number) => evaluate(world, minute);
        const history = async () =>
          real
            ? (await world.query<{ kind: string }>(`select kind from ops.alert_event where name = '${name}'
              and created_at >= now() order by kind`)).map(({ kind }) => kind)
            : await told(world, name, subject);
        const isThere = () =>
          world.query(`select from ops.alert where name = '${name}' and subject = '${subject}'`);
        await look(-1);
        assert.deepEqual(await history(), [], "nothing is wrong yet");
        for (const statement of offence.split("; ")) await world.query(statement);
        await look(0);
        assert.equal((await isThere()).length, 1, "the problem is found");
        if (real) {
          // now() is constant within a transaction, so no waiting time can pass.
          if (for_minutes === 0) assert.deepEqual(await history(), ["firing"]);
          await world.query(repair);
          const [found] = await world.query<{ found: boolean }>(
            `select exists (select from ops.find_problems() where name = '${name}') as found`,
          );
          assert.equal(found?.found, false);
          return;
        }
        for (let minute = 1; minute <= for_minutes + 2; minute++) await look(minute);
        assert.deepEqual(await history(), ["firing"], "it fires once");
        for (const statement of repair.split("; ")) await world.query(statement);
        for (let minute = for_minutes + 3; minute <= for_minutes + clear_minutes + 45; minute += 5) {
          await look(minute);
        }
        assert.deepEqual(await history(), ["firing", "resolved"], "it is resolved once");
        assert.equal((await isThere()).length, 0);
      });
    });
  }
});

Deno.test("10,000 failed jobs cause one message, and one reminder a day while they remain", async () => {
  await inTransaction(async (world) => {
    await calm(world);
    for (let minute = 0; minute < 10; minute++) {
      await world.query(letters(1_000, minute));
      await evaluate(world, minute);
    }
    assert.deepEqual(await told(world, "dead_letters"), ["firing"]);
    const [alert] = await world.query<{ value: string; summary: string; place: Row }>(
      "select value, summary, place from ops.alert where name = 'dead_letters'",
    );
    assert.equal(Number(alert?.value), 10_000);
    assert.match(
      alert?.summary ?? "",
      /^10000 jobs have failed for good; most of the latest are sync_youtube$/,
    );
    for (const minute of [600, 1_200, 1_441, 1_500]) await evaluate(world, minute);
    assert.deepEqual(await told(world, "dead_letters"), ["firing", "reminder"]);
    await world.query(`update ops.alert set silenced_until = ${at(10_000)}`);
    for (const minute of [2_900, 5_000]) await evaluate(world, minute);
    assert.deepEqual(await told(world, "dead_letters"), ["firing", "reminder"], "silenced");
    await world.query("delete from ops.job_dead_letter where failed_at < '2020-12-31'");
    for (const minute of [5_001, 5_010]) await evaluate(world, minute);
    assert.deepEqual(
      await told(world, "dead_letters"),
      ["firing", "reminder", "resolved"],
      "the end is reported",
    );
  });
});

Deno.test("a problem that ends within its waiting time does not fire; one that returns at once is the same alert", async () => {
  await inTransaction(async (world) => {
    await calm(world);
    await world.query(threshold("database_connections", 0));
    await evaluate(world, 0);
    await world.query(threshold("database_connections", 101));
    for (const minute of [1, 2, 3, 10]) await evaluate(world, minute);
    assert.deepEqual(await told(world, "database_connections"), []);
    for (let minute = 20; minute < 60; minute++) {
      await world.query(threshold("database_connections", minute > 24 && minute % 4 === 0 ? 101 : 0));
      await evaluate(world, minute);
    }
    assert.deepEqual(await told(world, "database_connections"), ["firing"]);
  });
});

Deno.test("a disabled rule resolves its alert, and an operator can change its threshold", async () => {
  await inTransaction(async (world) => {
    await calm(world);
    await world.query(letters(3));
    await world.query(threshold("dead_letters", 4));
    await evaluate(world, 0);
    assert.deepEqual(await told(world, "dead_letters"), []);
    await world.query(threshold("dead_letters", 3));
    await evaluate(world, 1);
    await world.query("update ops.alert_rule set is_enabled = false where name = 'dead_letters'");
    await evaluate(world, 2);
    assert.deepEqual(await told(world, "dead_letters"), ["firing", "resolved"]);
  });
});

Deno.test("every cron job has a recorded state", async () => {
  await inTransaction(async (world) => {
    await calm(world);
    const [state] = await world.query<{ jobname: string; last_started_at: Date | null }>(
      "select jobname, last_started_at from ops.cron_state where jobname = 'keep-watch'",
    );
    if (!state) await world.query("select ops.keep_cron_state(now())");
    const [known] = await world.query<{ jobs: number; known: number }>(`
      select (select count(*)::integer from cron.job) as jobs, (select count(*)::integer from ops.cron_state) as known`);
    assert.equal(known?.known, known?.jobs);
  });
});

Deno.test("the console shows a firing alert, and only admins can silence it, for a limited time", async () => {
  await inTransaction(async (world) => {
    await calm(world);
    await world.query(letters(1));
    await world.query(`update ops.alert_run set evaluated_at = ${at(0)}`);
    await evaluate(world, 0);
    const overview = await world.value<{ problems: Row[] }>("select public.admin_overview()", "admin");
    const shown = overview.problems.find(({ alert }) => alert === "dead_letters");
    assert.deepEqual([shown?.status, shown?.runbook, (shown?.place as Row).page], [
      "firing",
      "alert-dead-letters",
      "dead_letters",
    ]);
    await world.perform(
      "admin",
      "select public.silence_alert('dead_letters', '', now() + interval '1 hour')",
    );
    assert.equal(await world.refused("moderator", "select public.silence_alert('dead_letters')"), "SVG02");
    assert.equal(await world.refused("admin", "select public.silence_alert('unheard_of')"), "SVG03");
    assert.equal(
      await world.refused(
        "admin",
        "select public.silence_alert('dead_letters', '', now() + interval '1 year')",
      ),
      "SVG01",
    );
    const list = await world.value<{ items: Row[]; now: Row[]; rules: Row[] }>(
      `select public.admin_list_alerts('{"alert": "dead_letters"}')`,
      "moderator",
    );
    assert.ok(list.items.length >= 1 && list.rules.length === Object.keys(CASES).length);
    assert.ok(list.now.some(({ alert, silenced_until }) => alert === "dead_letters" && silenced_until));
  });
});
