/** Module 002: when accounts are synced, who claims them, and the platforms' limits. */
import assert from "node:assert/strict";
import { type Row, test, type TestContext, withPerson } from "../support/context.ts";

const json = (value: unknown) => `'${JSON.stringify(value).replaceAll("'", "''")}'`;

interface Claim {
  social_account_id: string;
  due_at: string;
  sync_id: string | null;
}

/** Older than the accounts of all other tests, so that these are claimed first. */
const LONG_AGO = "2001-01-01T00:00:00Z";

async function makeDue(db: TestContext, account: string, at = LONG_AGO): Promise<void> {
  await db.query(
    `update social_account set sync_mode = 'auto', next_sync_at = '${at}' where id = '${account}'`,
  );
}

const claim = (db: TestContext, limit: number, perCreator = 5) =>
  db.perform<{ claim_auto_syncs: Claim }>("service", `select claim_auto_syncs(${limit}, ${perCreator}, 300)`)
    .then((rows) => rows.map((row) => row.claim_auto_syncs));

const setPlan = (db: TestContext, slug: string) =>
  db.query(`update subscription set tier_id = (select id from subscription_tier where slug = '${slug}')
    where user_id in ($owner, $other)`);

const wait = (db: TestContext, account = db.account) =>
  db.value<number>(
    `select extract(epoch from next_sync_at - now())::float / 60 from social_account where id = '${account}'`,
  );

test("a due account is claimed once, leased through its next_sync_at, and due again when the lease ends", async (db) => {
  assert.deepEqual((await claim(db, 1000)).filter((one) => one.social_account_id === db.account), []);
  await makeDue(db, db.account);
  const [taken] = await claim(db, 1);
  assert.equal(taken?.social_account_id, db.account);
  assert.equal(Date.parse(taken?.due_at ?? ""), Date.parse(LONG_AGO));
  assert.equal(Math.round(await wait(db)), 5);
  const again = await claim(db, 1000);
  assert.ok(!again.some((one) => one.social_account_id === db.account));
  await makeDue(db, db.account);
  assert.equal((await claim(db, 1))[0]?.social_account_id, db.account, "after the lease has ended");
});

test("only active accounts in automatic mode are claimed", async (db) => {
  for (
    const state of [
      "sync_mode = 'manual'",
      "sync_mode = 'disabled'",
      "status = 'suspended'",
      "status = 'disconnected'",
    ]
  ) {
    await makeDue(db, db.account);
    await db.query(`update social_account set ${state} where id = $account`);
    const taken = await claim(db, 1000);
    assert.ok(!taken.some((one) => one.social_account_id === db.account), state);
    await db.query(`update social_account set status = 'active' where id = $account`);
  }
  await makeDue(db, db.account);
  assert.equal((await claim(db, 1))[0]?.social_account_id, db.account);
});

test("a creator with many due accounts does not keep other creators' accounts from being claimed", async (db) => {
  await setPlan(db, "premium");
  const many = [db.account];
  for (let i = 0; i < 6; i++) {
    many.push((await db.connect("owner", `UCmany${i}${crypto.randomUUID()}`)).account);
  }
  const { account: single } = await db.connect("other", `UCone${crypto.randomUUID()}`);
  for (const [i, account] of many.entries()) await makeDue(db, account, `2001-01-01T00:00:0${i}Z`);
  await makeDue(db, single, "2001-01-02T00:00:00Z");

  const taken = (await claim(db, 3)).map((one) => one.social_account_id);
  assert.deepEqual(
    taken,
    [many[0], single, many[1]],
    "each creator's first account before any creator's second",
  );
  const rest = (await claim(db, 1000, 2)).map((one) => one.social_account_id);
  assert.deepEqual(
    rest.filter((id) => many.includes(id)),
    [many[2], many[3]],
    "at most two accounts of one creator",
  );
});

