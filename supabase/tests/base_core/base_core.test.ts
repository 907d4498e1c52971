/** Module 000: the functions that the kernel, cron and staff use. */
import assert from "node:assert/strict";
import { testDatabase } from "../../../scripts/test/stack.ts";
import { refusal, test, withPerson } from "../support/context.ts";

Deno.test("the rate limiter allows exactly its limit, whatever the concurrency", async () => {
  const sql = await testDatabase({ max: 30, fetch_types: false });
  const key = `test:${crypto.randomUUID()}`;
  try {
    const answers = await Promise.all(
      Array.from(
        { length: 300 },
        () =>
          sql<
            { allowed: boolean; remaining: number; reset_seconds: number }[]
          >`select * from check_rate_limit(${key}, 100, 60)`
            .then(([row]) => row),
      ),
    );
    const allowed = answers.filter((answer) => answer?.allowed);
    assert.equal(allowed.length, 100);
    assert.deepEqual(
      new Set(allowed.map((a) => a?.remaining)).size,
      100,
      "each call sees a different number of remaining hits",
    );
    assert.ok(answers.every((a) => a && a.reset_seconds >= 1 && a.reset_seconds <= 60));
    const [row] = await sql`select hits from ops.rate_limit where key = ${key}`;
    assert.equal(row?.hits, 100, "rejections are not counted");
  } finally {
    await sql`delete from ops.rate_limit where key = ${key}`;
    await sql.end();
  }
});

test("a rejection writes nothing; a new window starts with all units; each key has its own window", async (db) => {
  const check = async (key: string, limit: number) => {
    const [row] = await db.query(`select allowed, remaining from check_rate_limit('${key}', ${limit}, 60)`);
    return row;
  };
  const key = `test:${crypto.randomUUID()}`;
  assert.deepEqual(await check(key, 2), { allowed: true, remaining: 1 });
  assert.deepEqual(await check(key, 2), { allowed: true, remaining: 0 });
  const version = `select xmin::text || ctid::text from ops.rate_limit where key = '${key}'`;
  const before = await db.value(version);
  assert.deepEqual(await check(key, 2), { allowed: false, remaining: 0 });
  assert.equal(await db.value(version), before);
  assert.deepEqual(await check(`${key}:other`, 2), { allowed: true, remaining: 1 });
  await db.query(`update ops.rate_limit set window_ends = now() - interval '1 second' where key = '${key}'`);
  assert.deepEqual(await check(key, 2), { allowed: true, remaining: 1 });
  assert.deepEqual(await check(`${key}:closed`, 0), { allowed: false, remaining: 0 });
});

test("the limiter's table prunes itself", async (db) => {
  const run = crypto.randomUUID();
  await db.query(`insert into ops.rate_limit (key, window_ends, hits)
    select 'dead:${run}:' || i, now() - interval '1 year' - i * interval '1 second', 1 from generate_series(1, 40) as i`);
  // One new window in sixteen deletes up to 64 expired ones; the probability that 600 windows leave one is 10⁻¹⁷.
  await db.query(`select check_rate_limit('new:${run}:' || i, 5, 60) from generate_series(1, 600) as i`);
  assert.equal(
    await db.value(`select count(*)::integer from ops.rate_limit where key like 'dead:${run}:%'`),
    0,
  );
  assert.equal(
    await db.value(`select count(*)::integer from ops.rate_limit where key like 'new:${run}:%'`),
    600,
  );
});

Deno.test("hits that are counted in one call are granted up to the limit, and no further", async () => {
  const sql = await testDatabase({ max: 20 });
  const run = crypto.randomUUID();
  const keys = ["a", "b", "c", "d"].map((name) => `test:${run}:${name}`);
  try {
    // Every call names the keys in a different order; the calls must not deadlock.
    const calls = Array.from({ length: 120 }, (_, call) => keys.map((_, place) => keys[(place + call) % 4]));
    const rows = (await Promise.all(calls.map((order) =>
      sql<
        { place: number; granted: number; remaining: number }[]
      >`select * from check_rate_limits(${order as string[]}, array[100, 100, 100, 100], array[60, 60, 60, 60], array[3, 3, 3, 3])`
    ))).flatMap((answers, call) => answers.map((row) => ({ ...row, key: calls[call]?.[row.place - 1] })));
    for (const key of keys) {
      const granted = rows.filter((row) => row.key === key).map((row) => row.granted);
      assert.equal(granted.length, 120);
      assert.equal(granted.reduce((sum, one) => sum + one, 0), 100);
      assert.deepEqual(
        new Set(granted),
        new Set([3, 1, 0]),
        "the last call within the limit gets the one hit that is left",
      );
    }
    const hits = await sql<{ hits: number }[]>`select hits from ops.rate_limit where key = any (${keys})`;
    assert.deepEqual(hits.map((row) => row.hits), [100, 100, 100, 100]);
    // More hits than the limit in one call, in an expired window and in a new one.
    await sql`update ops.rate_limit set window_ends = now() - interval '1 second' where key = ${
      keys[0] ?? ""
    }`;
    const [ended] = await sql`select * from check_rate_limits(array[${
      keys[0] ?? ""
    }], array[5], array[60], array[9])`;
    const [fresh] = await sql`select * from check_rate_limits(array[${`${
      keys[0]
    }:new`}], array[5], array[60], array[9])`;
    assert.deepEqual([ended?.granted, ended?.remaining, fresh?.granted, fresh?.remaining], [5, 0, 5, 0]);
  } finally {
    await sql`delete from ops.rate_limit where key like ${`test:${run}:%`}`;
    await sql.end();
  }
});

