import assert from "node:assert/strict";
import { refusal, test, type TestContext, whileOpen, withPerson } from "../support/context.ts";

const used = (db: TestContext) =>
  db.value<number>(`select syncs_used from subscription where user_id = $owner`);

Deno.test("two hundred concurrent reservations take exactly the units that are left", async () => {
  await withPerson(async ({ id, sql }) => {
    const refusals = await Promise.all(
      Array.from({ length: 200 }, () => refusal(sql`select increment_quota(${id}, 'sync')`)),
    );
    assert.equal(refusals.filter((code) => code === undefined).length, 10);
    assert.equal(refusals.filter((code) => code === "SVQ01").length, 190);
    const [row] = await sql`select syncs_used from subscription where user_id = ${id}`;
    assert.equal(row?.syncs_used, 10);
  }, 40);
});

Deno.test("concurrent reservations and returns lose nothing", async () => {
  await withPerson(async ({ id, sql }) => {
    await sql`select increment_quota(${id}, 'ai_analysis', 10)`;
    await Promise.all(
      Array.from(
        { length: 60 },
        (_, i) =>
          i % 2 === 0
            ? sql`select increment_quota(${id}, 'ai_analysis')`
            : sql`select decrement_quota(${id}, 'ai_analysis')`,
      )
        .map((statement) => refusal(statement)),
    );
    const [row] = await sql`select ai_analyses_used from subscription where user_id = ${id}`;
    const left = Number(row?.ai_analyses_used);
    assert.ok(left >= 10 && left <= 25, `got ${left}`);
  }, 20);
});

test("a refused reservation reports quota, limit, usage and reset time, and changes nothing", async (db) => {
  const { owner } = db.people;
  assert.equal(await db.value(`select increment_quota('${owner}', 'syncs', 9)`), 9);
  const refused = await db.attempt("service", `select increment_quota('${owner}', 'sync', 2)`);
  assert.equal(refused.code, "SVQ01");
  assert.deepEqual({ ...refused.detail, resets_at: undefined }, {
    quota: "syncs",
    limit: 10,
    used: 9,
    resets_at: undefined,
  });
  assert.ok(Date.parse(String(refused.detail?.resets_at)) > Date.now());
  assert.equal(await used(db), 9);
  assert.equal(await db.value(`select check_quota('${owner}', 'sync')`), true);
  assert.equal(await db.value(`select increment_quota('${owner}', 'sync', 1)`), 10);
  assert.equal(await db.value(`select check_quota('${owner}', 'sync')`), false);
  assert.equal(await db.value(`select decrement_quota('${owner}', 'sync', 4)`), 6);
  assert.equal(await db.value(`select decrement_quota('${owner}', 'sync', 400)`), 0);
});

test("the three quotas are counted separately, under either of their names", async (db) => {
  const { owner } = db.people;
  for (
    const [name, limit] of [["ai_analysis", 25], ["ai_analyses", 25], ["seo_submission", 0], ["sync", 10], [
      "syncs",
      10,
    ]]
  ) {
    const outcome = await db.attempt(
      "service",
      `select increment_quota('${owner}', '${name}', ${Number(limit) + 1})`,
    );
    assert.equal(outcome.detail?.limit, limit, String(name));
  }
  assert.equal(await db.value(`select check_quota('${owner}', 'seo_submission')`), false);
  for (const bad of ["'nonsense'", "null", "'sync', 0", "'sync', -1", "'sync', null"]) {
    assert.equal(await db.refused("service", `select increment_quota('${owner}', ${bad})`), "SVG01", bad);
    assert.equal(await db.refused("service", `select decrement_quota('${owner}', ${bad})`), "SVG01", bad);
  }
  assert.equal(await db.refused("service", `select check_quota('${owner}', 'nonsense')`), "SVG01");
  const huge = await db.attempt("service", `select increment_quota('${owner}', 'sync', 2147483647)`);
  assert.equal(huge.code, "SVQ01", "no overflow");
  assert.equal(
    await db.refused("service", `select increment_quota('${crypto.randomUUID()}', 'sync')`),
    "SVG03",
  );
});

