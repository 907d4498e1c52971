/** Tests the effect of plan changes on quotas, cycles and accounts: no limit is exceeded, nothing is lost, nothing is deleted. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { refusal, type Row, test, type TestContext, whileOpen, withPerson } from "../support/context.ts";

const DAY = 86_400;

/** Returns a subscription in the stored format. */
function paying(tier: string, changes: Row = {}): Row {
  const now = Math.floor(Date.now() / 1_000);
  const { period_start = now - DAY, period_end = now + 29 * DAY, ...rest } = changes;
  return {
    id: "sub_1",
    status: "active",
    created: now - 10 * DAY,
    anchor: period_start,
    items: [{
      price_id: `price_${tier}`,
      lookup_key: `streamvibe_${tier}_monthly`,
      quantity: 1,
      period_start,
      period_end,
    }],
    ...rest,
  };
}

/** Returns the statement by which the worker applies Stripe's state. */
function applied(user: string, subscriptions: Row[], ticket = "draw_billing_ticket()"): string {
  const state = JSON.stringify({ is_deleted: false, subscriptions, user_id: user }).replaceAll("'", "''");
  return `select apply_stripe_state('cus_${user}', false, ${ticket}, '${state}')`;
}

/** Makes the fixture account the oldest, because within a transaction all accounts have the same creation time. */
const connectedFirst = (db: TestContext) =>
  db.query("update social_account set created_at = now() - interval '1 day' where id = $account");

const plan = (db: TestContext) =>
  db.query<{ tier: string; syncs_used: number; start: number; end: number; anchor: number }>(`
    select tier.slug as tier, syncs_used, extract(epoch from cycle_start_date)::bigint::integer as start,
      extract(epoch from cycle_end_date)::bigint::integer as "end", cycle_anchor_day::integer as anchor
    from subscription join subscription_tier as tier on tier.id = tier_id where user_id = $owner`).then((
    [row],
  ) => row);

test("a new subscription begins its own cycle with nothing used, and earlier usage is kept in the history", async (db) => {
  const { owner } = db.people;
  await db.query(
    `update subscription set cycle_start_date = now() - interval '5 days', cycle_end_date = now() + interval '20 days', syncs_used = 7
    where user_id = $owner`,
  );
  const sub = paying("basic");
  await db.perform("service", applied(owner, [sub]));
  const [item] = sub.items as { period_start: number; period_end: number }[];
  const now = await plan(db);
  assert.deepEqual([now?.tier, now?.syncs_used, now?.start, now?.end], [
    "basic",
    0,
    item?.period_start,
    item?.period_end,
  ]);
  assert.equal(await db.value(`select syncs_used from quota_usage_history where user_id = $owner`), 7);
  // Applying the same state again changes nothing.
  await db.query("update subscription set syncs_used = 3 where user_id = $owner");
  await db.perform("service", applied(owner, [sub]));
  assert.equal((await plan(db))?.syncs_used, 3);
});

test("an upgrade within a period raises the limit and keeps the usage; a downgrade keeps both usage and cycle", async (db) => {
  const { owner } = db.people;
  const basic = paying("basic");
  const [{ period_start, period_end }] = basic.items as [Row];
  const period = { period_start, period_end };
  await db.perform("service", applied(owner, [basic]));
  const before = await plan(db);
  await db.query("update subscription set syncs_used = 100 where user_id = $owner");
  assert.equal(await db.refused("service", `select increment_quota('${owner}', 'sync')`), "SVQ01");
  await db.perform("service", applied(owner, [paying("premium", period)]));
  assert.equal(await db.value(`select increment_quota('${owner}', 'sync')`, "service"), 101);
  await db.perform("service", applied(owner, [paying("premium", { ...period, status: "canceled" })]));
  const after = await plan(db);
  assert.deepEqual([after?.tier, after?.syncs_used, after?.end], ["free", 101, before?.end]);
  assert.equal(await db.refused("service", `select increment_quota('${owner}', 'sync')`), "SVQ01");
});

