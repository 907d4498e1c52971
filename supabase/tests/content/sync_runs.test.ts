/** Module 002: sync runs over a library, with their leases, checkpoints and quota. */
import assert from "node:assert/strict";
import {
  type Applied,
  apply,
  applyCall,
  begin,
  cutOff,
  item,
  library,
  page,
  test,
  tryBegin,
  used,
} from "../support/sync_calls.ts";
import { refusal, withPerson } from "../support/context.ts";

test("a sync run of several pages costs one unit and fills the library", async (db) => {
  const first = await begin(db);
  assert.deepEqual([first.cursor, first.page, first.charged, first.items_seen], [null, null, true, 0]);
  assert.ok(first.tokens.access_token);
  const one = await apply(db, first, page(["a", "b"], null, "p2"), [item("a"), item("b")]);
  assert.deepEqual([one.new_items, one.done, one.items_seen, one.total], [2, false, 2, 4]);

  const second = await begin(db, first.sync_id);
  assert.deepEqual([second.sync_id, second.cursor, second.charged], [first.sync_id, { key: "p2" }, false]);
  assert.ok(second.fence > first.fence);
  const two = await apply(db, second, page(["c", "d"], "p2"), [item("c"), item("d")]);
  assert.deepEqual([two.new_items, two.done, two.items_seen, two.missing_ids], [2, true, 4, []]);

  assert.deepEqual(await library(db), ["a", "b", "c", "d"]);
  assert.equal(await used(db), 1);
  assert.equal((await tryBegin(db, first.sync_id)).code, "SVG03", "a finished sync run cannot continue");
  assert.ok(await db.value(`select last_synced_at from social_account where id = $account`));
});

test("items that no page listed are looked up by id, and removed only if the platform no longer has them", async (db) => {
  const all = ["a", "b", "c", "d"];
  await apply(db, await begin(db), page(all), all.map((id) => item(id)));
  const run = await begin(db);
  const end = await apply(db, run, page(["a"]), [item("a")]);
  assert.deepEqual([end.done, end.removed_items, end.missing_ids], [false, 0, ["b", "c", "d"]]);
  assert.deepEqual(await library(db), all, "a missing list entry alone removes nothing");

  const lookup = await begin(db, run.sync_id);
  assert.deepEqual([lookup.cursor, lookup.page, lookup.missing_ids], [{ key: "missing" }, null, [
    "b",
    "c",
    "d",
  ]]);
  const done = await apply(
    db,
    lookup,
    { cursor: { key: "missing" }, item_ids: ["b", "c", "d"], present_ids: ["c"], next_cursor: null },
    [item("c", { title: "Still here" })],
  );
  assert.deepEqual([done.done, done.removed_items, done.updated_items], [true, 2, 1]);
  assert.deepEqual(await library(db), ["a", "c"]);
  assert.deepEqual(
    await db.query(
      `select distinct deleted_by from content_item where social_account_id = $account and deleted_at is not null`,
    ),
    [{ deleted_by: "platform" }],
  );

  // An item that reappears is revived with its history, also on an unchanged page.
  const back = await apply(db, await begin(db), page(["a", "b", "c"]), [
    item("a"),
    item("b"),
    item("c", { title: "Still here" }),
  ]);
  assert.deepEqual([back.done, back.new_items, back.updated_items], [true, 0, 1]);
  assert.deepEqual(await library(db), ["a", "b", "c"]);
});

test("more than fifty missing items are looked up fifty at a time", async (db) => {
  const ids = Array.from({ length: 120 }, (_, i) => `v${String(i).padStart(3, "0")}`);
  await apply(db, await begin(db), page(ids), ids.map((id) => item(id)));
  const run = await begin(db);
  let answer = await apply(db, run, page([]), []);
  let calls = 0;
  while (!answer.done) {
    const lookup = await begin(db, run.sync_id);
    assert.deepEqual(lookup.missing_ids, answer.missing_ids);
    assert.ok(lookup.missing_ids.length <= 50);
    // The first item of each batch still exists.
    const alive = lookup.missing_ids.slice(0, 1);
    answer = await apply(db, lookup, {
      cursor: { key: "missing" },
      item_ids: lookup.missing_ids,
      present_ids: alive,
      next_cursor: null,
    }, alive.map((id) => item(id)));
    assert.ok(++calls < 10);
  }
  assert.equal(calls, 3);
  assert.equal((await library(db)).length, 3);
  assert.equal(await used(db), 2, "the lookups are part of the sync run");
});