test("an idempotency key starts one request, replays it for the same body, and is refused for a different body", async (db) => {
  const scope = crypto.randomUUID();
  const admit = (hash: string) =>
    db.value<Record<string, unknown>>(
      `select admit_request(null, 0, 0, '${scope}', 'key', '${hash}') -> 'idempotency'`,
    );
  assert.equal((await admit("a")).state, "started");
  assert.equal((await admit("a")).state, "in_progress");
  assert.equal((await admit("b")).state, "mismatch");
  await db.query(`select finish_request('${scope}', 'key', 201, '{"z":1,"id":{"b":1.0,"a":2}}')`);
  await db.query(`select finish_request('${scope}', 'key', 500, '{"late": true}')`);
  assert.deepEqual(await admit("a"), {
    state: "replayed",
    status: 201,
    body: '{"z":1,"id":{"b":1.0,"a":2}}',
  });
  assert.equal((await admit("b")).state, "mismatch");
  // After a day the key can be used again.
  await db.query(`update ops.idempotency set expires_at = now() where scope = '${scope}'`);
  assert.equal((await admit("b")).state, "started");
  // A failed attempt is forgotten; an expired one is taken over.
  await db.query(`select finish_request('${scope}', 'key', null)`);
  assert.equal((await admit("a")).state, "started");
  await db.query(`update ops.idempotency set expires_at = now() where scope = '${scope}'`);
  assert.equal((await admit("a")).state, "started");
});

Deno.test("of fifty requests with one idempotency key, exactly one starts", async () => {
  const sql = await testDatabase({ max: 20, fetch_types: false });
  const scope = crypto.randomUUID();
  try {
    const states = await Promise.all(
      Array.from(
        { length: 50 },
        () =>
          sql<
            { state: string }[]
          >`select admit_request(null, 0, 0, ${scope}, 'key', 'hash') -> 'idempotency' ->> 'state' as state`
            .then(([row]) => row?.state),
      ),
    );
    assert.equal(states.filter((state) => state === "started").length, 1);
    assert.equal(states.filter((state) => state === "in_progress").length, 49);
  } finally {
    await sql`delete from ops.idempotency where scope = ${scope}`;
    await sql.end();
  }
});

test("a rate-limited request does not use up its idempotency key", async (db) => {
  const scope = crypto.randomUUID();
  const admit = () =>
    db.value<Record<string, unknown>>(`select admit_request('${scope}', 1, 60, '${scope}', 'key', 'a')`);
  await db.query(`select check_rate_limit('${scope}', 1, 60)`);
  const refused = await admit();
  assert.equal(refused.allowed, false);
  assert.equal(refused.idempotency, null);
  await db.query(`delete from ops.rate_limit where key = '${scope}'`);
  assert.deepEqual((await admit()).idempotency, { state: "started", status: null, body: null });
});

test("metrics of many isolates add up", async (db) => {
  const name = `test-${crypto.randomUUID()}`;
  const sample = (count: number, buckets: number[]) =>
    db.query(
      `select record_request_metrics('${
        JSON.stringify([{ function: name, status: 200, count, duration_ms_sum: count * 1.5, buckets }])
      }')`,
    );
  await sample(3, [1, 2, 0]);
  await sample(4, [0, 3, 1]);
  const all = await db.value<Record<string, unknown>[]>("select read_request_metrics()");
  assert.deepEqual(all.find((metric) => metric.function === name), {
    function: name,
    status: 200,
    count: 7,
    duration_ms_sum: 10.5,
    buckets: [1, 5, 1],
  });
});