test("a cycle that a reservation has already begun is not begun again when Stripe reports it", async (db) => {
  const { owner } = db.people;
  const now = Math.floor(Date.now() / 1_000);
  const [first, second, third] = [now - 31 * DAY, now - 60, now + 30 * DAY];
  await db.perform("service", applied(owner, [paying("basic", { period_start: first, period_end: second })]));
  await db.query("update subscription set syncs_used = 50 where user_id = $owner");
  assert.equal(await db.value(`select increment_quota('${owner}', 'sync')`, "service"), 1);
  await db.perform(
    "service",
    applied(owner, [paying("basic", { period_start: second, period_end: third, anchor: first })]),
  );
  const seen = await plan(db);
  assert.deepEqual([seen?.syncs_used, seen?.start, seen?.end], [1, second, third]);
  assert.equal(
    await db.value(
      `select count(*)::integer from quota_usage_history where user_id = $owner and syncs_used = 50`,
    ),
    1,
  );
});

test("a subscriber from 31 January keeps the 31st as cycle day through February", async (db) => {
  const { owner } = db.people;
  const at = (text: string) => Date.parse(text) / 1_000;
  const [jan, feb, mar] = ["2026-01-31T10:00Z", "2026-02-28T10:00Z", "2026-03-31T10:00Z"].map(at);
  await db.perform(
    "service",
    applied(owner, [paying("basic", { period_start: jan, period_end: feb, anchor: jan })]),
  );
  await db.query(
    "update subscription set cycle_start_date = to_timestamp(0), cycle_end_date = to_timestamp(1) where user_id = $owner",
  );
  await db.perform(
    "service",
    applied(owner, [paying("basic", { id: "sub_2", period_start: jan, period_end: feb, anchor: jan })]),
  );
  assert.equal((await plan(db))?.anchor, 31);
  const next = await db.value<string>(
    `select (ops.next_cycle(to_timestamp(${feb}), 31::smallint, to_timestamp(${feb}))).ends::text`,
  );
  assert.equal(Date.parse(next) / 1_000, mar);
});

test("an older Stripe state does not overwrite a newer one, and is reported as superseded", async (db) => {
  const { owner } = db.people;
  const ticket = Number(await db.value("select draw_billing_ticket()"));
  assert.equal(await db.value(applied(owner, [paying("premium")]), "service"), "applied");
  assert.equal(await db.value(applied(owner, [paying("basic")], String(ticket)), "service"), "superseded");
  assert.equal((await plan(db))?.tier, "premium");
});

test("a plan set by an admin stays until the subscription entitles to another plan", async (db) => {
  const { owner } = db.people;
  await db.perform("service", applied(owner, [paying("basic")]));
  await db.perform("admin", `select set_user_plan('${owner}', 'premium')`);
  await db.perform("service", applied(owner, [paying("basic", { cancel_at_period_end: true })]));
  assert.equal((await plan(db))?.tier, "premium");
  await db.perform("service", applied(owner, [paying("basic", { status: "canceled" })]));
  assert.equal((await plan(db))?.tier, "free");
});

test("a subscriber at the old price keeps the plan when its lookup key moves to a new price", async (db) => {
  const { owner } = db.people;
  await db.perform("service", applied(owner, [paying("basic")]));
  const moved = paying("basic");
  for (const item of moved.items as Row[]) item.lookup_key = null;
  await db.perform("service", applied(owner, [moved]));
  assert.equal((await plan(db))?.tier, "basic");
});

test("an expired grace period ends the plan without Stripe", async (db) => {
  const { owner } = db.people;
  const failed = (days: number) =>
    paying("basic", {
      status: "past_due",
      latest_invoice: {
        id: "in_1",
        status: "open",
        attempts: 1,
        amount: 1_900,
        currency: "usd",
        created: Math.floor(Date.now() / 1_000) - days * DAY,
      },
    });
  await db.perform("service", applied(owner, [failed(1)]));
  assert.equal((await plan(db))?.tier, "basic");
  await db.query(
    `update ops.billing_customer set subscriptions = '${
      JSON.stringify([failed(8)])
    }', settle_at = now() where user_id = $owner`,
  );
  await db.query("select ops.settle_due_entitlements()");
  assert.equal((await plan(db))?.tier, "free");
});