test("an item that vanished and is back on an unchanged page is restored, unless the creator deleted it since", async (db) => {
  const all = ["a", "b"];
  await apply(db, await begin(db), page(all), all.map((id) => item(id)));
  await db.query(
    `update content_item set vanished_at = now(), deleted_at = now() where platform_content_id in ('a', 'b')`,
  );
  await db.query(
    `update content_item set deleted_at = now() + interval '1 second' where platform_content_id = 'b'`,
  );
  const done = await apply(db, await begin(db), { cursor: null, unchanged: true, next_cursor: null }, []);
  assert.equal(done.done, true);
  assert.deepEqual(await library(db), ["a"]);
});

test("ending a sync run over 10,000 items does not take quadratic time", async (db) => {
  const began = performance.now();
  await db.query(`insert into content_item (user_id, social_account_id, platform_content_id)
    select $owner, $account, 'v' || i from generate_series(1, 10000) i`);
  const insertingMs = Math.ceil(performance.now() - began);
  await db.query(`insert into ops.sync_page (social_account_id, key, listing, item_ids, present_ids)
    select $account, 'p' || p, 1, ids, ids
    from generate_series(1, 199) p, lateral (select array_agg('v' || i) as ids from generate_series(p * 50 + 1, p * 50 + 50) i) page`);
  const run = await begin(db);
  await db.query(
    `update ops.sync_run set listing = 1, cursor = '{"key": "last"}' where social_account_id = $account`,
  );
  // The tables have no statistics yet, as in a new installation. Processing row by row took many times as long as inserting.
  await db.query(`set local statement_timeout = ${2 * insertingMs}`);
  const last = Array.from({ length: 40 }, (_, i) => `v${i + 1}`);
  const answer = await apply(db, run, page(last, "last"), []);
  assert.deepEqual(answer.missing_ids.length, 10);
});

test("a page in the middle of a sync run does not wait for the disk; the start of a step and the end of the run do", async (db) => {
  // Reads and resets the setting after each statement, as if it were a separate transaction.
  const waits = async () => {
    const setting = await db.value<string>("select current_setting('synchronous_commit')");
    await db.query("set local synchronous_commit = on");
    return setting;
  };
  const begun = await begin(db);
  assert.equal(await waits(), "on", "the next step makes the page before it durable");
  await apply(db, begun, page(["a"], null, "p2"), [item("a")]);
  assert.equal(await waits(), "off");
  const again = await begin(db, begun.sync_id);
  assert.equal(await waits(), "on");
  const last = await apply(db, again, page(["b"], "p2"), [item("b")]);
  assert.equal(last.done, true);
  assert.equal(await waits(), "on", "a sync run that is reported as done is durable");
});

test("a sync run that restarts at the first page forgets what it has seen", async (db) => {
  const all = ["a", "b", "c"];
  await apply(db, await begin(db), page(all), all.map((id) => item(id)));
  const run = await begin(db);
  await apply(db, run, page(["a", "b"], null, "p2"), [item("a"), item("b")]);
  const restarted = await apply(db, await begin(db, run.sync_id), page(["a"], null, "p2"), [item("a")]);
  assert.equal(restarted.items_seen, 1);
  const end = await apply(db, await begin(db, run.sync_id), page(["c"], "p2"), [item("c")]);
  assert.deepEqual(end.missing_ids, ["b"]);
});

test("a lease keeps other callers out; with no unit left they get the quota error instead", async (db) => {
  const held = await begin(db);
  const busy = await tryBegin(db);
  assert.equal(busy.code, "SVS01");
  assert.ok(Number(busy.detail?.retry_after) >= 1 && Number(busy.detail?.retry_after) <= 60);
  assert.equal((await tryBegin(db, held.sync_id)).code, "SVS01");
  await db.query(`update subscription set syncs_used = 10 where user_id = $owner`);
  assert.equal((await tryBegin(db)).code, "SVQ01");
  assert.equal((await tryBegin(db, held.sync_id)).code, "SVS01", "continuing would cost nothing");
  assert.equal(await used(db), 10);
});