test("users can look up only their own quotas and roles, and cannot reserve units", async (db) => {
  const { owner, other } = db.people;
  assert.equal(await db.value(`select check_quota('${owner}', 'sync')`, "owner"), true);
  assert.equal(await db.value(`select has_role('${owner}', 'user')`, "owner"), true);
  assert.equal(await db.value(`select has_role('${owner}', 'admin')`, "owner"), false);
  for (const actor of ["owner", "moderator", "admin"] as const) {
    assert.equal(await db.refused(actor, `select check_quota('${other}', 'sync')`), "SVG02");
    assert.equal(await db.refused(actor, `select has_role('${other}', 'user')`), "SVG02");
    for (const change of ["increment_quota", "decrement_quota"]) {
      assert.equal(await db.refused(actor, `select ${change}('${owner}', 'sync')`), "42501");
    }
  }
  assert.equal(await db.refused("anon", `select check_quota('${owner}', 'sync')`), "42501");
  assert.equal(await db.value(`select check_quota('${other}', 'sync')`, "service"), true);
  assert.equal(await db.value(`select has_role('${other}', 'user')`, "service"), true);
});

test("a plan's limits apply at once; a smaller plan does not reduce what was used", async (db) => {
  const { owner } = db.people;
  await db.query(`select set_user_plan('${owner}', 'basic')`);
  assert.equal(await db.value(`select increment_quota('${owner}', 'sync', 60)`), 60);
  await db.query(`select set_user_plan('${owner}', 'free')`);
  assert.equal(await used(db), 60);
  assert.equal(await db.value(`select check_quota('${owner}', 'sync')`), false);
  const refused = await db.attempt("service", `select increment_quota('${owner}', 'sync')`);
  assert.deepEqual([refused.detail?.limit, refused.detail?.used], [10, 60]);
});

test("an expired cycle is renewed automatically where it ended, and its usage is kept in the history", async (db) => {
  const { owner, other } = db.people;
  await db.query(`
    update subscription set syncs_used = 10, cycle_start_date = now() - interval '40 days', cycle_end_date = now() - interval '10 days'
    where user_id in ('${owner}', '${other}')`);
  assert.equal(
    await db.value(`select check_quota('${owner}', 'sync')`),
    true,
    "it counts as unused before it is rolled over",
  );

  // Reset lazily, by the next reservation.
  assert.equal(await db.value(`select increment_quota('${owner}', 'sync')`), 1);
  const [history] = await db.query(
    `select syncs_used, cycle_end_date from quota_usage_history where user_id = '${owner}'`,
  );
  assert.equal(history?.syncs_used, 10);
  assert.equal(
    await db.value(
      `select cycle_start_date = (select cycle_end_date from quota_usage_history where user_id = '${owner}')
    and cycle_end_date > now() from subscription where user_id = '${owner}'`,
    ),
    true,
  );

  // Reset by cron for all other users; a second run changes nothing.
  assert.ok(await db.value<number>("select ops.reset_expired_quotas()") >= 1);
  assert.equal(await db.value<number>("select ops.reset_expired_quotas()"), 0);
  assert.equal(
    await db.value(`select count(*)::integer from quota_usage_history where user_id = '${other}'`),
    1,
  );
  assert.equal(await db.value(`select syncs_used from subscription where user_id = '${other}'`), 0);
  assert.equal(await used(db), 1, "the owner's cycle was not changed again");
});