Deno.test("concurrent workers claim each due account exactly once", async () => {
  await withPerson(async ({ id, sql }) => {
    await sql`update subscription set tier_id = (select id from subscription_tier where slug = 'premium') where user_id = ${id}`;
    for (let i = 0; i < 8; i++) {
      await sql`select connect_account(${id}, 'youtube', '{"access_token": "x"}', now() + interval '1 hour', '{}',
      ${sql.json({ platform_account_id: `UC${crypto.randomUUID()}` })})`;
    }
    await sql`update social_account set sync_mode = 'auto', next_sync_at = '2001-01-01' where user_id = ${id}`;
    const claims = await Promise.all(
      Array.from(
        { length: 20 },
        () => sql<{ claim: Claim & { user_id: string } }[]>`select claim_auto_syncs(3, 10, 300) as claim`,
      ),
    );
    const own = claims.flat().map(({ claim }) => claim).filter(({ user_id }) => user_id === id);
    assert.equal(own.length, 8);
    assert.equal(new Set(own.map(({ social_account_id }) => social_account_id)).size, 8);
  });
});

test("each failure waits longer, a success resets the failures, and the account states why it waits", async (db) => {
  await makeDue(db, db.account);
  const postpone = (rest: string) => db.perform("service", `select postpone_auto_sync($account, ${rest})`);
  const fail = async () => {
    const begun = await db.value<Row>(`select begin_sync(null, $account, null, 60)`, "service");
    await db.value(
      `select fail_sync('${begun.sync_id}', ${begun.fence}, 'provider_unavailable', 'No answer')`,
      "service",
    );
    await postpone("null, true");
    return await wait(db);
  };
  const waits = [await fail(), await fail(), await fail()];
  for (const [i, minutes] of waits.entries()) {
    assert.ok(minutes >= 15 * 2 ** i * 0.74 && minutes <= 15 * 2 ** i, `${i}: ${minutes}`);
  }
  await postpone("now() + interval '3 days', true");
  assert.equal(Math.round(await wait(db) / 60), 72, "the platform's retry time, if it is longer");
  await postpone("now() + interval '1 hour', false, 'Your plan is used up'");
  assert.equal(
    await db.value(`select last_error from social_account where id = $account`),
    "Your plan is used up",
  );

  const begun = await db.value<Row>(`select begin_sync(null, $account, null, 60)`, "service");
  await db.value(
    `select apply_sync_page('${begun.sync_id}', ${begun.fence}, '{"cursor": null, "item_ids": ["v1", "v2", "v3"], "present_ids": ["v1", "v2", "v3"]}', '[]')`,
    "service",
  );
  const [state] = await db.query(
    `select failures, last_error from ops.sync_run join social_account a on a.id = social_account_id where a.id = $account`,
  );
  assert.deepEqual(state, { failures: 0, last_error: null });
});

const interval = (db: TestContext, ages: number[], now = "2026-11-20T12:00:00Z") =>
  db.value<number>(`select extract(epoch from ops.sync_interval(
    array(select '${now}'::timestamptz - make_interval(secs => hours * 3600)
      from unnest(array[${ages.join()}]::float[]) with ordinality as age (hours, place) order by place),
    '${now}', '${now}'::timestamptz - interval '30 days'))::float / 3600`);
const every = (hours: number, last: number, count = 30) =>
  Array.from({ length: count }, (_, i) => last + i * hours);

test("the sync interval follows the publishing frequency, between one hour and one week", async (db) => {
  const daily = await interval(db, every(24, 3));
  assert.ok(daily > 1 && daily < 12, `daily: within hours, got ${daily}`);
  const weekly = await interval(db, every(168, 20));
  assert.ok(weekly > 2 && weekly < 48, `weekly: within a day or two, got ${weekly}`);
  const monthly = await interval(db, every(720, 500));
  assert.ok(monthly > weekly, `monthly: ${monthly}`);
  assert.equal(await interval(db, every(0.2, 0.1)), 1, "several items per hour");
  assert.equal(await interval(db, every(24, 24 * 120)), 168, "daily in the past, silent for months");
  assert.equal(await interval(db, every(24 * 200, 24 * 100, 3)), 168, "yearly");
  assert.ok(await interval(db, every(24, 24 * 30)) > 24, "a month of silence slows down a daily account");
  assert.equal(await interval(db, []), 60, "no items in the month since it was connected");
});

test("an account that always publishes at the same hour is synced near that hour, not in the night before", async (db) => {
  // Publishes every day at 18:00 UTC.
  const at = async (now: string, since: number) => await interval(db, every(24, since), now);
  const night = await at("2026-11-20T22:00:00Z", 4);
  const eve = await at("2026-11-20T16:00:00Z", 22);
  assert.ok(eve < night / 2, `before the hour ${eve}, after it ${night}`);
});