test("a sync run whose worker died continues where it was, without another unit; the dead worker can no longer write", async (db) => {
  const dead = await begin(db);
  await apply(db, dead, page(["a"], null, "p2"), [item("a")], false);
  assert.equal((await tryBegin(db)).code, "SVS01", "not released: the lease was extended");
  await cutOff(db);
  const successor = await begin(db);
  assert.deepEqual([successor.sync_id, successor.cursor, successor.charged, successor.items_seen], [
    dead.sync_id,
    { key: "p2" },
    false,
    1,
  ]);
  assert.equal(await used(db), 1);
  const late = await db.attempt("service", applyCall(dead, page(["b"], "p2"), [item("b")]));
  assert.equal(late.code, "SVS02");
  assert.equal(
    await db.value(`select fail_sync('${dead.sync_id}', ${dead.fence}, 'x', 'late')`, "service"),
    false,
  );
  assert.equal(await used(db), 1, "the dead worker returns no unit");
  assert.equal((await apply(db, successor, page(["b"], "p2"), [item("b")])).done, true);
  assert.equal(await used(db), 1);
});

test("a failed step returns its unit exactly once, keeps the checkpoint and stores the reason", async (db) => {
  const first = await begin(db);
  await apply(db, first, page(["a"], null, "p2"), [item("a")]);
  const second = await begin(db, first.sync_id);
  const fail =
    `select fail_sync('${second.sync_id}', ${second.fence}, 'provider_unavailable', 'YouTube did not answer')`;
  assert.equal(await db.value(fail, "service"), true);
  assert.equal(await used(db), 0);
  assert.equal(await db.value(fail, "service"), false);
  assert.equal(await used(db), 0);
  assert.deepEqual(await db.perform("owner", "select last_error from social_account"), [{
    last_error: "YouTube did not answer",
  }]);
  assert.equal(await db.refused("service", applyCall(second, page(["b"], "p2"), [item("b")])), "SVS02");
  const third = await begin(db, first.sync_id);
  assert.deepEqual(
    [third.cursor, third.charged],
    [{ key: "p2" }, true],
    "continuing after a returned unit costs a unit",
  );
  const done = await apply(db, third, page(["b"], "p2"), [item("b")]);
  assert.equal(done.done, true);
  assert.equal(await used(db), 1);
  assert.deepEqual(await db.perform("owner", "select last_error from social_account"), [{
    last_error: null,
  }]);
  assert.deepEqual(await library(db), ["a", "b"]);
});

test("a new request costs a unit and continues the open sync run; an old checkpoint is not used", async (db) => {
  const first = await begin(db);
  await apply(db, first, page(["a"], null, "p2"), [item("a")]);
  const second = await begin(db);
  assert.deepEqual([second.sync_id, second.cursor, second.charged], [first.sync_id, { key: "p2" }, true]);
  assert.equal(await used(db), 2);
  await apply(db, second, page(["b"], "p2", "p3"), [item("b")]);
  await db.query(
    `update ops.sync_run set touched_at = now() - interval '25 hours' where social_account_id = $account`,
  );
  assert.equal((await begin(db)).cursor, null);
});

test("an account that is unknown, or of another user or platform, is not found and costs nothing", async (db) => {
  const call = (rest: string) => db.attempt("service", `select begin_sync(${rest})`);
  for (
    const rest of [
      `$other, $account, null, 60`,
      `$owner, '${crypto.randomUUID()}', null, 60`,
      `$owner, $account, '${crypto.randomUUID()}', 60`,
      `$owner, $account, null, 60, 'instagram'`,
    ]
  ) assert.equal((await call(rest)).code, "SVG03", rest);
  assert.equal(
    (await call(`null, $account, null, 60, 'youtube'`)).code,
    undefined,
    "the service needs no user",
  );
  for (const actor of ["anon", "owner", "admin"] as const) {
    assert.equal(await db.refused(actor, `select begin_sync($owner, $account, null, 60)`), "42501");
  }
  assert.equal(await used(db), 0);
});

test("an account that is disconnected in the middle of a sync run accepts no more pages", async (db) => {
  const run = await begin(db);
  await db.query(`select disconnect_account($owner, $account)`);
  assert.equal(await db.refused("service", applyCall(run, page(["a"]), [item("a")])), "SVC01");
  assert.equal(
    await db.value(
      `select fail_sync('${run.sync_id}', ${run.fence}, 'account_disconnected', 'x')`,
      "service",
    ),
    true,
  );
  assert.equal(await used(db), 0);
});