test("a user is notified at 80 % and 100 % of a quota once per cycle, and again under another limit", async (db) => {
  const { owner } = db.people;
  const told = () =>
    db.query<{ level: number; limit: number }>(`
      select (data -> 'level')::integer as level, (data -> 'limit')::integer as limit from notification
      where user_id = $owner and data ->> 'kind' = 'quota' order by 2, 1`);
  await db.perform("service", `select increment_quota('${owner}', 'sync', 7)`);
  assert.deepEqual(await told(), []);
  await db.perform("service", `select increment_quota('${owner}', 'sync', 1)`);
  await db.perform("service", `select decrement_quota('${owner}', 'sync', 1)`);
  await db.perform("service", `select increment_quota('${owner}', 'sync', 1)`);
  await db.perform("service", `select increment_quota('${owner}', 'sync', 2)`);
  assert.deepEqual(await told(), [{ level: 80, limit: 10 }, { level: 100, limit: 10 }]);
  await db.query(
    "update subscription set tier_id = (select id from subscription_tier where slug = 'basic') where user_id = $owner",
  );
  await db.perform("service", `select increment_quota('${owner}', 'sync', 70)`);
  assert.deepEqual((await told()).at(-1), { level: 80, limit: 100 });
  await db.query(
    "update subscription set cycle_start_date = cycle_start_date - interval '2 months', cycle_end_date = now() - interval '1 day' where user_id = $owner",
  );
  await db.perform("service", `select increment_quota('${owner}', 'sync', 80)`);
  assert.equal((await told()).filter(({ limit }) => limit === 100).length, 2);
});

test("a downgrade pauses the accounts beyond its limit, the creator chooses which, and free room resumes them", async (db) => {
  const { owner } = db.people;
  await db.query(
    "update subscription set tier_id = (select id from subscription_tier where slug = 'basic') where user_id = $owner",
  );
  const second = await db.connect("owner", `UC-second-${owner}`);
  const third = await db.connect("owner", `UC-third-${owner}`);
  await connectedFirst(db);
  await db.query(`update social_account set sync_mode = 'auto' where user_id = $owner`);
  const active = async () =>
    (await db.query<{ id: string }>(
      "select id from social_account where user_id = $owner and paused_at is null and deleted_at is null",
    ))
      .map(({ id }) => id).sort();
  await db.query(
    "update subscription set tier_id = (select id from subscription_tier where slug = 'free') where user_id = $owner",
  );
  assert.deepEqual(await active(), [db.account]);
  assert.equal(await db.value("select count(*)::integer from content_item where user_id = $owner"), 3);
  assert.equal(
    await db.value(`select next_sync_at from social_account where id = '${second.account}'`),
    null,
  );
  assert.equal(
    await db.refused("service", `select begin_sync('${owner}', '${second.account}', null, 60)`),
    "SVQ01",
  );

  const choose = (ids: string[]) => `select choose_active_accounts('{${ids.join(",")}}')`;
  assert.equal(await db.refused("owner", choose([second.account, third.account])), "SVQ01");
  assert.equal(await db.refused("other", choose([second.account])), "SVG03");
  assert.equal(await db.value(choose([third.account]), "owner"), 1);
  assert.deepEqual(await active(), [third.account]);
  // No further account can be connected while others are paused.
  assert.equal(
    await db.refused(
      "service",
      `select connect_account('${owner}', 'tiktok', '{}', null, '{}', '{"platform_account_id": "t1"}')`,
    ),
    "SVQ01",
  );

  await db.perform("service", `select disconnect_account('${owner}', '${third.account}')`);
  assert.deepEqual(await active(), [db.account]);
  await db.query(
    "update subscription set tier_id = (select id from subscription_tier where slug = 'premium') where user_id = $owner",
  );
  assert.deepEqual(await active(), [db.account, second.account].sort());
  assert.notEqual(
    await db.value(`select next_sync_at from social_account where id = '${second.account}'`),
    null,
  );
});