test("the owner's bounds apply at once; the plan's syncs are spread over its cycle", async (db) => {
  await setPlan(db, "premium");
  await makeDue(db, db.account);
  await db.query(
    `update social_account set last_synced_at = now(), next_sync_at = now() + interval '5 days' where id = $account`,
  );
  await db.perform("owner", `update social_account set max_sync_hours = 12 where id = $account`);
  assert.equal(Math.round(await wait(db) / 60), 12);
  await db.perform(
    "owner",
    `update social_account set max_sync_hours = 48, min_sync_hours = 24 where id = $account`,
  );
  assert.equal(Math.round(await wait(db) / 60), 24);
  const foreign = await db.attempt(
    "other",
    `update social_account set max_sync_hours = 2 where id = $account`,
  );
  assert.equal(foreign.count, 0);

  await db.query(`update social_account set min_sync_hours = 1, max_sync_hours = 1 where id = $account`);
  const hours = () =>
    db.value<number>(`select extract(epoch from ops.sync_interval($account))::float / 3600`);
  await db.query(
    `update subscription set cycle_end_date = now() + interval '10 days', syncs_used = 0 where user_id = $owner`,
  );
  assert.equal(Math.round(await hours() * 100), 100, "500 syncs in ten days do not limit the interval");
  await db.query(`update subscription set syncs_used = 480 where user_id = $owner`);
  assert.equal(Math.round(await hours()), 12, "20 syncs in ten days");
  await db.query(`update subscription set syncs_used = 500 where user_id = $owner`);
  assert.equal(Math.round(await hours()), 240, "no syncs left: wait until the cycle ends");
});

test("an upgrade wakes the accounts that waited for the end of the cycle", async (db) => {
  await makeDue(db, db.account);
  await db.query(
    `update social_account set last_synced_at = now() - interval '9 hours', next_sync_at = now() + interval '20 days' where id = $account`,
  );
  await db.query(`update subscription set syncs_used = 10 where user_id = $owner`);
  await setPlan(db, "premium");
  assert.ok(await wait(db) < 60, "soon, not in weeks");
});

/** Returns the quota of a usage window for one test; no other test uses this app. */
const quota = (app: string, more: Row = {}) => ({
  app,
  scope: "app",
  counts: "units",
  size: 100,
  seconds: 3600,
  ahead: 2,
  pause: 900,
  ...more,
});

const begin = (db: TestContext, what: Row, account = db.account, user: string | null = db.people.owner) =>
  `select begin_sync(${user === null ? "null" : `'${user}'`}, '${account}', null, 60, null, ${json(what)})`;

async function step(db: TestContext, what: Row, usage: Row, account = db.account, user = db.people.owner) {
  const begun = await db.value<Row>(begin(db, what, account, user), "service");
  const applied = await db.value<Row>(
    `select apply_sync_page('${begun.sync_id}', ${begun.fence}, '{"cursor": null, "item_ids": [], "present_ids": [], "next_cursor": {"key": "p2"}}',
      '[]', null, true, ${json({ ...what, ...usage })})`,
    "service",
  );
  await db.query(`update subscription set syncs_used = 0`.concat(` where user_id = '${user}'`));
  return applied;
}

const window = async (db: TestContext, app: string) =>
  (await db.query(
    `select used, size, closed_until is not null as closed from ops.platform_window where app = '${app}'`,
  ))[0];

test("a step reserves units and settles with what it used; with none left it is refused and costs nothing", async (db) => {
  const what = quota("ledger", { size: 10 });
  await step(db, what, { units: 3, calls: 3 });
  assert.deepEqual(await window(db, "ledger"), { used: 3, size: null, closed: false });
  const begun = await db.value<Row>(begin(db, what), "service");
  assert.equal((await window(db, "ledger"))?.used, 5, "while the step runs");
  await db.value(
    `select fail_sync('${begun.sync_id}', ${begun.fence}, 'provider_unavailable', 'x', ${
      json({ ...what, units: 1, calls: 1 })
    })`,
    "service",
  );
  assert.equal((await window(db, "ledger"))?.used, 4, "a failed step is charged only what it used");

  await db.query(`update ops.platform_window set used = 9 where app = 'ledger'`);
  await db.query(`update subscription set syncs_used = 0 where user_id = $owner`);
  const refused = await db.attempt("service", begin(db, what));
  assert.equal(refused.code, "SVP01");
  assert.equal(refused.detail?.platform, "youtube");
  const seconds = Number(refused.detail?.retry_after);
  assert.ok(seconds > 3500 && seconds <= 3600, String(seconds));
  assert.equal(await db.value(`select syncs_used from subscription where user_id = $owner`), 0);
  await db.query(
    `update ops.platform_window set began_at = now() - interval '2 hours', ends_at = now() - interval '1 hour' where app = 'ledger'`,
  );
  await step(db, what, { units: 2, calls: 2 });
  assert.equal((await window(db, "ledger"))?.used, 2, "the next window starts empty");
});

