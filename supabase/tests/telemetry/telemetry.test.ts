/** Tests usage events and observations: what is stored, for how long, who can read it, and that histograms add up. */
import assert from "node:assert/strict";
import { LATENCY_BOUNDS_MS } from "../../functions/_shared/observability/observations.ts";
import { inTransaction, test, type TestContext } from "../support/context.ts";

const log = (event: string, properties: Record<string, unknown> = {}) =>
  `select public.log_usage_event_v2('${event}', '${JSON.stringify(properties)}')`;

test("events contain only codes and numbers: text and email addresses are refused", async (db) => {
  assert.equal(await db.value(log("feed.opened", { items: 20, source: "home", is_first: true }), "owner"), 1);
  for (
    const [event, properties] of [
      ["Feed opened", {}],
      ["feed.opened", { note: "I like this video" }],
      ["feed.opened", { who: "robin@example.com" }],
      ["feed.opened", { nested: { a: 1 } }],
      ["feed.opened", { list: [1] }],
      ["feed.opened", { "A B": 1 }],
      ["feed.opened", { long: "x".repeat(65) }],
    ] as const
  ) assert.equal(await db.refused("owner", log(event, properties)), "SVG01", JSON.stringify(properties));
  assert.equal(await db.refused("anon", log("feed.opened")), "42501");
});

test("users read only their own events, and write events only through the function", async (db) => {
  await db.query("select set_config('request.jwt.claims', '', true)");
  await db.perform("owner", log("feed.opened"));
  const read = (actor: "owner" | "other" | "admin") =>
    db.value("select count(*)::int from telemetry.usage_events where user_id = $owner", actor);
  assert.equal(await read("owner"), 1);
  assert.equal(await read("other"), 0);
  assert.equal(await read("admin"), 0);
  assert.equal(
    await db.refused("owner", "insert into telemetry.usage_events (user_id, event) values ($owner, 'x')"),
    "42501",
  );
  assert.equal(await db.refused("anon", "select from telemetry.usage_events"), "42501");
  assert.equal(await db.refused("owner", "select from telemetry.rpc_observations"), "42501");
  await db.query("delete from auth.users where id = $owner");
  assert.equal(await db.value("select count(*)::int from telemetry.usage_events where user_id = $owner"), 0);
});

test("an event's time is at most an hour ago and never in the future, whatever the app's clock says", async (db) => {
  await db.query(
    `select public.log_usage($owner, null, '[{"event": "a", "ago_ms": 60000}, {"event": "b", "ago_ms": 1e300}, {"event": "c", "ago_ms": -5000}]')`,
  );
  const rows = await db.query<{ event: string; ago: number }>(
    "select event, extract(epoch from now() - occurred_at)::int as ago from telemetry.usage_events where user_id = $owner order by event",
  );
  assert.deepEqual(rows.map(({ event, ago }) => [event, ago]), [["a", 60], ["b", 3600], ["c", 0]]);
});

Deno.test("partitions are created and dropped automatically over a year, and no event is older than thirty days", async () => {
  await inTransaction(async (db) => {
    const months = async () =>
      (await db.query<{ name: string }>(
        "select inhrelid::regclass::text as name from pg_inherits where inhparent in ('telemetry.usage_events'::regclass, 'telemetry.rpc_observations'::regclass) order by 1",
      )).map(({ name }) => name);
    const before = await months();
    assert.equal(before.length, 6);
    for (let day = 0; day <= 365; day += 1) {
      const now = `now() + interval '${day} days'`;
      await db.query(`select ops.keep_telemetry(${now})`);
      // On every day, a partition exists for current events, and old partitions are dropped.
      await db.query(
        `insert into telemetry.usage_events (user_id, event, occurred_at) values ($owner, 'daily', ${now})`,
      );
      if (day % 30 === 0) {
        const oldest = await db.value<number>(
          `select extract(day from ${now} - min(occurred_at))::int from telemetry.usage_events where user_id = $owner`,
        );
        assert.ok(oldest <= 30, `day ${day}: ${oldest} days old`);
        assert.ok((await months()).length <= 10, `day ${day}: ${await months()}`);
      }
    }
    const after = await months();
    assert.ok(before.every((name) => !after.includes(name)), "the partitions of a year ago are dropped");
    await db.query("select ops.keep_telemetry(now() + interval '365 days')");
    assert.deepEqual(await months(), after, "a second run changes nothing");
  });
});