test("a sync that began on the larger plan can continue, and the next one is refused", async (db) => {
  const { owner } = db.people;
  await db.query(
    "update subscription set tier_id = (select id from subscription_tier where slug = 'basic') where user_id = $owner",
  );
  const second = await db.connect("owner", `UC-second-${owner}`);
  await connectedFirst(db);
  const [begun] = await db.perform(
    "service",
    `select begin_sync('${owner}', '${second.account}', null, 60) as run`,
  );
  const { sync_id } = (begun?.run ?? {}) as { sync_id: string };
  await db.query(
    "update subscription set tier_id = (select id from subscription_tier where slug = 'free') where user_id = $owner",
  );
  await db.query(`update ops.sync_run set leased_until = null where social_account_id = '${second.account}'`);
  const again = await db.attempt(
    "service",
    `select begin_sync('${owner}', '${second.account}', '${sync_id}', 60)`,
  );
  assert.equal(again.code, undefined);
  assert.equal(
    await db.refused("service", `select begin_sync('${owner}', '${second.account}', null, 60)`),
    "SVQ01",
  );
});

Deno.test("a reservation during a plan change is checked against the plan that is committed at that moment", async () => {
  const setPlan = (id: string, tier: string) =>
    `update subscription set tier_id = (select id from subscription_tier where slug = '${tier}') where user_id = '${id}'`;
  await withPerson(async ({ id, sql }) => {
    await sql.unsafe(setPlan(id, "free"));
    await sql`update subscription set syncs_used = 10 where user_id = ${id}`;
    // Upgrade: a reservation before the change is refused by the old plan, the next one is accepted.
    const up = await whileOpen(setPlan(id, "basic"), `select increment_quota('${id}', 'sync')`);
    assert.equal(up.refused, "SVQ01");
    assert.equal(await refusal(sql`select increment_quota(${id}, 'sync')`), undefined);
    // Downgrade: a reservation that the old plan would accept waits for the change, and exceeds the new plan.
    const down = await whileOpen(setPlan(id, "free"), `select increment_quota('${id}', 'sync')`);
    assert.deepEqual(down, { waited: true, refused: "SVQ01" });
    const [row] = await sql`select syncs_used from subscription where user_id = ${id}`;
    assert.equal(row?.syncs_used, 11);
  }, 2);
});

Deno.test("reservations during plan changes never exceed the limit of the plans", async () => {
  await withPerson(async ({ id, sql }) => {
    const change = (n: number) =>
      sql.unsafe(
        `update subscription set tier_id = (select id from subscription_tier where slug = '${
          n % 2 ? "basic" : "free"
        }') where user_id = '${id}'`,
      );
    const work: PromiseLike<unknown>[] = [];
    for (let n = 0; n < 120; n++) {
      work.push(refusal(sql`select increment_quota(${id}, 'sync')`));
      if (n % 6 === 0) work.push(change(n / 6));
    }
    await Promise.all(work);
    await change(1);
    const [row] = await sql`select syncs_used from subscription where user_id = ${id}`;
    assert.ok(Number(row?.syncs_used) <= 100);
    await change(0);
    assert.equal(await refusal(sql`select increment_quota(${id}, 'sync', 11)`), "SVQ01");
  }, 20);
});

Deno.test("of two concurrent Stripe states of one customer, the newer ticket wins, even if it commits first", async () => {
  await withPerson(async ({ id, sql }) => {
    const [older, newer] = await tickets(sql);
    const outcome = await whileOpen(
      applied(id, [paying("premium")], newer),
      applied(id, [paying("basic")], older),
    );
    assert.deepEqual(outcome, { waited: true, refused: undefined });
    const [row] = await sql`
      select tier.slug from subscription join subscription_tier as tier on tier.id = tier_id where user_id = ${id}`;
    assert.equal(row?.slug, "premium");
    await sql`delete from ops.billing_customer where customer_id = ${`cus_${id}`}`;
  }, 2);
});

async function tickets(sql: postgres.Sql): Promise<[string, string]> {
  const [row] =
    await sql`select nextval('ops.billing_ticket') as older, nextval('ops.billing_ticket') as newer`;
  return [String(row?.older), String(row?.newer)];
}