test("after a platform refuses the whole app, no account is synced until the refusal may have ended", async (db) => {
  const what = quota("credits", { scope: "account", counts: "calls", size: null, ahead: 1 });
  const { account: others } = await db.connect("other", `UC${crypto.randomUUID()}`);
  const code = async (app: Row, account: string, user: string) =>
    await db.refused("service", begin(db, app, account, user));
  const closing = (until: string, more: Row = {}) =>
    db.query(
      `select record_platform_usage($owner, 'youtube', ${
        json({ ...what, calls: 1, units: 1, app_refused_until: until, ...more })
      }, $account)`,
    );
  const hour = new Date(Date.now() + 3_600_000).toISOString();
  await closing(hour, { pause: 0 });
  assert.equal(
    await code(what, others, db.people.other),
    undefined,
    "without a pause, the refusal is ignored",
  );
  await db.query(`update ops.sync_run set leased_until = null where social_account_id = '${others}'`);
  await closing(hour, { pause: 900 });
  const refused = await db.attempt("service", begin(db, what, others, db.people.other));
  assert.equal(refused.code, "SVP01");
  const seconds = Number(refused.detail?.retry_after);
  assert.ok(
    seconds > 880 && seconds <= 900,
    `the refusal is trusted for a quarter of an hour, not ${seconds} s`,
  );
  assert.equal(await code(what, db.account, db.people.owner), "SVP01");
  await closing(hour, { pause: 0, app_closed_until: new Date(Date.now() + 68_400_000).toISOString() });
  await closing(hour, { pause: 900 });
  const day = await db.attempt("service", begin(db, what, others, db.people.other));
  const wait = Number(day.detail?.retry_after);
  assert.ok(
    wait > 68_380 && wait <= 68_400,
    `the closing time that the platform itself reports is trusted in full, not ${wait} s`,
  );
  const registered = { ...what, app: "credits-2" };
  assert.equal(await code(registered, others, db.people.other), undefined, "another app is not affected");
  await db.query(
    `update ops.platform_window set closed_until = now() - interval '1 second' where app = 'credits'`,
  );
  assert.equal(await code(what, db.account, db.people.owner), undefined);
});

test("one creator cannot use up the units that others wait for, and automatic syncs leave a tenth to people", async (db) => {
  const what = quota("shares");
  const { account: others } = await db.connect("other", `UC${crypto.randomUUID()}`);
  let taken = 0;
  while (await db.refused("service", begin(db, what)) === undefined) {
    await step(db, what, { units: 2, calls: 2 });
    taken += 2;
    assert.ok(taken <= 100, "one creator never gets all units");
  }
  assert.ok(taken >= 46 && taken <= 54, `a creator alone gets about half, got ${taken}`);
  const refused = await db.attempt("service", begin(db, what));
  assert.equal(refused.code, "SVP01");
  assert.ok(
    Number(refused.detail?.retry_after) < 1800,
    "the wait is shorter than the rest of the window",
  );
  assert.equal(await db.refused("service", begin(db, what, others, db.people.other)), undefined);

  await db.query(`update ops.platform_window set used = 95 where app = 'shares'`);
  assert.equal(await db.refused("service", begin(db, what, others, null)), "SVP01");
  assert.equal(await db.refused("service", begin(db, what, others, db.people.other)), undefined);
  // When the window is nearly over, anybody may use the rest.
  await db.query(
    `update ops.platform_window set used = 60, began_at = now() - interval '59 minutes', ends_at = now() + interval '1 minute' where app = 'shares'`,
  );
  await db.query(`update ops.platform_share set ends_at = now() + interval '1 minute' where app = 'shares'`);
  assert.equal(await db.refused("service", begin(db, what)), undefined);
});

