/** Tests what AI calls reserve and settle, under races, dead workers and changing prices. The tests of the functions cover the adapters. */
import assert from "node:assert/strict";
import { reserve, settle, world } from "../support/ai_world.ts";
import { test } from "../support/context.ts";

Deno.test("of 64 concurrent calls against a budget with room for ten, exactly ten are reserved", async () => {
  // The most expensive prompt token costs 0.000375 cents, an output token 0.0015 cents: 1.875 cents per call.
  await world(async (w) => {
    const answers = await Promise.all(Array.from({ length: 64 }, () => reserve(w)));
    assert.equal(answers.filter(({ reservation_id }) => reservation_id).length, 10);
    assert.ok(answers.every(({ reservation_id, refused }) => reservation_id || refused === "creator"));
    const [row] = await w.sql<
      { used: number }[]
    >`select ai_analyses_used as used from public.subscription where user_id = ${w.user}`;
    assert.equal(row?.used, 10, "a call that the budget refuses uses no unit of the plan");
  }, { budget: 18.75 });
});

Deno.test("reservations of workers that die before settling are released, and a late settlement is charged once", async () => {
  await world(async (w) => {
    const dead = await Promise.all(Array.from({ length: 10 }, () => reserve(w, { lease: 0 })));
    assert.ok(dead.every(({ reservation_id }) => reservation_id));
    await w.sql`select ops.release_ai_analyses(${w.user})`;
    const [row] = await w.sql<
      { used: number }[]
    >`select ai_analyses_used as used from public.subscription where user_id = ${w.user}`;
    assert.equal(row?.used, 0);
    const again = await Promise.all(Array.from({ length: 20 }, () => reserve(w)));
    assert.equal(
      again.filter(({ reservation_id }) => reservation_id).length,
      10,
      "the whole budget is available again",
    );

    const [late] = await settle(w, dead[0]?.reservation_id);
    assert.equal(Number(late?.cost), 1.8);
    await assert.rejects(settle(w, dead[0]?.reservation_id), /already settled/);
    const ledger = await w.sql`select from public.ai_usage where user_id = ${w.user}`;
    assert.equal(ledger.length, 1);
  }, { budget: 18.75 });
});

Deno.test("each token is charged once, by its kind, at the price in effect when the call was reserved", async () => {
  await world(async (w) => {
    const cost = async (of: Record<string, number>) => {
      const { reservation_id } = await reserve(w);
      const [row] = await settle(w, reservation_id, of);
      return Number(row?.cost);
    };
    assert.equal(
      await cost({ prompt_tokens: 10_010, cache_write_tokens: 10_000, completion_tokens: 100 }),
      3.903,
    );
    assert.equal(
      await cost({ prompt_tokens: 1_000_000, cached_tokens: 1_000_000, completion_tokens: 0 }),
      30,
    );
    assert.equal(await cost({ prompt_tokens: 0, completion_tokens: 0 }), 0);

    const before = await reserve(w);
    await w
      .sql`insert into ops.ai_price (model_id, valid_from, input, output) values (${w.model}, clock_timestamp(), 1, 2)`;
    const after = await reserve(w);
    assert.equal(Number((await settle(w, before.reservation_id))[0]?.cost), 1.8, "reserved at the old price");
    assert.equal(Number((await settle(w, after.reservation_id))[0]?.cost), 0.003);
    const [sum] = await w.sql<{ spent: string; ledger: string }[]>`
      select (select spent_cents from ops.ai_month where user_id = ${w.user})::float8::text as spent,
        (select sum(cost_cents) from public.ai_usage where user_id = ${w.user})::float8::text as ledger`;
    assert.equal(sum?.spent, sum?.ledger);
  });
});