test("a cycle keeps its day: the 15th, the 31st in short months, after months without use", async (db) => {
  const next = async (end: string, anchor: number, now: string) => {
    const [row] = await db.query<{ starts: Date; ends: Date }>(
      `select * from ops.next_cycle('${end}Z', ${anchor}::smallint, '${now}Z')`,
    );
    return [row?.starts.toISOString().slice(0, 16), row?.ends.toISOString().slice(0, 16)];
  };
  assert.deepEqual(await next("2026-03-15T08:30:00", 15, "2026-03-15T09:00:00"), [
    "2026-03-15T08:30",
    "2026-04-15T08:30",
  ]);
  assert.deepEqual(await next("2026-03-15T08:30:00", 15, "2026-03-15T08:30:00"), [
    "2026-03-15T08:30",
    "2026-04-15T08:30",
  ]);
  assert.deepEqual(await next("2026-02-28T00:00:00", 31, "2026-03-01T00:00:00"), [
    "2026-02-28T00:00",
    "2026-03-31T00:00",
  ]);
  assert.deepEqual(await next("2026-03-31T00:00:00", 31, "2026-03-31T01:00:00"), [
    "2026-03-31T00:00",
    "2026-04-30T00:00",
  ]);
  assert.deepEqual(await next("2026-01-15T12:00:00", 15, "2026-11-15T11:59:00"), [
    "2026-10-15T12:00",
    "2026-11-15T12:00",
  ]);
  assert.deepEqual(await next("2026-01-15T12:00:00", 15, "2026-11-15T12:00:00"), [
    "2026-11-15T12:00",
    "2026-12-15T12:00",
  ]);
  assert.deepEqual(await next("2024-01-31T12:00:00", 31, "2024-02-29T12:30:00"), [
    "2024-02-29T12:00",
    "2024-03-31T12:00",
  ]);
  assert.deepEqual(await next("2026-04-15T00:00:00", 31, "2026-04-20T00:00:00"), [
    "2026-04-15T00:00",
    "2026-05-15T00:00",
  ]);
});

test("a unit of a past cycle is not returned into the current one", async (db) => {
  const { owner } = db.people;
  await db.query(`select increment_quota('${owner}', 'sync', 3)`);
  await db.query(`select ops.return_quota('${owner}', 'syncs', 1, now() - interval '1 day')`);
  assert.equal(await used(db), 3);
  await db.query(`select ops.return_quota('${owner}', 'syncs', 1, now())`);
  assert.equal(await used(db), 2);
});

Deno.test("two reservations that find the same expired cycle roll it over once", async () => {
  await withPerson(async ({ id, sql }) => {
    await sql`update subscription set syncs_used = 10, cycle_start_date = now() - interval '40 days', cycle_end_date = now() - interval '10 days'
    where user_id = ${id}`;
    const reserve = `select increment_quota('${id}', 'sync')`;
    assert.deepEqual(await whileOpen(reserve, reserve), { waited: true, refused: undefined });
    const [row] =
      await sql`select syncs_used, (select count(*)::integer from quota_usage_history where user_id = ${id}) as closed
    from subscription where user_id = ${id}`;
    assert.deepEqual({ ...row }, { syncs_used: 2, closed: 1 });
  }, 3);
});

Deno.test("two hundred concurrent calls roll over an expired cycle once", async () => {
  await withPerson(async ({ id, sql }) => {
    await sql`update subscription set syncs_used = 10, cycle_start_date = now() - interval '40 days', cycle_end_date = now() - interval '10 days'
    where user_id = ${id}`;
    const statements = Array.from(
      { length: 200 },
      (_, i) =>
        i % 20 === 0 ? sql`select ops.reset_expired_quotas()` : sql`select increment_quota(${id}, 'sync')`,
    );
    const refusals = await Promise.all(statements.map((statement) => refusal(statement)));
    assert.equal(refusals.filter((code) => code === undefined).length, 20);
    const [row] =
      await sql`select syncs_used, (select count(*)::integer from quota_usage_history where user_id = ${id}) as closed
    from subscription where user_id = ${id}`;
    assert.deepEqual({ ...row }, { syncs_used: 10, closed: 1 });
  }, 40);
});