test("a sync run updates the account's figures, and schedules the next run by how often the creator publishes", async (db) => {
  await db.perform("owner", "update social_account set sync_mode = 'auto'");
  const hours = async (daysBetween: number, count = 10) => {
    await db.query(
      `delete from content_item where social_account_id = $account; delete from ops.sync_page;
      update subscription set syncs_used = 0 where user_id = $owner`,
    );
    const ids = Array.from({ length: count }, (_, i) => `v${i}`);
    const items = ids.map((id, i) =>
      item(id, { published_at: new Date(Date.now() - (i + 1) * daysBetween * 86_400_000).toISOString() })
    );
    const done = await db.value<Applied>(
      applyCall(await begin(db), page(ids), items, true, { followers_count: 42, display_name: null }),
      "service",
    );
    assert.equal(done.done, true);
    return Number(
      await db.value(
        `select extract(epoch from next_sync_at - last_synced_at) / 3600 from social_account where id = $account`,
      ),
    );
  };
  await db.query(
    `update subscription set tier_id = (select id from subscription_tier where slug = 'premium') where user_id = $owner`,
  );
  const daily = await hours(1);
  assert.ok(daily >= 1 && daily <= 6, `daily: within hours, got ${daily}`);
  const busy = await hours(0.01);
  // The plan's 500 syncs per month allow one every hour and a half.
  assert.ok(busy >= 1 && busy <= 1.5, `many per day: as often as the plan allows, got ${busy}`);
  assert.ok(Math.abs(await hours(100) - 168) < 0.1, "every 100 days: weekly, no less often");
  assert.ok(Math.abs(await hours(1, 0) - 4) < 0.01, "no items yet: four hours");
  const [row] = await db.query(
    `select followers_count::integer as followers, display_name from social_account where id = $account`,
  );
  assert.equal(row?.followers, 42);
  assert.match(String(row?.display_name), /^Channel/, "a null member leaves the column unchanged");
});

test("the last follower count of each day is kept as long as the account's content", async (db) => {
  const told = async (account: Record<string, unknown> | null) => {
    await db.query("update subscription set syncs_used = 0 where user_id = $owner");
    await db.value(applyCall(await begin(db), page(["a"]), [item("a")], true, account), "service");
  };
  const history = () =>
    db.query(
      `select followers::integer, day = (now() at time zone 'utc')::date - 1 as is_of_before from ops.account_stat_daily
      where social_account_id = $account order by day`,
    );
  await told(null);
  await told({ followers_count: null, display_name: "A channel that hides it" });
  assert.deepEqual(await history(), [], "an unknown count is not stored as zero");
  await told({ followers_count: 41 });
  await told({ followers_count: 42 });
  await told({ followers_count: null });
  assert.deepEqual(await history(), [{ followers: 42, is_of_before: false }]);
  await db.query("update ops.account_stat_daily set day = day - 1 where social_account_id = $account");
  await told({ followers_count: 0 });
  assert.deepEqual(await history(), [
    { followers: 42, is_of_before: true },
    { followers: 0, is_of_before: false },
  ]);
  const asked = (as: "owner" | "other", item = "null") =>
    db.value<{ followers_by_day: { followers: number }[] | null }>(
      `select get_click_stats(p_content_id => ${item})`,
      as,
    );
  assert.deepEqual((await asked("owner")).followers_by_day?.map((row) => row.followers), [42, 0]);
  assert.deepEqual((await asked("other")).followers_by_day, []);
  assert.equal((await asked("owner", "gen_random_uuid()")).followers_by_day, null);
  await db.query("select ops.erase_content(array[$account]::uuid[], 1000)");
  assert.deepEqual(await history(), []);
  await db.query(
    "update social_account set followers_count = 7, connection_id = connection_id where id = $account",
  );
  assert.deepEqual(
    await history(),
    [{ followers: 7, is_of_before: false }],
    "connecting again restarts the history",
  );
});

Deno.test("of two hundred concurrent syncs with one unit left, one runs, and the others are refused for the quota", async () => {
  await withPerson(async ({ id, sql }) => {
    const [connected] = await sql<
      { account: string }[]
    >`select connect_account(${id}, 'youtube', '{"access_token": "x"}', now() + interval '1 hour', '{}',
    ${sql.json({ platform_account_id: `UC-${id}` })}) ->> 'social_account_id' as account`;
    await sql`update subscription set syncs_used = 9 where user_id = ${id}`;
    const refusals = await Promise.all(
      Array.from(
        { length: 200 },
        () => refusal(sql`select begin_sync(${id}, ${connected?.account ?? ""}, null, 60)`),
      ),
    );
    assert.equal(refusals.filter((code) => code === undefined).length, 1);
    assert.equal(refusals.filter((code) => code === "SVQ01").length, 199);
    const [row] = await sql`select syncs_used from subscription where user_id = ${id}`;
    assert.equal(row?.syncs_used, 10);
  }, 40);
});