Deno.test("a creator is notified once at 80 and once at 100 percent of the budget", async () => {
  await world(async (w) => {
    const told = async () =>
      (await w.sql<{ percent: number }[]>`
        select (data ->> 'percent')::int as percent from public.notification where user_id = ${w.user} and data ->> 'kind' = 'ai_budget' order by created_at`)
        .map(({ percent }) => percent);
    for (let call = 0; call < 4; call++) await settle(w, (await reserve(w)).reservation_id);
    assert.deepEqual(await told(), []);
    await settle(w, (await reserve(w)).reservation_id);
    assert.deepEqual(await told(), [80]);
    assert.equal((await reserve(w)).refused, "creator");
    assert.equal((await reserve(w)).refused, "creator");
    assert.deepEqual(await told(), [80, 100]);
  }, { budget: 10 });
});

Deno.test("with an unknown price, a call is refused if a budget is set; otherwise its cost is unknown, not zero", async () => {
  await world(async (w) => {
    await w.sql`delete from ops.ai_price where model_id = ${w.model}`;
    assert.equal((await reserve(w)).refused, "unknown_price");
    await w.sql`update public.user_ai_setting set monthly_budget_cents = null where user_id = ${w.user}`;
    const [row] = await settle(w, (await reserve(w)).reservation_id);
    assert.equal(row?.cost, null);
  }, { budget: 10 });
});

test("the installation's budget counts only what it pays itself; its admins are notified at 80 and 100 percent, and creators are not", async (db) => {
  // In a transaction that is rolled back, because the row is shared by all tests.
  await db.query(`
    insert into ops.ai_month (user_id, month) values (null, date_trunc('month', now() at time zone 'UTC')) on conflict do nothing;
    update ops.ai_month set spent_cents = 0, warned_percent = 0 where user_id is null;
    insert into public.ai_model (provider_id, slug, display_name, context_tokens, max_output_tokens)
    select id, 'of-the-installation', 'Test', 1000, 1000 from public.ai_provider where slug = 'openai';
    insert into ops.ai_price (model_id, valid_from, input, output)
    select id, '2020-01-01', 1000, 1000 from public.ai_model where slug = 'of-the-installation';
    update public.subscription set tier_id = (select id from public.subscription_tier where slug = 'premium') where user_id = $owner;`);
  // 1,000 prompt tokens and 1,000 output tokens at 1,000 cents per million: 2 cents.
  const reserve = (is_own_key: boolean) =>
    db.value<{ reservation_id?: string; refused?: string }>(
      `select public.reserve_ai_call(gen_random_uuid(), $owner, $item, (select id from public.ai_model where slug = 'of-the-installation'),
        1000, 1000, ${is_own_key}, 10)`,
      "service",
    );
  const settle = (id: string | undefined) =>
    db.perform(
      "service",
      `select public.settle_ai_call('${id}', '{"prompt_tokens": 1000, "cached_tokens": 0, "cache_write_tokens": 0,
        "cache_write_1h_tokens": 0, "completion_tokens": 1000, "thought_tokens": 0}', 'valid', 1, null, 10)`,
    );
  const told = () =>
    db.query(
      `select user_id = $admin as is_admin, (data ->> 'percent')::int as percent, data ->> 'scope' as scope from public.notification
      where user_id in ($admin, $owner, $other) and data ->> 'kind' = 'ai_budget' order by (data ->> 'percent')::int`,
    );
  for (let call = 0; call < 3; call++) await settle((await reserve(false)).reservation_id);
  for (let call = 0; call < 5; call++) await settle((await reserve(true)).reservation_id);
  assert.deepEqual(
    await told(),
    [],
    "6 of 10 cents are spent; calls with creators' own keys do not count",
  );
  await settle((await reserve(false)).reservation_id);
  assert.deepEqual(await told(), [{ is_admin: true, percent: 80, scope: "installation" }]);
  const last = await reserve(false);
  assert.equal((await reserve(false)).refused, "installation", "the last two cents are reserved");
  assert.ok(
    (await reserve(true)).reservation_id,
    "the budget does not limit calls with the creator's own key",
  );
  await settle(last.reservation_id);
  assert.equal((await reserve(false)).refused, "installation");
  assert.deepEqual((await told()).map(({ percent }) => percent), [80, 100]);
});