test("check_health reports what works and what is not provisioned", async (db) => {
  const health = await db.value<Record<string, string>>("select check_health()", "service");
  assert.deepEqual(Object.keys(health).sort(), ["cron", "database", "queue", "vault"]);
  assert.equal(health.database, "ok");
  await db.query("delete from vault.secrets where name = 'cron_secret_key'");
  assert.equal((await db.value<Record<string, string>>("select check_health()", "service")).vault, "unset");
});

test("admins set roles and plans, moderators hide creators, other users can do neither; the audit log records it", async (db) => {
  const { owner, other, moderator, admin } = db.people;
  const calls = {
    role: `select set_user_role('${owner}', 'moderator')`,
    plan: `select set_user_plan('${owner}', 'premium')`,
    hide: `select set_creator_hidden('${owner}', true, 'Spam')`,
    find: `select * from find_users('${owner}')`,
  };
  const allowed = async (actor: "anon" | "other" | "moderator" | "admin" | "service") => {
    const outcomes: Record<string, string | number> = {};
    for (const [name, call] of Object.entries(calls)) {
      const { code, count } = await db.attempt(actor, call);
      outcomes[name] = code ?? count;
    }
    return outcomes;
  };
  assert.deepEqual(await allowed("anon"), { role: "42501", plan: "42501", hide: "42501", find: "42501" });
  assert.deepEqual(await allowed("other"), { role: "SVG02", plan: "SVG02", hide: "SVG02", find: "SVG02" });
  assert.deepEqual(await allowed("moderator"), { role: "SVG02", plan: "SVG02", hide: 1, find: 1 });
  assert.deepEqual(await allowed("admin"), { role: 1, plan: 1, hide: 1, find: 1 });
  assert.deepEqual(await allowed("service"), { role: 1, plan: 1, hide: 1, find: 1 });

  await db.perform("admin", calls.role);
  await db.perform("admin", calls.plan);
  await db.perform("moderator", calls.hide);
  const [found] = await db.perform("admin", calls.find);
  assert.deepEqual([found?.roles, found?.tier], [["user", "moderator"], "premium"]);
  const log = await db.perform(
    "admin",
    `select action, actor_id from audit_log where user_id = '${owner}' order by id`,
  );
  assert.deepEqual(log, [
    { action: "role.granted", actor_id: admin },
    { action: "plan.changed", actor_id: admin },
    { action: "creator.hidden", actor_id: moderator },
  ]);
  assert.equal(await db.value(`select hidden_reason from users where id = '${owner}'`), "Spam");
  await db.perform("moderator", `select set_creator_hidden('${owner}', false)`);
  assert.equal(await db.value(`select hidden_at from users where id = '${owner}'`), null);

  assert.equal(await db.refused("admin", `select set_user_role('${other}', 'user', false)`), "SVG01");
  assert.equal(
    await db.refused("admin", `select set_user_role('${crypto.randomUUID()}', 'moderator')`),
    "SVG03",
  );
  assert.equal(await db.refused("admin", `select set_user_plan('${owner}', 'nonsense')`), "SVG03");
  await db.query(`delete from user_role where role = 'admin' and user_id <> '${admin}'`);
  assert.equal(
    await db.refused("admin", `select set_user_role('${admin}', 'admin', false)`),
    "SVG01",
    "the last admin",
  );
  await db.perform("admin", `select set_user_role('${other}', 'admin')`);
  assert.equal(await db.refused("admin", `select set_user_role('${admin}', 'admin', false)`), undefined);
});

Deno.test("of two admins who revoke each other at the same moment, one stays admin", async () => {
  await withPerson(async ({ id, sql }) => {
    await withPerson(async ({ id: second }) => {
      const others = await sql`select user_id from user_role where role = 'admin'`;
      // Other admins in this database would make the race harmless, so it is tested only if there are none.
      if (others.length > 0) return;
      await sql`insert into user_role (user_id, role) values (${id}, 'admin'), (${second}, 'admin')`;
      const refusals = await Promise.all(
        [id, second].map((admin) => refusal(sql`select ops.set_user_role(${admin}, 'admin', false)`)),
      );
      assert.deepEqual(refusals.filter(Boolean), ["SVG01"]);
    }, 2);
  }, 4);
});