Deno.test("of many callers that take over a dead sync run, one gets it; of many that report a failure, one returns the unit", async () => {
  await withPerson(async ({ id, sql }) => {
    const [connected] = await sql<
      { account: string }[]
    >`select connect_account(${id}, 'youtube', '{"access_token": "x"}', now() + interval '1 hour', '{}',
    ${sql.json({ platform_account_id: `UC-${id}` })}) ->> 'social_account_id' as account`;
    const account = connected?.account ?? "";
    await sql`update subscription set syncs_used = 5 where user_id = ${id}`;
    await sql`select begin_sync(${id}, ${account}, null, 60)`;
    await sql`update ops.sync_run set leased_until = now() - interval '1 second' where social_account_id = ${account}`;
    const refusals = await Promise.all(
      Array.from({ length: 40 }, () => refusal(sql`select begin_sync(${id}, ${account}, null, 60)`)),
    );
    assert.equal(refusals.filter((code) => code === undefined).length, 1);
    assert.equal(refusals.filter((code) => code === "SVS01").length, 39);
    const [run] = await sql<
      { sync_id: string; fence: string }[]
    >`select sync_id, fence from ops.sync_run where social_account_id = ${account}`;
    const returned = await Promise.all(
      Array.from(
        { length: 40 },
        () =>
          sql<{ ok: boolean }[]>`select fail_sync(${run?.sync_id ?? ""}, ${run?.fence ?? 0}, 'x', 'x') as ok`
            .then(([row]) => row?.ok),
      ),
    );
    assert.equal(returned.filter(Boolean).length, 1);
    const [row] = await sql`select syncs_used from subscription where user_id = ${id}`;
    assert.equal(row?.syncs_used, 5);
  }, 20);
});

test("a page that leads back to one that this run has read is refused, even with other steps in between", async (db) => {
  const whole = page(["a"], null, "p2");
  const run = await begin(db);
  await apply(db, run, whole, [item("a")]);
  await apply(db, await begin(db, run.sync_id), page(["b"], "p2", "p3"), [item("b")]);
  for (const next of ["p3", "p2"]) {
    const stuck = await begin(db, run.sync_id);
    assert.equal(
      await db.refused("service", applyCall(stuck, page(["c"], "p3", next), [item("c")])),
      "SVS03",
    );
    await db.perform(
      "service",
      `select fail_sync('${stuck.sync_id}', ${stuck.fence}, 'provider_error', 'No end')`,
    );
    assert.deepEqual((await begin(db, run.sync_id)).cursor, { key: "p3" }, "nothing was applied");
    await cutOff(db);
  }
  const last = await begin(db, run.sync_id);
  await db.perform(
    "service",
    `select fail_sync('${last.sync_id}', ${last.fence}, 'provider_error', 'No end', null, true)`,
  );
  const again = await begin(db, run.sync_id);
  assert.deepEqual([again.cursor, again.sync_id], [null, run.sync_id], "the sync run starts again");
  await apply(db, again, whole, [item("a")]);
  await apply(db, await begin(db, run.sync_id), page(["b"], "p2", "p3"), [item("b")]);
  const end = await apply(db, await begin(db, run.sync_id), page(["c"], "p3"), [item("c")]);
  assert.equal(end.done, true, "pages that an earlier listing read do not matter");
  assert.deepEqual(await library(db), ["a", "b", "c"]);
});

test("the page size that the platform accepts is kept for later pages and runs, for a week", async (db) => {
  const known = async (sync_id: string | null = null) => (await begin(db, sync_id)).page_size;
  const run = await begin(db);
  assert.equal(run.page_size, null);
  await apply(db, run, page(["a"], null, "p2", { page_size: 12 }), [item("a")]);
  const next = await begin(db, run.sync_id);
  assert.equal(next.page_size, 12);
  await apply(db, next, page(["b"], "p2", null, { page_size: null }), [item("b")]);
  assert.equal(await known(), 12, "in the next run");
  await cutOff(db);
  await db.query(
    `update ops.sync_run set page_size_at = now() - interval '8 days' where social_account_id = $account`,
  );
  assert.equal(await known(), null);
});