test("an account's window follows what the platform reports, and affects no other account", async (db) => {
  const what = quota("headers", { scope: "account", counts: "calls", size: null, seconds: 900, ahead: 1 });
  await setPlan(db, "premium");
  const { account: second } = await db.connect("owner", `UC${crypto.randomUUID()}`);
  const resets_at = new Date(Date.now() + 400_000).toISOString();
  await step(db, what, { calls: 1, units: 50, remaining: 1, resets_at });
  assert.deepEqual(await window(db, "headers"), { used: 1, size: 2, closed: false });
  await step(db, what, { calls: 1, units: 50, remaining: 0, resets_at });
  const refused = await db.attempt("service", begin(db, what));
  assert.equal(refused.code, "SVP01");
  assert.equal(Date.parse(String(refused.detail?.resets_at)), Date.parse(resets_at));
  assert.equal(
    await db.refused("service", begin(db, what, second)),
    undefined,
    "another account is not affected",
  );
});

test("percentages and refusals close a window for a while, and a refusal is trusted no longer than the pause", async (db) => {
  const what = quota("percent", { scope: "account", counts: "reports", size: null, ahead: 0 });
  await step(db, what, { calls: 2, units: 2, spent: 0.95 });
  assert.equal(await db.refused("service", begin(db, what)), undefined, "manual syncs continue");
  assert.equal(
    await db.refused("service", begin(db, what, db.account, null)),
    "SVP01",
    "automatic syncs wait",
  );
  await step(db, what, {
    calls: 2,
    units: 2,
    spent: 1,
    resets_at: new Date(Date.now() + 1_200_000).toISOString(),
  });
  const full = await db.attempt("service", begin(db, what));
  assert.equal(full.code, "SVP01");
  assert.ok(Math.abs(Number(full.detail?.retry_after) - 1200) < 10, String(full.detail?.retry_after));

  const daily = quota("refused");
  await step(db, daily, {
    units: 1,
    calls: 1,
    refused_until: new Date(Date.now() + 86_400_000).toISOString(),
  });
  const refused = await db.attempt("service", begin(db, daily));
  assert.equal(refused.code, "SVP01");
  assert.ok(Number(refused.detail?.retry_after) <= 900, "the platform is asked again after the pause");
});

test("a platform's day is a calendar day in its time zone", async (db) => {
  const what = quota("day", { time_zone: "America/Los_Angeles" });
  await step(db, what, { units: 2, calls: 2 });
  const [row] = await db.query(
    `select (ends_at at time zone 'America/Los_Angeles')::time::text as ends, (began_at at time zone 'America/Los_Angeles')::time::text as begins,
    ends_at > now() and began_at <= now() as holds from ops.platform_window where app = 'day'`,
  );
  assert.deepEqual(row, { ends: "00:00:00", begins: "00:00:00", holds: true });
});

Deno.test("forty concurrent syncs never take more units than a window holds", async () => {
  await withPerson(async ({ id, sql }) => {
    const app = crypto.randomUUID();
    const accounts = await sql<{ account: string }[]>`
    insert into social_account (user_id, platform_id, platform_account_id)
    select ${id}, platform.id, 'UC' || n from platform, generate_series(1, 40) as n where slug = 'youtube' returning id as account`;
    const what = quota(app, { scope: "app", size: 30, ahead: 2 });
    const outcomes = await Promise.all(accounts.map(({ account }) =>
      // Claims the window directly, so that only the window limits the calls.
      sql`select claimed from ops.claim_platform_quota(${account}, ${id}, 'youtube', ${
        sql.json(what)
      }, false)`
        .then(() => "taken", (error) => error.code)
    ));
    assert.ok(outcomes.every((outcome) => outcome === "taken" || outcome === "SVP01"), String(outcomes));
    const [row] = await sql`select used from ops.platform_window where app = ${app}`;
    assert.equal(row?.used, 2 * outcomes.filter((outcome) => outcome === "taken").length);
    assert.ok(row?.used <= 30);
    await sql`delete from ops.platform_window where app = ${app}`;
  });
});