test("the key for cron's calls comes from Vault, and a missing key is an error", async (db) => {
  await db.query(`delete from vault.secrets where name in ('project_url', 'cron_secret_key')`);
  const unset = await db.attempt("operator", "select ops.invoke_edge_function('health')");
  assert.match(unset.message ?? "", /Vault needs the secrets/);
  const key = `sb_secret_${crypto.randomUUID()}`;
  await db.query(
    `select vault.create_secret('https://example.com/', 'project_url'), vault.create_secret('${key}', 'cron_secret_key')`,
  );
  const id = await db.value("select ops.invoke_edge_function('refresh-oauth-tokens', '{\"a\": 1}')");
  const [request] = await db.query(
    `select url, headers ->> 'apikey' as key, convert_from(body, 'UTF8') as body, timeout_milliseconds from net.http_request_queue where id = ${id}`,
  );
  assert.deepEqual(request, {
    url: "https://example.com/functions/v1/refresh-oauth-tokens",
    key,
    body: '{"a": 1}',
    timeout_milliseconds: 60000,
  });
  const jobs = await db.query<{ command: string }>("select command from cron.job");
  assert.ok(jobs.length >= 5 && jobs.every(({ command }) => !/sb_|eyJ|https?:/.test(command)));
});

test("failed and unanswered calls are detected, and admins are notified once an hour", async (db) => {
  const { admin } = db.people;
  await db.query(`
    insert into ops.http_call (request_id, function_name, called_at) values
      (-1, 'good', now() - interval '1 minute'), (-2, 'bad', now() - interval '1 minute'),
      (-3, 'lost', now() - interval '20 minutes'), (-4, 'under-way', now() - interval '1 minute'), (-5, 'bad', now() - interval '1 minute');
    insert into net._http_response (id, status_code, timed_out, error_msg) values
      (-1, 200, false, null), (-2, 503, false, null), (-5, null, true, 'Timeout');`);
  assert.ok(await db.value<number>("select ops.reconcile_http_calls()") >= 4);
  const calls = await db.query(
    "select request_id::integer as id, outcome from ops.http_call where request_id < 0 order by request_id",
  );
  assert.deepEqual(calls, [
    { id: -5, outcome: "failed" },
    { id: -4, outcome: null },
    { id: -3, outcome: "missing" },
    { id: -2, outcome: "failed" },
    { id: -1, outcome: "ok" },
  ]);
  const told =
    `select data ->> 'function' as function from notification where user_id = '${admin}' and type = 'error' order by 1`;
  assert.deepEqual(await db.query(told), [{ function: "bad" }, { function: "lost" }]);
  await db.query(
    `insert into ops.http_call (request_id, function_name, called_at) values (-6, 'lost', now() - interval '20 minutes')`,
  );
  await db.query("select ops.reconcile_http_calls()");
  assert.equal((await db.query(told)).length, 2);
});

test("a cache invalidation is deleted only 15 minutes after its commit was seen", async (db) => {
  const tag = `test:${crypto.randomUUID()}`;
  const left = () => db.value(`select count(*)::integer from ops.cache_change where tag = '${tag}'`);
  await db.query(`select public.forget_cached(array['${tag}', '${tag}'])`);
  assert.equal(await left(), 1);
  await db.query(
    "select ops.cleanup_expired_cache(); update ops.cache_change set settled_at = settled_at - interval '14 minutes'",
  );
  await db.query("select ops.cleanup_expired_cache()");
  assert.equal(await left(), 1);
  await db.query("update ops.cache_change set settled_at = settled_at - interval '2 minutes'");
  await db.query("select ops.cleanup_expired_cache()");
  assert.equal(await left(), 0);
});

test("expired cache entries and old cron history are deleted; the rest stays", async (db) => {
  const run = crypto.randomUUID();
  await db.query(`insert into cache_store (key, value, expires_at) values
    ('${run}:old', '1', now() - interval '1 second'), ('${run}:new', '1', now() + interval '1 hour'), ('${run}:ever', '1', null)`);
  await db.query("select ops.cleanup_expired_cache()");
  assert.deepEqual(await db.query(`select key from cache_store where key like '${run}%' order by key`), [
    { key: `${run}:ever` },
    { key: `${run}:new` },
  ]);
  await db.query(
    `insert into cron.job_run_details (jobid, runid, start_time) values (-1, -1, now() - interval '8 days'), (-1, -2, now())`,
  );
  await db.query("select ops.purge_cron_history()");
  assert.deepEqual(await db.query("select runid::integer from cron.job_run_details where jobid = -1"), [{
    runid: -2,
  }]);
});

test("tables and functions that a later migration creates are closed by default", async (db) => {
  await db.query(`create table public.later (id integer primary key);
    create function public.later_function() returns integer language sql set search_path = '' as 'select 1'`);
  for (const actor of ["anon", "owner", "service"] as const) {
    assert.equal(await db.refused(actor, "select from public.later"), "42501");
    assert.equal(await db.refused(actor, "select public.later_function()"), "42501");
  }
});