test("daily event counts match the rows, including late events and the end of a month, and outlive rows and accounts", async (db) => {
  await db.query(
    "delete from telemetry.usage_events; delete from telemetry.usage_hourly; delete from telemetry.usage_seen",
  );
  const border = "(date_trunc('month', now(), 'utc') + interval '1 month')";
  const read = (until: string) =>
    db.value(`select public.get_usage_stats(${border} - interval '60 hours', ${until})`, "admin");
  const countRows = (until: string) =>
    db.value(`
      select jsonb_agg(to_jsonb(line) order by day desc, count desc, event) from (
        select (occurred_at at time zone 'utc')::date as day, event, count(*) as count, count(distinct user_id) as people,
          count(distinct session_id) as sessions
        from telemetry.usage_events where occurred_at < ${until} group by 1, 2) as line`);
  for (let hour = -48; hour <= 48; hour += 1) {
    const now = `${border} + interval '${hour} hours 27 minutes'`;
    // Events of the last hour, up to the maximum delay.
    await db.query(`
      insert into telemetry.usage_events (user_id, session_id, event, occurred_at)
      select case n % 4 when 0 then $owner when 1 then $other end::uuid, case when n % 5 > 0 then md5(($1 + n % 7)::text)::uuid end, 'e' || n * n % 3,
        ${now} - n * interval '120 seconds'
      from generate_series(0, 30 * ($1 % 7 > 0)::integer) as n`.replaceAll("$1", String(Math.abs(hour))));
    await db.query(`select ops.keep_telemetry(${now})`);
    if (hour % 9 === 0) {
      assert.deepEqual(
        await read(now),
        await countRows(`date_trunc('hour', ${now}, 'utc') + interval '1 hour'`),
      );
    }
  }
  const end = `${border} + interval '48 hours 27 minutes'`;
  const raw = await db.value(
    `select count(*)::int from telemetry.usage_events where occurred_at > (select max(hour) + interval '1 hour' from telemetry.usage_hourly)`,
  );
  assert.ok(Number(raw) <= 90, `${raw} rows are read`);
  assert.equal(await db.value("select count(distinct day)::int from telemetry.usage_seen"), 1);
  await db.query(`select ops.keep_telemetry(${end} + interval '3 hours')`);
  const before = await read(end);
  await db.query("delete from auth.users where id = $owner");
  await db.query(`select ops.keep_telemetry(${end} + interval '32 days')`);
  assert.equal(await db.value("select count(*)::int from telemetry.usage_events"), 0);
  assert.deepEqual(await read(end), before);
  assert.equal(await db.value("select count(*)::int from telemetry.usage_seen"), 0);
  await db.query(`select ops.keep_telemetry(${end} + interval '13 months')`);
  assert.deepEqual(await read(end), []);
});

test("histograms add up to the percentiles of all calls, and only admins can read them", async (db) => {
  const [name, other] = [`t-${crypto.randomUUID().slice(0, 8)}`, `u-${crypto.randomUUID().slice(0, 8)}`];
  const histogram = (func: string, cache: string | null, times: number[], errors = 0) => {
    const buckets = Array<number>(LATENCY_BOUNDS_MS.length + 1).fill(0);
    for (const ms of times) {
      const place = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound);
      const bucket = place === -1 ? LATENCY_BOUNDS_MS.length : place;
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    return {
      function: func,
      cache,
      count: times.length,
      errors,
      ms_sum: times.reduce((a, b) => a + b, 0),
      buckets,
    };
  };
  const record = (...histograms: unknown[]) =>
    db.query(`select public.record_observations('${JSON.stringify(histograms)}')`);
  const times = Array.from({ length: 1000 }, (_, n) => n + 1);
  await record(
    histogram(name, "nearby", times.slice(0, 500)),
    histogram(name, null, times.slice(900), 5),
    histogram(other, null, [7]),
  );
  await record(histogram(name, "computed", times.slice(500, 900)));
  const stats = (by: string) =>
    db.value<Record<string, number>[]>(
      `select public.get_rpc_stats(p_function => '${name}', p_until => now() + interval '1 hour', p_by => '${by}')`,
      "admin",
    );
  const [line, ...more] = await stats("function");
  assert.ok(line);
  assert.deepEqual(more, []);
  assert.deepEqual(
    [line.count, line.errors, line.error_rate, line.cached, line.hits, line.hit_rate, line.mean_ms],
    [1000, 5, 0.005, 900, 500, 0.5556, 500.5],
  );
  for (const [share, ms] of [[500, line.p50_ms], [950, line.p95_ms], [990, line.p99_ms]] as const) {
    assert.ok(ms !== undefined && Math.abs(ms - share) / share < 0.12, `${ms} instead of ${share}`);
  }
  assert.equal((await stats("function,hour")).length, 1);
  for (const call of ["get_rpc_stats()", "get_usage_stats()", "list_slow_calls()"]) {
    assert.equal(await db.refused("owner", `select public.${call}`), "SVG02");
    assert.equal(await db.refused("anon", `select public.${call}`), "42501");
    assert.equal(await db.refused("admin", `select public.${call}`), undefined);
  }
});

test("the database and the functions use the same histogram bounds", async (db: TestContext) => {
  assert.deepEqual(await db.value("select ops.latency_bounds()"), [...LATENCY_BOUNDS_MS]);
  assert.equal(await db.value("select ops.latency_percentile('{}', 0.5)"), null);
});
